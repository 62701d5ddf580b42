// How one batch behaves: what the batch rules of the fault script made of it when it was created.
#pragma once

#include "core/clock.hpp"
#include "emulator/faults.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::emulator {

/// An entry of errors.data (providers/openai.md 3.3).
struct BatchError {
    std::string code;
    std::string message;
    std::string param;      ///< empty: null
    std::int64_t line = 0;  ///< from 1; 0: null
};

/// Lines picked by number (from 1) or by a part of all.
struct LineChoice {
    double part = 0;
    std::vector<std::uint64_t> numbers;

    bool takes(std::uint64_t line, std::string_view custom_id) const noexcept;
    bool any() const noexcept { return part > 0 || !numbers.empty(); }
};

struct Behaviour {
    enum class End { complete, expire, cancel };
    enum class AbsentId { null, empty, missing };
    enum class Duplicate { same, different, failed };

    // Time.
    core::Duration validating_time{1'000};
    core::Duration run_time{2'000};
    core::Duration finalizing_time{1'000};
    core::Duration cancel_time{1'000};
    core::Duration created_skew{0};
    std::string stuck_state;                  ///< empty: never
    std::optional<core::Duration> stuck_for;  ///< absent: for ever

    // End.
    std::optional<BatchError> fails;  ///< an empty message: the dialect's for that code
    const Rule* fails_by = nullptr;   ///< kept alive by `script`
    std::string fails_for_model;      ///< empty: any
    End end = End::complete;
    double done = 1;           ///< part of the lines that run
    double overloaded = 0;     ///< part of the unrun lines that carry an overload error
    bool done_given = false;   ///< a rule said it
    bool cancel_slow = false;  ///< a rule said how long a cancel takes
    bool cancel_completes = false;
    bool partial_results = false;  ///< gemini: what ran before an early end is there

    // Results.
    const Rule* all_failed = nullptr;  ///< kept alive by `script`
    AbsentId absent_id = AbsentId::null;
    core::Duration files_late{0};
    bool shuffle = false;
    LineChoice duplicates;
    Duplicate duplicate = Duplicate::same;
    std::uint64_t unknown_lines = 0;
    LineChoice dropped;
    bool dropped_billed = true;
    LineChoice corrupt;
    LineChoice
        swapped;  ///< their answers stand under the next line's id, and that one's under theirs
    std::optional<std::int64_t> show_total;
    std::optional<std::int64_t> show_completed;
    std::optional<std::int64_t> show_failed;
    bool drop_metadata = false;
    std::string state_prefix = "BATCH_STATE_";  ///< gemini
    bool error_as_status = false;               ///< gemini: the name of the error's member
    bool http_codes = false;                    ///< gemini: in the errors of lines

    std::shared_ptr<const FaultScript> script;
};

/// `batch_time` is the time in_progress when no rule says otherwise; validating and finalizing take
/// a second each, or half of it when that is shorter.
Behaviour behaviour_of(std::shared_ptr<const FaultScript> script,
                       const BatchTarget& batch,
                       core::Duration batch_time);

}  // namespace overnight::emulator
