// A batch as the emulator knows it, and its life: which state follows which, when, and what a
// worker must do first. Pure: no lock, no file, no thread (providers/openai.md 3.3 to 3.6).
#pragma once

#include "core/clock.hpp"
#include "emulator/behaviour.hpp"
#include "emulator/provider.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::emulator {

enum class BatchStatus {
    validating,
    in_progress,
    finalizing,
    completed,
    failed,
    expired,
    cancelling,
    cancelled
};

std::string_view name(BatchStatus status) noexcept;
std::optional<BatchStatus> batch_status_of(std::string_view text) noexcept;
bool is_terminal(BatchStatus status) noexcept;

struct Batch {
    static constexpr core::TimePoint never{};  ///< a time that has not come

    std::string id;
    Provider provider = Provider::openai;
    std::uint64_t ordinal = 0;  ///< 1 for the first that was created, in whichever dialect
    std::string key;            ///< fingerprint of the creator's key
    std::string endpoint;       ///< as path_of() names it
    std::string input_file_id;
    std::string inputs;      ///< JSON: as the create listed them, where it may list several
    bool own_input = false;  ///< the requests came with the create: the file is nobody else's
    bool open = false;       ///< its own input grows: it waits for the first request
    std::string metadata = "null";  ///< JSON
    std::string tag;                ///< a name that the creator gave it, where the dialect has one
    std::string version;            ///< of the API, where requests choose one
    std::string model;              ///< empty until validated, where the create does not name it
    std::int64_t output_lifetime = 0;  ///< seconds, 0: the provider's 30 days

    BatchStatus status = BatchStatus::validating;
    core::TimePoint created;
    core::TimePoint expires;
    core::TimePoint in_progress_at = never;
    core::TimePoint finalizing_at = never;
    core::TimePoint cancelling_at = never;
    core::TimePoint ended_at = never;  ///< of the terminal state

    std::vector<BatchError> errors;
    std::uint64_t total = 0;
    std::uint64_t completed = 0;
    std::uint64_t failed = 0;
    std::uint64_t overloaded = 0;  ///< never ran, and their lines say that the server was full
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
    std::string output_file_id;
    std::string error_file_id;
    core::TimePoint results_gone = never;  ///< when the result files expire; never: there are none

    Behaviour behaviour;

    // What the workers have done so far.
    bool busy = false;  ///< a worker has it
    bool validated = false;
    bool published = false;
    std::uint64_t executed = 0;  ///< lines, from the first on
    std::uint64_t enqueued_tokens =
        0;                  ///< estimated, counted against the model's queue until the end
    bool admitted = false;  ///< counts against the queue
};

/// What has to be done before the batch can go on.
struct Step {
    enum class Kind { none, validate, execute, publish };
    Kind kind = Kind::none;
    std::uint64_t until_line = 0;  ///< execute: so many lines from the first on
};

/// Asked once, when a valid batch is about to start: an error makes it fail.
using Admit = std::function<std::optional<BatchError>(const Batch&)>;

/// Moves the batch as far as `now` allows. States that were entered are appended to `entered`, in
/// order.
Step advance(Batch& batch,
             core::TimePoint now,
             const Admit& admit,
             std::vector<BatchStatus>& entered);

/// The next moment at which advance() may do more, as far as it is a matter of time.
core::TimePoint next_due(const Batch& batch, core::TimePoint now);

enum class CancelOutcome { accepted, already_cancelled, refused };
CancelOutcome cancel(Batch& batch, core::TimePoint now);

}  // namespace overnight::emulator
