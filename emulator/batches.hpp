// All batches: their states under one lock, a thread that moves them by the virtual clock, and
// workers that validate, execute and publish them.
#pragma once

#include "emulator/batch.hpp"
#include "emulator/fault_book.hpp"
#include "emulator/files.hpp"
#include "emulator/ledger.hpp"
#include "emulator/run.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace overnight::emulator {

struct CreateSpec {
    Provider provider = Provider::openai;
    std::string input_file_id;
    std::string inputs;             ///< JSON: as listed, where a create may list several
    std::string endpoint;           ///< as path_of() names it
    std::string metadata = "null";  ///< JSON
    std::string tag;                ///< for the ledger; empty: null
    std::int64_t output_lifetime = 0;
    std::string key;
    std::string model;    ///< where it is known
    std::string version;  ///< of the API, where requests choose one

    /// Set when the create itself has looked at the input: token_limit refuses the create, and with
    /// an input of its own there is nothing left to validate.
    struct Known {
        std::uint64_t lines = 0;
        std::uint64_t tokens = 0;
    };
    std::optional<Known> known;
    /// The requests came with the create: the input file is the batch's own and goes with its end.
    bool own_input = false;
    /// The requests come later, by append(). With `own_input` and `known`.
    bool open = false;
};

/// Any thread.
class Batches {
public:
    struct Config {
        core::Duration batch_time{2'000};
        unsigned workers = 2;
        PromptCache* cache = nullptr;
    };

    Batches(Config config,
            const VirtualClock& clock,
            Ledger& ledger,
            Journal& journal,
            Files& files,
            FaultBook& faults);
    ~Batches();  ///< stop()

    /// Takes up what an earlier life of the state directory left. Before start().
    void restore(const std::vector<boost::json::value>& records);
    void start();
    void stop();

    /// Errc::rate_limited: the queue of the model has no room for what is known of the batch.
    core::Result<Batch> create(const CreateSpec& spec);
    struct Addition {
        std::string_view lines;  ///< whole ones
        std::uint64_t count = 0;
        std::uint64_t behind = 0;  ///< so many lines of the batch were looked at before
    };
    /// Adds to the input of an open batch, all or nothing. Errc::conflict: it is not open, or all
    /// that it had has been run. Errc::unavailable: it has other lines by now; look again.
    core::Result<> append(std::string_view id, const Addition& addition);
    std::optional<Batch> find(std::string_view id) const;
    /// Newest first.
    std::vector<Batch> list(Provider provider) const;
    std::map<std::string_view, std::int64_t> count_by_status() const;  ///< in all dialects
    std::uint64_t ordinal_of(std::string_view id) const;               ///< 0 when there is none
    std::uint64_t created_since(Provider provider, core::TimePoint time) const;
    /// Forgets a batch that has ended, with its results; false when there is none.
    core::Result<bool> erase(std::string_view id);
    std::pair<CancelOutcome, std::optional<Batch>> cancel(std::string_view id);

    /// Adds ended batches that somebody else made, in every dialect: they are listed, and no
    /// request of ours created them.
    void add_foreign(std::uint64_t count);

    /// Runs `task` once the virtual clock has reached `when`. Dropped by stop().
    void at(core::TimePoint when, std::function<void()> task);
    /// The clock was moved, or a script replaced: look again.
    void wake();

private:
    struct Entry {
        Batch batch;
        // A worker's while batch.busy:
        Descriptor
            input;  ///< opened by validation: a later delete of the file does not stop the batch
        std::unique_ptr<BatchRun> run;
        bool restored = false;  ///< an earlier life may have billed some of its lines
    };
    struct Job {
        std::shared_ptr<Entry> entry;
        Step step;
    };
    struct Task {
        core::TimePoint when;
        std::function<void()> run;
    };

    Behaviour decide_behaviour(const Batch& batch) const;
    core::Result<> write_lines(Batch& batch,
                               const std::filesystem::path& input,
                               const Addition& addition);
    void schedule();
    std::vector<std::function<void()>> due_tasks();
    void move_all();
    void move(const std::shared_ptr<Entry>& entry);
    void note_states(const Batch& batch, const std::vector<BatchStatus>& entered);
    void end(Entry& entry);
    std::string register_results(Batch& batch,
                                 const std::filesystem::path& path,
                                 std::uint64_t bytes,
                                 ResultFile which);
    std::optional<BatchError> admit(const Batch& batch) const;
    /// The limit of the token_limit rule that the batch does not fit under.
    std::optional<std::uint64_t> exceeded_limit(const Batch& batch) const;

    void work();
    void perform(Job& job, Executor& executor);
    core::Result<> perform_validate(Entry& entry);
    core::Result<> perform_execute(Entry& entry, std::uint64_t until, Executor& executor);
    core::Result<> perform_publish(Entry& entry, Executor& executor);
    core::Result<> open_run(Entry& entry);
    void take_counts(Entry& entry, const RunCounts& counts);

    const Config config_;
    const VirtualClock& clock_;
    Ledger& ledger_;
    Journal& journal_;
    Files& files_;
    FaultBook& faults_;

    mutable std::mutex mutex_;
    std::condition_variable moved_;                ///< for the scheduler
    std::condition_variable job_;                  ///< for the workers
    std::vector<std::shared_ptr<Entry>> entries_;  ///< in the order of creation
    std::uint64_t next_ordinal_ = 1;
    std::deque<Job> jobs_;
    std::vector<Task> tasks_;
    bool woken_ = false;
    std::atomic<bool> stopping_{false};
    std::vector<std::thread> threads_;
};

}  // namespace overnight::emulator
