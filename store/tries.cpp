// What was tried for a row: tries/1, its index queue/1, and resubmissions/1.

#include "store/tries.hpp"

#include "store/impl.hpp"
#include "store/job_row.hpp"

#include <algorithm>

namespace overnight::store {

using core::Result;

namespace {

void joined(JobProgress& progress, core::TimePoint at) {
    progress.queue_oldest = progress.queued == 0 ? at : std::min(progress.queue_oldest, at);
    ++progress.queued;
}

/// When the oldest may have left, zero asks settle_queue() to look.
void left(JobProgress& progress, core::TimePoint at) {
    --progress.queued;
    if (progress.queued == 0 || at <= progress.queue_oldest) progress.queue_oldest = {};
}

}  // namespace

Result<> put_try(const Tables& tables,
                 WriteTxn& txn,
                 core::JobId job,
                 core::RowNo row,
                 const model::TryRecord& record,
                 JobProgress& progress) {
    OVERNIGHT_TRY_ASSIGN(const auto before, tables.tries.get(txn, {job, row}));
    const bool was_queued = before && before->queued;
    if (was_queued) left(progress, before->queued_at);
    if (record.queued) joined(progress, record.queued_at);
    if (record.queued && !was_queued) OVERNIGHT_TRY(tables.queue.put(txn, {job, row}, {}));
    if (!record.queued && was_queued) OVERNIGHT_TRY(tables.queue.erase(txn, {job, row}));
    return tables.tries.put(txn, {job, row}, record);
}

Result<bool> dequeue(
    const Tables& tables, WriteTxn& txn, core::JobId job, core::RowNo row, JobProgress& progress) {
    OVERNIGHT_TRY_ASSIGN(auto record, tables.tries.get(txn, {job, row}));
    if (!record || !record->queued) return false;
    record->queued = false;
    OVERNIGHT_TRY(put_try(tables, txn, job, row, *record, progress));
    return true;
}

Result<> settle_queue(const Tables& tables,
                      const ReadTxn& txn,
                      core::JobId job,
                      JobProgress& progress) {
    if (progress.queued == 0 || progress.queue_oldest != core::TimePoint{}) return {};
    auto oldest = core::TimePoint::max();
    core::Result<> read;
    OVERNIGHT_TRY(tables.queue.scan(txn, key_bytes(job), [&](const RowKey& key, const Unit&) {
        const auto record = tables.tries.get(txn, key);
        if (!record) {
            read = record.error();
            return false;
        }
        if (*record) oldest = std::min(oldest, (*record)->queued_at);
        return true;
    }));
    OVERNIGHT_TRY(std::move(read));
    progress.queue_oldest = oldest;
    return {};
}

Result<> add_resubmission(const Tables& tables,
                          WriteTxn& txn,
                          core::JobId job,
                          core::RowNo row,
                          const model::Resubmission& resubmission,
                          JobProgress& progress) {
    std::uint16_t next = 0;
    {
        OVERNIGHT_TRY_ASSIGN(auto cursor, RawTable::Cursor::open(tables.resubmissions.raw(), txn));
        OVERNIGHT_TRY_ASSIGN(const bool found,
                             cursor.seek_before(key_bytes(job, row, std::uint16_t{0xffff})));
        ResubmissionKey last{};
        if (found && cursor.key().starts_with(key_bytes(job, row)) &&
            Table<Resubmissions>::decode_key(cursor.key(), last))
            next = static_cast<std::uint16_t>(std::get<2>(last) + 1);
    }
    ++progress.resubmissions;
    return tables.resubmissions.put(txn, {job, row, next}, resubmission);
}

Result<std::optional<model::TryRecord>> Store::tries(core::JobId job, core::RowNo row) const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    return impl_->tables.tries.get(txn, {job, row});
}

Result<std::vector<model::Resubmission>> Store::resubmissions(core::JobId job,
                                                              core::RowNo row) const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    std::vector<model::Resubmission> found;
    OVERNIGHT_TRY(impl_->tables.resubmissions.scan(
        txn, key_bytes(job, row), [&](const ResubmissionKey&, model::Resubmission& resubmission) {
            found.push_back(std::move(resubmission));
            return true;
        }));
    return found;
}

// A few thousand a transaction, so that no reader lives long.
Result<> Store::for_each_resubmission(
    core::JobId job,
    const std::function<bool(core::RowNo, const model::Resubmission&)>& each) const {
    constexpr std::size_t at_once = 4096;
    core::RowNo from{0};
    while (true) {
        std::vector<std::pair<core::RowNo, model::Resubmission>> some;
        {
            OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
            OVERNIGHT_TRY(impl_->tables.resubmissions.scan(
                txn, key_bytes(job), key_bytes(job, from),
                [&](const ResubmissionKey& key, model::Resubmission& resubmission) {
                    const auto row = std::get<1>(key);
                    if (some.size() >= at_once && row != some.back().first) return false;
                    some.emplace_back(row, std::move(resubmission));
                    return true;
                }));
        }
        for (const auto& [row, resubmission] : some)
            if (!each(row, resubmission)) return {};
        if (some.size() < at_once) return {};
        from = core::RowNo{some.back().first.v + 1};
    }
}

Result<std::uint64_t> Store::count_resubmissions(core::JobId job) const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    OVERNIGHT_TRY_ASSIGN(const auto progress, read_progress(impl_->tables, txn, job));
    return progress.resubmissions;
}

Result<QueueSummary> Store::queue(core::JobId job) const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    OVERNIGHT_TRY_ASSIGN(const auto progress, read_progress(impl_->tables, txn, job));
    return QueueSummary{progress.queued, progress.queue_oldest};
}

Result<std::vector<std::pair<core::RowNo, model::TryRecord>>> Store::queued(
    core::JobId job, core::RowNo from, std::size_t limit) const {
    std::vector<std::pair<core::RowNo, model::TryRecord>> found;
    if (limit == 0) return found;
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    OVERNIGHT_TRY(impl_->tables.queue.scan(
        txn, key_bytes(job), key_bytes(job, from), [&](const RowKey& key, const Unit&) {
            found.emplace_back(std::get<1>(key), model::TryRecord{});
            return found.size() < limit;
        }));
    for (auto& [row, record] : found) {
        OVERNIGHT_TRY_ASSIGN(auto stored, impl_->tables.tries.get(txn, {job, row}));
        if (!stored)
            return core::Error(core::Errc::corrupt,
                               "row " + std::to_string(row.v) + " is queued without a record");
        record = *stored;
    }
    return found;
}

}  // namespace overnight::store
