// Failures: reading failures/1, and sending failed rows again.

#include "store/impl.hpp"
#include "store/job_row.hpp"
#include "store/row_editor.hpp"
#include "store/tries.hpp"

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;

namespace {

using FailureAt = std::pair<core::RowNo, model::Failure>;

/// Failures handed out, or rows queued again, in one transaction.
constexpr std::size_t failures_at_once = 4096;

Result<std::vector<FailureAt>> some_failures(const Tables& tables,
                                             const ReadTxn& txn,
                                             core::JobId job,
                                             core::RowNo from) {
    std::vector<FailureAt> some;
    OVERNIGHT_TRY(tables.failures.scan(txn, key_bytes(job), key_bytes(job, from),
                                       [&](const RowKey& key, model::Failure& failure) {
                                           some.emplace_back(std::get<1>(key), std::move(failure));
                                           return some.size() < failures_at_once;
                                       }));
    return some;
}

/// Kept: where the row's text stands. Gone: what it did wrong before.
model::TryRecord fresh_try(const model::TryRecord& before, core::TimePoint now) {
    model::TryRecord record;
    record.shard = before.shard;
    record.attempt = before.attempt;
    record.request = before.request;
    record.place = before.place;
    record.pack_limit = before.pack_limit;
    record.raise_output = before.raise_output;
    record.queued = true;
    record.queued_at = now;
    return record;
}

/// Gives how many were queued.
Result<std::uint64_t> requeue(const Tables& tables,
                              WriteTxn& txn,
                              core::JobId job,
                              std::span<const FailureAt> failures,
                              core::TimePoint now,
                              JobProgress& progress) {
    RowEditor rows(tables, txn, job);
    std::uint64_t queued = 0;
    for (const auto& [row, failure] : failures) {
        // A row that failed while it was planned stands in no request: there is nothing to send.
        OVERNIGHT_TRY_ASSIGN(const auto before, tables.tries.get(txn, {job, row}));
        if (!before) continue;
        OVERNIGHT_TRY_ASSIGN(auto record, rows.read(row));
        if (record.state != model::RowState::failed)
            return Error(Errc::corrupt, "row " + std::to_string(row.v) + " of job " +
                                            std::to_string(job.v) + " has a failure but is " +
                                            std::string(name(record.state)));
        record = {};
        rows.write(row, record);
        OVERNIGHT_TRY_ASSIGN(const auto copies, tables.duplicates.get(txn, {job, row}));
        progress.rows.failed -= 1 + (copies ? copies->v : 0);
        ++progress.waiting;
        const model::TryRecord next = fresh_try(*before, now);
        OVERNIGHT_TRY(put_try(tables, txn, job, row, next, progress));
        const model::Resubmission why{next.shard,
                                      next.attempt,
                                      next.request,
                                      failure.verdict,
                                      0,
                                      "retry was asked for after: " + failure.reason,
                                      now};
        OVERNIGHT_TRY(add_resubmission(tables, txn, job, row, why, progress));
        OVERNIGHT_TRY(tables.failures.erase(txn, {job, row}));
        ++queued;
    }
    OVERNIGHT_TRY(rows.flush());
    return queued;
}

}  // namespace

Result<std::optional<model::Failure>> Store::failure(core::JobId job, core::RowNo row) const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    return impl_->tables.failures.get(txn, {job, row});
}

Result<> Store::for_each_failure(
    core::JobId job, const std::function<bool(core::RowNo, const model::Failure&)>& each) const {
    // The callback may write to a slow pipe, so it runs outside of any transaction.
    for (core::RowNo from{};;) {
        std::vector<FailureAt> some;
        {
            OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
            OVERNIGHT_TRY_ASSIGN(some, some_failures(impl_->tables, txn, job, from));
        }
        for (const auto& [row, failure] : some)
            if (!each(row, failure)) return {};
        if (some.size() < failures_at_once) return {};
        from.v = some.back().first.v + 1;
    }
}

Result<std::uint64_t> Store::requeue_failures(core::JobId job, core::TimePoint now) {
    const Tables& tables = impl_->tables;
    std::uint64_t queued = 0;
    for (core::RowNo from{};;) {
        OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
        OVERNIGHT_TRY_ASSIGN(auto progress, read_progress(tables, txn, job));
        if (progress.state != model::JobState::running &&
            progress.state != model::JobState::finished)
            return Error(Errc::conflict, "job " + std::to_string(job.v) + " is " +
                                             std::string(name(progress.state)) +
                                             ": rows can be sent again while it runs or when it "
                                             "is finished");
        OVERNIGHT_TRY_ASSIGN(const auto some, some_failures(tables, txn, job, from));
        OVERNIGHT_TRY_ASSIGN(const auto now_queued, requeue(tables, txn, job, some, now, progress));
        if (now_queued > 0) {
            OVERNIGHT_TRY(settle_queue(tables, txn, job, progress));
            progress.state = model::JobState::running;
            OVERNIGHT_TRY(write_progress(tables, txn, job, progress));
            OVERNIGHT_TRY(std::move(txn).commit());
            queued += now_queued;
        }
        if (some.size() < failures_at_once) return queued;
        from.v = some.back().first.v + 1;
    }
}

}  // namespace overnight::store
