// The execution of one batch: reads its input line by line, writes result lines to disk and bills
// them.
#pragma once

#include "core/error.hpp"
#include "emulator/batch.hpp"
#include "emulator/batch_format.hpp"
#include "emulator/execute.hpp"
#include "emulator/input_line.hpp"
#include "emulator/ledger.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace overnight::emulator {

/// What a run has done so far.
struct RunCounts {
    std::uint64_t executed = 0;
    std::uint64_t completed = 0;
    std::uint64_t failed = 0;
    std::uint64_t overloaded = 0;  ///< of those that never ran, the ones that say so
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
};

/// One thread at a time. Memory: a line and its answer, and buffers of a megabyte.
class BatchRun {
public:
    struct Setup {
        std::string batch;
        std::uint64_t ordinal = 0;
        const BatchFormat* format = nullptr;  ///< lives as long as the program
        Endpoint endpoint = Endpoint::chat_completions;
        std::string model;       ///< where the batch names it, not its lines
        std::string version;     ///< of the API
        bool own_input = false;  ///< the requests came inline
        PromptCache* cache = nullptr;
        Behaviour behaviour;
        std::filesystem::path output;  ///< made by this run
        std::filesystem::path errors;
        BilledBefore billed_before;  ///< what must not be billed again
    };

    static core::Result<std::unique_ptr<BatchRun>> start(Setup setup,
                                                         Descriptor input,
                                                         Ledger& ledger);

    /// Runs lines until `until` have run, the input ends or `go_on` says no (asked every few
    /// hundred lines, with what has been done). What was billed is in the ledger when it returns.
    core::Result<> execute(std::uint64_t until,
                           Executor& executor,
                           const FaultScript& faults,
                           const VirtualClock& clock,
                           const std::function<bool(const RunCounts&)>& go_on);

    /// Runs on until all that an earlier life billed has run again: it was paid for, so it has
    /// results. Nothing is billed.
    core::Result<> rerun_billed(Executor& executor,
                                const FaultScript& faults,
                                const VirtualClock& clock);

    /// Why lines did not run.
    enum class Unrun { none, expired, cancelled };
    /// Writes lines for what never ran and finishes both files. Nothing may be executed afterwards.
    core::Result<> publish(Unrun unrun);

    const RunCounts& counts() const noexcept { return counts_; }
    std::uint64_t output_bytes() const noexcept { return output_.bytes(); }
    std::uint64_t error_bytes() const noexcept { return errors_.bytes(); }
    const std::filesystem::path& output_path() const noexcept { return output_.path(); }
    const std::filesystem::path& error_path() const noexcept { return errors_.path(); }

private:
    BatchRun(Setup setup, Descriptor input, Ledger& ledger, FileWriter output, FileWriter errors);

    core::Result<> execute_line(std::string_view line,
                                Executor& executor,
                                const FaultScript& faults,
                                std::int64_t now);
    void fail_all(const Rule& rule);
    void put_line(const LineSource& source, std::string_view body, const Executed& result);
    core::Result<> write_swapped(const LineSource& source);
    core::Result<> write_held();
    FileWriter& file_of(const Executed& result);
    core::Result<> write_line(std::string_view custom_id, FileWriter& file);
    core::Result<> write_duplicate(const LineSource& source);
    core::Result<> write_unrun(std::string_view line, Unrun unrun);
    core::Result<> write_unknown_lines();
    void bill(std::string_view custom_id, const Sha256& hash);

    // A line that waits for the next one, whose id its answer will get.
    struct Held {
        std::string custom_id;
        bool has_custom_id = false;
        std::string input;  ///< with its padding
        std::size_t input_bytes = 0;
        Executed result;

        LineSource source() const {
            return {custom_id, has_custom_id, std::string_view(input).substr(0, input_bytes)};
        }
    };

    Setup setup_;
    LineReader input_;
    Ledger& ledger_;
    FileWriter output_;
    FileWriter errors_;
    InputLineReader lines_;
    RunCounts counts_;
    Executed result_;
    std::string line_;       ///< the result line being built
    std::string last_body_;  ///< an answer of another line, for duplicates that differ
    std::string billed_;     ///< ledger lines that are not written yet
    std::string custom_id_;
    std::optional<Held> held_;
};

/// Puts the lines of a file into another order, the same for the same seed.
core::Result<> shuffle_lines(const std::filesystem::path& path, std::uint64_t seed);

}  // namespace overnight::emulator
