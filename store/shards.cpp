// Shards: shards/1, and the beginning of attempts.

#include "store/attempt_row.hpp"
#include "store/impl.hpp"
#include "store/job_row.hpp"
#include "store/row_editor.hpp"
#include "store/tries.hpp"

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;

namespace {

std::string shown(const model::ShardKey& key) {
    return "shard " + std::to_string(key.shard.v) + " of job " + std::to_string(key.job.v);
}

Result<model::Shard> read_shard(const Tables& tables,
                                const ReadTxn& txn,
                                const model::ShardKey& key) {
    OVERNIGHT_TRY_ASSIGN(auto shard, tables.shards.get(txn, key));
    if (!shard) return Error(Errc::not_found, "there is no " + shown(key));
    return *shard;
}

/// Counts the new shard and its first attempt.
Result<> insert_shard(const Tables& tables,
                      WriteTxn& txn,
                      model::Shard shard,
                      const model::Attempt& first,
                      Listing listing,
                      JobProgress& progress) {
    if (shard.key.shard.v != progress.shards)
        return Error(Errc::conflict, "the next shard of job " + std::to_string(shard.key.job.v) +
                                         " is " + std::to_string(progress.shards) + ", not " +
                                         std::to_string(shard.key.shard.v));
    if (first.key.shard_key() != shard.key || first.key.attempt != 1)
        return Error(Errc::internal, "a shard comes with its own first attempt");
    shard.state = model::ShardState::open;
    shard.attempts = 1;
    progress.shards += 1;
    progress.requests += shard.requests;
    progress.attempts += 1;
    OVERNIGHT_TRY(tables.shards.put(txn, shard.key, shard));
    return insert_attempt(tables, txn, first, listing);
}

Result<> check_running(const JobProgress& progress, core::JobId job) {
    if (progress.state == model::JobState::running) return {};
    const bool stopped = progress.state == model::JobState::cancelling ||
                         progress.state == model::JobState::cancelled;
    return Error(stopped ? Errc::cancelled : Errc::conflict,
                 "job " + std::to_string(job.v) + " is " + std::string(name(progress.state)) +
                     ": nothing more is sent for it");
}

}  // namespace

Result<> change_shard(const Tables& tables,
                      WriteTxn& txn,
                      const model::ShardKey& key,
                      model::ShardState state) {
    OVERNIGHT_TRY_ASSIGN(auto shard, read_shard(tables, txn, key));
    if (!model::may_become(shard.state, state))
        return Error(Errc::internal, shown(key) + " is " + std::string(name(shard.state)) +
                                         " and cannot become " + std::string(name(state)));
    shard.state = state;
    return tables.shards.put(txn, key, shard);
}

Result<> drop_open_shard(const Tables& tables, WriteTxn& txn, const model::ShardKey& key) {
    OVERNIGHT_TRY_ASSIGN(const auto shard, read_shard(tables, txn, key));
    OVERNIGHT_TRY_ASSIGN(const auto latest,
                         tables.attempts.get(txn, {key.job, key.shard, shard.attempts}));
    if (shard.state != model::ShardState::open || !latest ||
        latest->state != model::AttemptState::voided)
        return Error(Errc::conflict,
                     shown(key) +
                         " can be given up only while it is open and its latest attempt "
                         "is known not to run");
    return change_shard(tables, txn, key, model::ShardState::dropped);
}

Result<> Store::add_shard(const model::Shard& shard, const model::Attempt& first) {
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    OVERNIGHT_TRY_ASSIGN(auto progress, read_progress(impl_->tables, txn, shard.key.job));
    if (progress.state != model::JobState::planning)
        return Error(Errc::conflict,
                     "job " + std::to_string(shard.key.job.v) + " is not being planned");
    OVERNIGHT_TRY(insert_shard(impl_->tables, txn, shard, first, Listing::hidden, progress));
    OVERNIGHT_TRY(write_progress(impl_->tables, txn, shard.key.job, progress));
    return std::move(txn).commit();
}

