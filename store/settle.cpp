// Settling an attempt: the one transaction in which results count. The first success of a row wins;
// a settlement can be delivered twice or late and changes nothing that was settled before.

#include "jsonl/fd.hpp"
#include "store/attempt_row.hpp"
#include "store/impl.hpp"
#include "store/job_row.hpp"
#include "store/row_editor.hpp"
#include "store/segment_row.hpp"
#include "store/tries.hpp"

#include <algorithm>

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;
using model::RowState;

namespace {

/// What can be wrong with a settlement before the store is looked at: bugs of the caller.
Result<> check_shape(const Settlement& s) {
    const auto wrong = [](const char* what) {
        return Error(Errc::internal, std::string("a settlement is wrong: ") + what);
    };
    using State = model::AttemptState;
    if (s.attempt.state != State::settled && s.attempt.state != State::voided)
        return wrong("its attempt is neither settled nor voided");
    if (s.attempt.state == State::settled && s.shard == model::ShardState::open)
        return wrong("its shard stays open");
    const auto by_row = [](const auto& a, const auto& b) { return a.first < b.first; };
    const auto ascending = [&](const auto& list) {
        return std::adjacent_find(list.begin(), list.end(), [&](const auto& a, const auto& b) {
                   return !by_row(a, b);
               }) == list.end();
    };
    if (!ascending(s.rows) || !ascending(s.failures)) return wrong("its rows do not ascend");
    auto failure = s.failures.begin();
    for (const auto& [row, record] : s.rows) {
        if (record.state == RowState::answered) continue;
        if (record.state != RowState::failed) return wrong("a row is neither answered nor failed");
        while (failure != s.failures.end() && failure->first < row)
            ++failure;
        if (failure == s.failures.end() || failure->first != row)
            return wrong("a row fails without a reason");
    }
    // A row that may be sent again must have its reason on record in the same transaction.
    std::vector<core::RowNo> reasoned;
    for (const auto& [row, resubmission] : s.resubmissions)
        reasoned.push_back(row);
    std::sort(reasoned.begin(), reasoned.end());
    for (const auto& [row, record] : s.tries)
        if (record.queued && !std::binary_search(reasoned.begin(), reasoned.end(), row))
            return wrong("a row is queued again without a resubmission");
    return {};
}

/// The rows' part of a settlement.
class RowsStep {
public:
    RowsStep(const Tables& tables,
             WriteTxn& txn,
             const Settlement& settlement,
             JobProgress& progress,
             SettleReport& report)
        : tables_(tables),
          txn_(txn),
          settlement_(settlement),
          job_(settlement.attempt.key.job),
          progress_(progress),
          report_(report),
          editor_(tables, txn, job_) {}

