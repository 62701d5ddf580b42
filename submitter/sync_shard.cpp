#include "submitter/sync_shard.hpp"

#include "core/fault_point.hpp"
#include "jsonl/random_reader.hpp"
#include "model/custom_id.hpp"
#include "store/spool.hpp"
#include "submitter/sync_reply.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace overnight::submitter {
namespace {

using core::Errc;
using core::Error;

constexpr std::uint64_t piece_bytes = 256u << 10;  // whole notes
constexpr std::size_t longest_result = 64u << 20;  // far above what a reply comes to

/// A file that cannot be looked at is not taken for one that is not there: it may tell of lines
/// that were sent.
core::Result<bool> is_there(const std::filesystem::path& file) {
    std::error_code failure;
    const bool there = std::filesystem::exists(file, failure);
    if (failure)
        return Error(Errc::unavailable,
                     "cannot look at " + file.string() + ": " + failure.message());
    return there;
}

}  // namespace

SyncShard::SyncShard(const model::Attempt& attempt, const model::Job& job)
    : key_(attempt.key),
      intent_(attempt.intent),
      job_(job),
      states_(attempt.requests, LineState::unsent) {}

core::Result<std::unique_ptr<SyncShard>> SyncShard::open(const store::Store& store,
                                                         const model::Attempt& attempt,
                                                         const model::Job& job,
                                                         const providers::Adapter& adapter) {
    std::unique_ptr<SyncShard> shard(new SyncShard(attempt, job));
    OVERNIGHT_TRY(shard->recover(store, adapter));
    if (shard->ended()) return shard;  // no line is taken any more
    const auto requests = store.shard_file(attempt.key);
    std::error_code failure;
    const auto bytes = std::filesystem::file_size(requests, failure);
    if (failure || bytes != attempt.file_bytes)
        return Error(Errc::corrupt,
                     requests.string() + (failure ? " cannot be looked at: " + failure.message()
                                                  : " is not as long as it was"));
    jsonl::LineLimits limits;
    limits.blank_lines = jsonl::BlankLines::keep;
    OVERNIGHT_TRY_ASSIGN(shard->requests_, jsonl::LineReader::open(requests, limits));
    return shard;
}

core::Result<> SyncShard::salvage(const store::Store& store, const model::AttemptKey& key) {
    const auto output = store.output_file(key);
    OVERNIGHT_TRY_ASSIGN(const bool ended, is_there(output));
    if (ended) return {};
    // Opened for appending, it is made when it is not there.
    OVERNIGHT_TRY_ASSIGN(auto part, jsonl::AppendFile::open(store::part_file(store, key)));
    OVERNIGHT_TRY(part.sync());
    return part.rename(output);
}

core::Result<> SyncShard::read_notes(const std::filesystem::path& file, std::uint64_t& good_bytes) {
    OVERNIGHT_TRY_ASSIGN(const auto reader,
                         jsonl::RandomReader::open(file, jsonl::Symlinks::refuse));
    OVERNIGHT_TRY_ASSIGN(const std::uint64_t size, reader.size());
    NoteReader notes(states_);
    std::string piece;
    for (std::uint64_t at = 0; at < size; at += piece.size()) {
        OVERNIGHT_TRY(reader.read(at, std::min(piece_bytes, size - at), piece));
        if (auto fed = notes.feed(piece); !fed)
            return std::move(fed).error().while_("reading " + file.string());
    }
    good_bytes = notes.good_bytes();
    return {};
}

/// Marks what has a result. A line that cannot be read counts as none: at the end it was torn by a
/// crash, and is cut off.
core::Result<> SyncShard::read_results(const std::filesystem::path& file,
                                       const providers::Adapter& adapter,
                                       std::uint64_t& good_bytes) {
    OVERNIGHT_TRY_ASSIGN(const auto bytes,
                         jsonl::RandomReader::open(file, jsonl::Symlinks::refuse));
    OVERNIGHT_TRY_ASSIGN(const std::uint64_t size, bytes.size());
    jsonl::LineLimits limits;
    limits.line_bytes = longest_result;
    OVERNIGHT_TRY_ASSIGN(auto lines, jsonl::LineReader::open(file, limits));
    const auto parser = adapter.line_parser(job_.endpoint);
    providers::LineResult result;
    jsonl::Line line;
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const bool more, lines.next(line));
        if (!more) return {};
        const std::uint64_t end = line.offset + line.text.size() + 1;
        if (end > size || !parser->parse(line.text, result)) continue;
        const auto id = model::parse_custom_id(result.custom_id);
        if (!id || id->intent != intent_.v || id->index >= states_.size()) continue;
        good_bytes = end;
        auto& state = states_[id->index];
        if (state != LineState::answered) ++done_;
        state = LineState::answered;
        proven_ = proven_ || result.verdict == model::Verdict::answered;
    }
}

