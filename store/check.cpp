// The check: indexes, counters and files derived anew from one snapshot.
#include "store/attempt_row.hpp"
#include "store/checker.hpp"
#include "store/impl.hpp"
#include "store/index_format.hpp"
#include "store/segment_row.hpp"

#include <algorithm>
#include <set>

namespace overnight::store {

using core::Result;

namespace {

constexpr std::size_t most_reports = 200;

std::string shown(core::JobId job) {
    return "job " + std::to_string(job.v);
}
std::string shown(const model::AttemptKey& key) {
    return shown(key.job) + ", shard " + std::to_string(key.shard.v) + ", attempt " +
           std::to_string(key.attempt);
}

/// The files that one snapshot names and that are not in the folder as they should be.
Result<std::vector<std::string>> wrong_files(const Store& store) {
    std::vector<std::string> wrong;
    OVERNIGHT_TRY_ASSIGN(const auto segments, store.segments());
    OVERNIGHT_TRY_ASSIGN(const auto indexes, store.indexes());
    const auto look = [&](const std::string& file, std::uint64_t bytes) {
        const auto there = check_file(store.results_dir() / file, bytes);
        if (!there) wrong.push_back(there.error().describe());
    };
    for (const Segment& segment : segments)
        look(segment.file, segment.bytes);
    for (const IndexFile& index : indexes)
        look(index.file, index_file_bytes(index.entries));
    return wrong;
}

}  // namespace

void Checker::report(std::string what) {
    if (found_.size() < most_reports) found_.push_back(std::move(what));
}

template <class Def>
Result<> Checker::check_table(const Table<Def>& table) {
    OVERNIGHT_TRY_ASSIGN(auto cursor, RawTable::Cursor::open(table.raw(), txn_));
    OVERNIGHT_TRY_ASSIGN(bool more, cursor.seek(""));
    while (more) {
        const auto bytes = cursor.value();
        typename Def::Key key{};
        typename Def::Value value{};
        if (!bytes)
            report(bytes.error().describe());
        else if (!Table<Def>::decode_key(cursor.key(), key) || !decode_row(*bytes, value))
            report(std::string("a value of the table ") + Def::name + " cannot be read");
        OVERNIGHT_TRY_ASSIGN(more, cursor.next());
    }
    return {};
}

Result<> Checker::check_values() {
    Tables tables = tables_;  // handles only
    return tables.for_each([&](const auto& table) { return check_table(table); });
}

Result<> Checker::check_no_strangers() {
    const RawTable* const by_job[] = {&tables_.facts.raw(),         &tables_.rows.raw(),
                                      &tables_.duplicates.raw(),    &tables_.failures.raw(),
                                      &tables_.tries.raw(),         &tables_.queue.raw(),
                                      &tables_.resubmissions.raw(), &tables_.shards.raw()};
    for (const RawTable* table : by_job) {
        OVERNIGHT_TRY_ASSIGN(auto cursor, RawTable::Cursor::open(*table, txn_));
        OVERNIGHT_TRY_ASSIGN(bool more, cursor.seek(""));
        while (more) {
            core::Reader key(cursor.key());
            const core::JobId job{key.u32()};
            OVERNIGHT_TRY_ASSIGN(const auto progress, tables_.progress.get(txn_, job));
            OVERNIGHT_TRY_ASSIGN(const auto removal, tables_.removals.get(txn_, job));
            if (!progress && !removal)
                report(std::string("the table ") + table->name() + " has rows of " + shown(job) +
                       ", which does not exist");
            if (job.v == UINT32_MAX) break;
            OVERNIGHT_TRY_ASSIGN(more, cursor.seek(key_bytes(core::JobId{job.v + 1})));
        }
    }
    return {};
}

Result<> Checker::check_jobs() {
    OVERNIGHT_TRY(check_no_strangers());
    OVERNIGHT_TRY(tables_.segments.scan(txn_, "", [&](core::SegmentNo no, const Segment& segment) {
        segment_bytes_[no] = segment.bytes;
        return true;
    }));
    std::vector<std::pair<core::JobId, JobProgress>> jobs;
    OVERNIGHT_TRY(tables_.progress.scan(txn_, "", [&](core::JobId job, JobProgress& progress) {
        jobs.emplace_back(job, std::move(progress));
        return true;
    }));
    for (const auto& [job, progress] : jobs) {
        OVERNIGHT_TRY_ASSIGN(const auto facts, tables_.facts.get(txn_, job));
        if (!facts || facts->job.id != job) report(shown(job) + ": has no facts");
        OVERNIGHT_TRY(check_job(job, progress));
    }
    return {};
}

Result<> Checker::check_job(core::JobId job, const JobProgress& progress) {
    OVERNIGHT_TRY_ASSIGN(Expected expected, derive_rows(job));
    OVERNIGHT_TRY(derive_queue(job, expected));
    std::uint64_t resubmissions = 0;
    OVERNIGHT_TRY(tables_.resubmissions.scan(
        txn_, key_bytes(job), [&](const ResubmissionKey&, const model::Resubmission&) {
            ++resubmissions;
            return true;
        }));
    const auto differ = [&](const char* what) {
        report(shown(job) + ": the count of " + what + " does not fit");
    };
    if (progress.rows != expected.rows) differ("rows");
    if (progress.waiting != expected.waiting) differ("waiting rows");
    if (progress.queued != expected.queued || progress.queue_oldest != expected.queue_oldest)
        differ("queued rows");
    if (progress.resubmissions != resubmissions) differ("resubmissions");
    return compare_shards(job, progress);
}

Result<> Checker::compare_shards(core::JobId job, const JobProgress& progress) {
    std::uint32_t shards = 0;
    std::uint32_t attempts = 0;
    std::uint32_t batches = 0;
    std::uint32_t attempts_of_shards = 0;
    std::uint64_t requests = 0;
    std::uint64_t open_rows = 0;
    OVERNIGHT_TRY(tables_.shards.scan(
        txn_, key_bytes(job), [&](const model::ShardKey& key, const model::Shard& shard) {
            if (key.shard.v != shards || shard.key != key)
                report(shown(job) + ": its shards have a gap at " + std::to_string(key.shard.v));
            ++shards;
            attempts_of_shards += shard.attempts;
            requests += shard.requests;
            if (shard.state == model::ShardState::open) open_rows += shard.rows;
            return true;
        }));
    OVERNIGHT_TRY(tables_.attempts.scan(txn_, key_bytes(job),
                                        [&](const model::AttemptKey&, const model::Attempt& a) {
                                            ++attempts;
                                            if (!a.batch.empty()) ++batches;
                                            return true;
                                        }));
    if (progress.shards != shards || progress.requests != requests)
        report(shown(job) + ": the count of shards or requests does not fit");
    if (progress.attempts != attempts || progress.batches != batches ||
        attempts_of_shards != attempts)
        report(shown(job) + ": the count of attempts or batches does not fit");
    if (progress.state == model::JobState::running &&
        progress.waiting > open_rows + progress.queued)
        report(shown(job) + ": " + std::to_string(progress.waiting) + " rows wait, but only " +
               std::to_string(open_rows) + " are in open shards and " +
               std::to_string(progress.queued) + " in the queue");
    return {};
}

Result<> Checker::check_attempts() {
    std::uint64_t attempts = 0;
    std::uint64_t live = 0;
    std::uint64_t voided = 0;
    Result<> each;
    const auto look = [&](const model::AttemptKey& key, const model::Attempt& a) -> Result<> {
        ++attempts;
        if (a.key != key) report(shown(key) + ": is stored under another key");
        OVERNIGHT_TRY_ASSIGN(const auto intent, tables_.intents.get(txn_, a.intent));
        if (!intent || *intent != key) report(shown(key) + ": is not found by its intent");
        OVERNIGHT_TRY_ASSIGN(const auto progress, tables_.progress.get(txn_, key.job));
        OVERNIGHT_TRY_ASSIGN(const auto removal, tables_.removals.get(txn_, key.job));
        const bool hidden = (progress && progress->state == model::JobState::planning) ||
                            (removal && removal->what == Removal::everything);
        const bool is_live = model::is_live(a.state) && !hidden;
        OVERNIGHT_TRY_ASSIGN(const auto in_live, tables_.live.get(txn_, {a.account, key}));
        if (in_live.has_value() != is_live) report(shown(key) + ": the list of live attempts errs");
        if (is_live) ++live;
        if (a.state != model::AttemptState::voided) return {};
        ++voided;
        OVERNIGHT_TRY_ASSIGN(const auto in_voided,
                             tables_.voided.get(txn_, {a.account, voided_time(a), key}));
        if (!in_voided) report(shown(key) + ": the list of voided attempts errs");
        return {};
    };
    OVERNIGHT_TRY(
        tables_.attempts.scan(txn_, "", [&](const model::AttemptKey& key, const model::Attempt& a) {
            each = look(key, a);
            return each.has_value();
        }));
    OVERNIGHT_TRY(std::move(each));
    OVERNIGHT_TRY_ASSIGN(const auto in_intents, tables_.intents.raw().count(txn_));
    OVERNIGHT_TRY_ASSIGN(const auto in_live, tables_.live.raw().count(txn_));
    OVERNIGHT_TRY_ASSIGN(const auto in_voided, tables_.voided.raw().count(txn_));
    if (in_intents != attempts || in_live != live || in_voided != voided)
        report("an index of the attempts names attempts that are not there");
    return {};
}

Result<> Checker::check_numbers() {
    const auto behind = [&](Counter counter, const RawTable& table) -> Result<> {
        OVERNIGHT_TRY_ASSIGN(const auto next, tables_.counters.get(txn_, counter));
        OVERNIGHT_TRY_ASSIGN(const auto last, table.last_key(txn_));
        if (!last) return {};
        core::Reader key(*last);
        if (!next || key.u32() >= next->v)
            report(std::string("the next number of ") + table.name() + " is taken already");
        return {};
    };
    OVERNIGHT_TRY(behind(Counter::next_job, tables_.progress.raw()));
    OVERNIGHT_TRY(behind(Counter::next_job, tables_.attempts.raw()));
    OVERNIGHT_TRY(behind(Counter::next_segment, tables_.segments.raw()));
    return behind(Counter::next_index, tables_.indexes.raw());
}

Result<std::vector<std::string>> Store::check() const {
    std::vector<std::string> found;
    {
        OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
        Checker checker(impl_->tables, txn);
        OVERNIGHT_TRY(checker.check_values());
        if (checker.clean()) {
            OVERNIGHT_TRY(checker.check_jobs());
            OVERNIGHT_TRY(checker.check_attempts());
            OVERNIGHT_TRY(checker.check_numbers());
        }
        found = std::move(checker).take();
    }
    if (!found.empty()) return found;
    // An index file can be replaced and removed while we look: only what stays wrong is.
    OVERNIGHT_TRY_ASSIGN(const auto wrong, wrong_files(*this));
    if (wrong.empty()) return found;
    OVERNIGHT_TRY_ASSIGN(const auto again, wrong_files(*this));
    const std::set<std::string> before(wrong.begin(), wrong.end());
    for (const std::string& line : again)
        if (before.count(line) != 0) found.push_back(line);
    return found;
}

}  // namespace overnight::store