    Result<> apply_outcomes();
    Result<> apply_tries();

private:
    Result<> apply(core::RowNo row, const model::RowRecord& next, std::uint64_t copies);
    const Tables& tables_;
    WriteTxn& txn_;
    const Settlement& settlement_;
    core::JobId job_;
    JobProgress& progress_;
    SettleReport& report_;
    RowEditor editor_;
};

Result<> RowsStep::apply_outcomes() {
    OVERNIGHT_TRY_ASSIGN(auto duplicates, Probe<Duplicates>::open(tables_.duplicates, txn_));
    OVERNIGHT_TRY_ASSIGN(auto queue, Probe<Queue>::open(tables_.queue, txn_));
    for (const auto& [row, next] : settlement_.rows) {
        if (report_.answers_only && next.state != RowState::answered) continue;
        std::uint64_t copies = 0;
        if (progress_.rows.duplicates > 0) {
            OVERNIGHT_TRY_ASSIGN(const auto count, duplicates.at({job_, row}));
            if (count) copies = count->v;
        }
        if (progress_.queued > 0) {
            OVERNIGHT_TRY_ASSIGN(const auto queued, queue.at({job_, row}));
            if (queued) OVERNIGHT_TRY(dequeue(tables_, txn_, job_, row, progress_));
        }
        OVERNIGHT_TRY(apply(row, next, copies));
    }
    return editor_.flush();
}

Result<> RowsStep::apply(core::RowNo row, const model::RowRecord& next, std::uint64_t copies) {
    OVERNIGHT_TRY_ASSIGN(const auto before, editor_.read(row));
    if (before.state == RowState::duplicate)
        return Error(Errc::internal, "row " + std::to_string(row.v) + " of job " +
                                         std::to_string(job_.v) +
                                         " repeats another row and was never sent");
    const bool upgrade = before.state == RowState::failed && next.state == RowState::answered;
    if (before.state != RowState::waiting && !upgrade) {
        ++report_.superseded;
        return {};
    }
    const std::uint64_t rows = 1 + copies;
    if (upgrade) {
        progress_.rows.failed -= rows;
        ++report_.upgraded;
        OVERNIGHT_TRY(tables_.failures.erase(txn_, {job_, row}));
    } else {
        --progress_.waiting;
    }
    if (next.state == RowState::answered) {
        progress_.rows.answered += rows;
        ++report_.answered;
    } else {
        progress_.rows.failed += rows;
        ++report_.failed;
        const auto& failures = settlement_.failures;
        const auto failure =
            std::lower_bound(failures.begin(), failures.end(), row,
                             [](const auto& at, core::RowNo wanted) { return at.first < wanted; });
        OVERNIGHT_TRY(tables_.failures.put(txn_, {job_, row}, failure->second));
    }
    editor_.write(row, next);
    return {};
}

Result<> RowsStep::apply_tries() {
    if (report_.answers_only) return {};
    for (const auto& [row, wanted] : settlement_.tries) {
        OVERNIGHT_TRY_ASSIGN(const auto record, editor_.read(row));
        model::TryRecord next = wanted;
        next.queued = wanted.queued && record.state == RowState::waiting;
        if (next.queued) ++report_.queued;
        OVERNIGHT_TRY(put_try(tables_, txn_, job_, row, next, progress_));
    }
    for (const auto& [row, resubmission] : settlement_.resubmissions) {
        OVERNIGHT_TRY_ASSIGN(const auto record, editor_.read(row));
        if (record.state == RowState::waiting)
            OVERNIGHT_TRY(add_resubmission(tables_, txn_, job_, row, resubmission, progress_));
    }
    return {};
}

/// True when the attempt is the latest of its open shard, so that it decides what becomes of the
/// rows.
Result<bool> decides(const Tables& tables, const ReadTxn& txn, const model::AttemptKey& key) {
    OVERNIGHT_TRY_ASSIGN(const auto shard, tables.shards.get(txn, key.shard_key()));
    return shard && shard->state == model::ShardState::open && shard->attempts == key.attempt;
}

}  // namespace

Result<> Store::settle(const Settlement& s, SettleReport* report) {
    OVERNIGHT_TRY(check_shape(s));
    if (s.segment) OVERNIGHT_TRY(check_file(results_dir() / s.segment->file, s.segment->bytes));
    if (s.index) OVERNIGHT_TRY(check_file(results_dir() / s.index->file));

    SettleReport done;
    const Tables& tables = impl_->tables;
    const core::JobId job = s.attempt.key.job;
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    OVERNIGHT_TRY_ASSIGN(const auto before, check_transition(tables, txn, s.attempt, s.expected));
    OVERNIGHT_TRY_ASSIGN(auto progress, tables.progress.get(txn, job));
    if (progress && progress->state == model::JobState::planning)
        return Error(Errc::conflict, "job " + std::to_string(job.v) + " is not planned whole");
    OVERNIGHT_TRY_ASSIGN(const bool deciding, decides(tables, txn, s.attempt.key));
    done.answers_only = !deciding;

    if (s.segment) OVERNIGHT_TRY(insert_segment(tables, txn, *s.segment));
    if (s.index) OVERNIGHT_TRY(insert_index(tables, txn, *s.index));
    if (progress) {
        // Cursors end before the transaction does.
        RowsStep step(tables, txn, s, *progress, done);
        OVERNIGHT_TRY(step.apply_outcomes());
        OVERNIGHT_TRY(step.apply_tries());
        OVERNIGHT_TRY(settle_queue(tables, txn, job, *progress));
        progress->usage += s.usage;
        if (s.pack_rows != 0 && (progress->pack_rows == 0 || s.pack_rows < progress->pack_rows))
            progress->pack_rows = s.pack_rows;
    }
    if (deciding) OVERNIGHT_TRY(change_shard(tables, txn, s.attempt.key.shard_key(), s.shard));
    OVERNIGHT_TRY(replace_attempt(tables, txn, before, s.attempt, progress ? &*progress : nullptr));
    if (progress) OVERNIGHT_TRY(write_progress(tables, txn, job, *progress));
    OVERNIGHT_TRY(std::move(txn).commit());
    if (report) *report = done;
    return {};
}

}  // namespace overnight::store