core::Result<> SyncShard::recover(const store::Store& store, const providers::Adapter& adapter) {
    output_ = store.output_file(key_);
    const auto sent = store::sent_file(store, key_);
    const auto part = store::part_file(store, key_);
    std::uint64_t good_notes = 0, good_results = 0;
    OVERNIGHT_TRY_ASSIGN(const bool noted, is_there(sent));
    if (noted) OVERNIGHT_TRY(read_notes(sent, good_notes));
    OVERNIGHT_TRY_ASSIGN(const bool finished, is_there(output_));
    if (finished) return read_results(output_, adapter, good_results);
    OVERNIGHT_TRY_ASSIGN(const bool begun, is_there(part));
    // The journal is made first, and both stay. Without it, what was sent would go out again as if
    // it never had; without the answers, all of it would be paid again.
    if (begun && !noted)
        return Error(Errc::corrupt, sent.string() + ", the journal of what was sent, is gone");
    if (!begun && good_notes > 0)
        return Error(Errc::corrupt, part.string() + ", with the answers so far, is gone");
    if (begun) OVERNIGHT_TRY(read_results(part, adapter, good_results));
    OVERNIGHT_TRY_ASSIGN(sent_, jsonl::AppendFile::open(sent));
    OVERNIGHT_TRY_ASSIGN(part_, jsonl::AppendFile::open(part));
    OVERNIGHT_TRY(sent_->cut(good_notes));
    OVERNIGHT_TRY(part_->cut(good_results));
    for (std::uint32_t line = 0; line < states_.size(); ++line) {
        if (states_[line] != LineState::sent) continue;
        const auto id = model::make_custom_id(intent_, line, key_.attempt);
        OVERNIGHT_TRY(part_->append(interrupted_line(adapter, id)));
        states_[line] = LineState::answered;
        ++done_;
    }
    // What is read as done must stay so: also what a killed process wrote and did not sync.
    OVERNIGHT_TRY(part_->sync());
    return sent_->sync();
}

core::Result<std::optional<SyncShard::Taken>> SyncShard::take() {
    using Next = std::optional<Taken>;
    jsonl::Line line;
    while (next_line_ < lines()) {
        OVERNIGHT_TRY_ASSIGN(const bool more, requests_->next(line));
        if (!more)
            return Error(Errc::corrupt, "shard " + std::to_string(key_.shard.v) + " of job " +
                                            std::to_string(key_.job.v) + " is cut short");
        const std::uint32_t number = next_line_++;
        {
            const std::lock_guard lock(mutex_);
            if (states_[number] != LineState::unsent) continue;
        }
        return Next(Taken{number, std::string(line.text),
                          model::make_custom_id(intent_, number, key_.attempt)});
    }
    return Next();
}

core::Result<> SyncShard::wait_synced(std::unique_lock<std::mutex>& lock, std::uint64_t change) {
    while (synced_ < change && !lost_) {
        if (syncing_) {
            synced_cv_.wait(lock);
            continue;
        }
        syncing_ = true;
        const std::uint64_t covered = changes_;
        lock.unlock();
        auto done = part_->sync();
        if (done) done = sent_->sync();
        lock.lock();
        syncing_ = false;
        if (done) {
            synced_ = covered;
        } else {
            lost_ = std::move(done).error();
        }
        synced_cv_.notify_all();
    }
    return lost_ ? core::Result<>(*lost_) : core::Result<>{};
}

core::Result<> SyncShard::claim(std::uint32_t line) {
    std::string note;
    append_note(note, Note::sent, line);
    std::unique_lock lock(mutex_);
    if (lost_) return *lost_;
    OVERNIGHT_TRY(sent_->append(note));
    states_[line] = LineState::sent;
    OVERNIGHT_TRY(wait_synced(lock, ++changes_));
    lock.unlock();
    core::fault_point("sync.claimed");
    return {};
}

void SyncShard::unclaim(std::uint32_t line) {
    std::string note;
    append_note(note, Note::not_run, line);
    const std::lock_guard lock(mutex_);
    if (states_[line] != LineState::sent) return;
    // Not synced: if it is lost, the line counts as sent, which costs a try and no money.
    if (!sent_->append(note)) return;
    ++changes_;
    states_[line] = LineState::unsent;
}

core::Result<> SyncShard::keep(std::uint32_t line, std::string_view result) {
    core::fault_point("sync.replied");
    const std::lock_guard lock(mutex_);
    OVERNIGHT_TRY(part_->append(result));
    ++changes_;
    states_[line] = LineState::answered;
    ++done_;
    return {};
}

core::Result<> SyncShard::sync() {
    std::unique_lock lock(mutex_);
    return wait_synced(lock, changes_);
}

std::uint32_t SyncShard::done() const {
    const std::lock_guard lock(mutex_);
    return done_;
}

bool SyncShard::proven() const {
    const std::lock_guard lock(mutex_);
    return proven_;
}

void SyncShard::prove() {
    const std::lock_guard lock(mutex_);
    proven_ = true;
}

core::Result<> SyncShard::finish() {
    if (!part_) return {};
    OVERNIGHT_TRY(sync());
    OVERNIGHT_TRY(part_->rename(output_));
    part_.reset();
    core::fault_point("sync.renamed");
    return {};
}

}  // namespace overnight::submitter
