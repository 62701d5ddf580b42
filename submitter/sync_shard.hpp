// One attempt that is sent line by line: its requests, the journal of what was sent, its replies.
//
// Files in the spool: "NNNN-A.sent" (submitter/sync_journal.hpp) and "NNNN-A.output.part", which
// becomes the attempt's output file when every line has a result, or when the rest is not to be
// sent.
#pragma once

#include "core/error.hpp"
#include "jsonl/append_file.hpp"
#include "jsonl/line_reader.hpp"
#include "model/attempt.hpp"
#include "model/job.hpp"
#include "providers/api.hpp"
#include "store/store.hpp"
#include "submitter/sync_journal.hpp"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::submitter {

/// Any thread, but for take(). Memory: a byte a line.
class SyncShard {
public:
    /// Opens the files as they were left. Lines that were sent and have no reply get a result that
    /// says so. Errc::corrupt and not_found: a person must look; else the disk.
    static core::Result<std::unique_ptr<SyncShard>> open(const store::Store& store,
                                                         const model::Attempt& attempt,
                                                         const model::Job& job,
                                                         const providers::Adapter& adapter);

    /// Of an attempt that open() refuses and whose job was cancelled: gives its results, as far as
    /// there are any, their name.
    static core::Result<> salvage(const store::Store& store, const model::AttemptKey& key);

    struct Taken {
        std::uint32_t line = 0;
        std::string text;  ///< of the shard's file, without its newline
        std::string custom_id;
    };
    /// The next line that has neither been sent nor taken. Nothing at the end. One thread at a
    /// time.
    core::Result<std::optional<Taken>> take();

    /// Notes that a line is about to be sent. It may be when this returns: the note is on disk, and
    /// so is every reply that came before it. Calls from several threads share a sync.
    core::Result<> claim(std::uint32_t line);
    /// The line did not run after all.
    void unclaim(std::uint32_t line);
    /// Keeps the line's result: durable with the next claim() or sync(). After Errc::out_of_space
    /// the same may be tried again.
    core::Result<> keep(std::uint32_t line, std::string_view result);
    /// Makes the results durable.
    core::Result<> sync();

    const model::AttemptKey& key() const noexcept { return key_; }
    const model::Job& job() const noexcept { return job_; }
    const core::IntentId& intent() const noexcept { return intent_; }
    std::uint32_t lines() const noexcept { return static_cast<std::uint32_t>(states_.size()); }
    std::uint32_t done() const;
    /// Its results have their name: no line of it may be sent any more.
    bool ended() const noexcept { return !part_; }
    /// Some line of it was answered with a success.
    bool proven() const;
    void prove();

    /// Gives the results their name. Nothing may be in flight. What has no result then was not
    /// sent.
    core::Result<> finish();

private:
    SyncShard(const model::Attempt& attempt, const model::Job& job);
    core::Result<> recover(const store::Store& store, const providers::Adapter& adapter);
    core::Result<> read_notes(const std::filesystem::path& file, std::uint64_t& good_bytes);
    core::Result<> read_results(const std::filesystem::path& file,
                                const providers::Adapter& adapter,
                                std::uint64_t& good_bytes);
    core::Result<> wait_synced(std::unique_lock<std::mutex>& lock, std::uint64_t change);

    const model::AttemptKey key_;
    const core::IntentId intent_;
    const model::Job job_;
    std::filesystem::path output_;

    // take() only
    std::optional<jsonl::LineReader> requests_;
    std::uint32_t next_line_ = 0;

    mutable std::mutex mutex_;  // guards what follows; not held while syncing
    std::condition_variable synced_cv_;
    std::vector<LineState> states_;
    std::optional<jsonl::AppendFile> sent_;
    std::optional<jsonl::AppendFile> part_;  ///< none: the output has its name already
    std::uint32_t done_ = 0;
    bool proven_ = false;
    std::uint64_t changes_ = 0;  ///< appended so far, to either file
    std::uint64_t synced_ = 0;   ///< of them, durable
    bool syncing_ = false;
    std::optional<core::Error> lost_;  ///< a sync failed: nothing more is sent
};

}  // namespace overnight::submitter