Result<> Store::add_retry_shard(const model::Shard& shard,
                                const model::Attempt& first,
                                std::span<const core::RowNo> rows) {
    const core::JobId job = shard.key.job;
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    OVERNIGHT_TRY_ASSIGN(auto progress, read_progress(impl_->tables, txn, job));
    OVERNIGHT_TRY(check_running(progress, job));
    OVERNIGHT_TRY(insert_shard(impl_->tables, txn, shard, first, Listing::live, progress));
    for (const core::RowNo row : rows) {
        OVERNIGHT_TRY_ASSIGN(const bool was, dequeue(impl_->tables, txn, job, row, progress));
        if (!was)
            return Error(Errc::conflict, "row " + std::to_string(row.v) + " of job " +
                                             std::to_string(job.v) + " is not queued");
    }
    OVERNIGHT_TRY(settle_queue(impl_->tables, txn, job, progress));
    OVERNIGHT_TRY(write_progress(impl_->tables, txn, job, progress));
    return std::move(txn).commit();
}

Result<> Store::begin_attempt(const model::Attempt& next) {
    const model::ShardKey key = next.key.shard_key();
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    OVERNIGHT_TRY_ASSIGN(auto progress, read_progress(impl_->tables, txn, key.job));
    OVERNIGHT_TRY(check_running(progress, key.job));
    OVERNIGHT_TRY_ASSIGN(auto shard, read_shard(impl_->tables, txn, key));
    OVERNIGHT_TRY_ASSIGN(const auto latest,
                         impl_->tables.attempts.get(txn, {key.job, key.shard, shard.attempts}));
    if (shard.state != model::ShardState::open || next.key.attempt != shard.attempts + 1 ||
        !latest || latest->state != model::AttemptState::voided)
        return Error(Errc::conflict, "no new attempt of " + shown(key) +
                                         ": the one before is not proven never to have run");
    ++shard.attempts;
    ++progress.attempts;
    OVERNIGHT_TRY(impl_->tables.shards.put(txn, key, shard));
    OVERNIGHT_TRY(insert_attempt(impl_->tables, txn, next, Listing::live));
    OVERNIGHT_TRY(write_progress(impl_->tables, txn, key.job, progress));
    return std::move(txn).commit();
}

Result<> Store::drop_shard(const model::ShardKey& key) {
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    OVERNIGHT_TRY(drop_open_shard(impl_->tables, txn, key));
    return std::move(txn).commit();
}

Result<> Store::requeue_shard(const model::Attempt& voided,
                              std::span<const std::pair<core::RowNo, model::TryRecord>> rows,
                              const model::Resubmission& why) {
    const core::JobId job = voided.key.job;
    const Tables& tables = impl_->tables;
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    OVERNIGHT_TRY_ASSIGN(auto progress, read_progress(tables, txn, job));
    OVERNIGHT_TRY_ASSIGN(const auto shard, read_shard(tables, txn, voided.key.shard_key()));
    if (shard.attempts != voided.key.attempt)
        return Error(Errc::conflict, "a later attempt of " + shown(shard.key) + " has its rows");
    OVERNIGHT_TRY(drop_open_shard(tables, txn, shard.key));
    RowEditor editor(tables, txn, job);
    for (const auto& [row, wanted] : rows) {
        OVERNIGHT_TRY_ASSIGN(const auto record, editor.read(row));
        if (record.state != model::RowState::waiting) continue;  // a late orphan settled it
        model::TryRecord queued = wanted;
        queued.queued = true;
        OVERNIGHT_TRY(put_try(tables, txn, job, row, queued, progress));
        model::Resubmission reason = why;
        reason.shard = voided.key.shard;
        reason.attempt = voided.key.attempt;
        reason.request = wanted.request;
        OVERNIGHT_TRY(add_resubmission(tables, txn, job, row, reason, progress));
    }
    OVERNIGHT_TRY(settle_queue(tables, txn, job, progress));
    OVERNIGHT_TRY(write_progress(tables, txn, job, progress));
    return std::move(txn).commit();
}

Result<std::optional<model::Shard>> Store::shard(const model::ShardKey& key) const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    return impl_->tables.shards.get(txn, key);
}

Result<std::vector<model::Shard>> Store::shards(core::JobId job) const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    std::vector<model::Shard> found;
    OVERNIGHT_TRY(impl_->tables.shards.scan(txn, key_bytes(job),
                                            [&](const model::ShardKey&, const model::Shard& shard) {
                                                found.push_back(shard);
                                                return true;
                                            }));
    return found;
}

}  // namespace overnight::store
