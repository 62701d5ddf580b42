// The part of the check that walks one job's rows.

#include "store/checker.hpp"

#include <algorithm>

namespace overnight::store {

using core::Result;
using model::RowState;

namespace {

std::string shown(core::JobId job, core::RowNo row) {
    return "job " + std::to_string(job.v) + ", row " + std::to_string(row.v);
}

/// Spreads a number over 64 bits, so that sums of it compare sets without keeping them.
std::uint64_t spread(std::uint64_t n) noexcept {
    n = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9u;
    n = (n ^ (n >> 27)) * 0x94D049BB133111EBu;
    return n ^ (n >> 31);
}

}  // namespace

void Checker::check_place(core::JobId job, core::RowNo row, const model::AnswerPlace& place) {
    const auto segment = segment_bytes_.find(place.segment);
    if (segment == segment_bytes_.end())
        report(shown(job, row) + ": its answer is in segment " + std::to_string(place.segment.v) +
               ", which the store does not know");
    else if (place.offset > segment->second || segment->second - place.offset < 4u + place.length)
        report(shown(job, row) + ": its answer lies outside of its segment");
}

Result<Checker::Expected> Checker::derive_rows(core::JobId job) {
    Expected expected;
    OVERNIGHT_TRY_ASSIGN(auto duplicates, Probe<Duplicates>::open(tables_.duplicates, txn_));
    OVERNIGHT_TRY_ASSIGN(auto failures, Probe<Failures>::open(tables_.failures, txn_));
    OVERNIGHT_TRY_ASSIGN(auto queue, Probe<Queue>::open(tables_.queue, txn_));
    std::uint64_t next_block = 0;
    std::uint64_t failed_rows = 0;
    std::uint64_t pointed_at = 0;  // sum of spread(original) over the duplicates
    Result<> each_row;
    const auto visit = [&](core::RowNo row, const model::RowRecord& record) -> Result<> {
        const RowKey key{job, row};
        OVERNIGHT_TRY_ASSIGN(const auto copies, duplicates.at(key));
        OVERNIGHT_TRY_ASSIGN(const auto failure, failures.at(key));
        OVERNIGHT_TRY_ASSIGN(const auto queued, queue.at(key));
        const std::uint64_t rows = 1 + (copies ? copies->v : 0);
        if (queued && record.state != RowState::waiting)
            report(shown(job, row) + ": is queued but " + std::string(name(record.state)));
        if (failure.has_value() != (record.state == RowState::failed))
            report(shown(job, row) + ": is " + std::string(name(record.state)) +
                   (failure ? " with" : " without") + " a reason for failing");
        if (copies && record.state == RowState::duplicate)
            report(shown(job, row) + ": is a duplicate and has duplicates");
        ++expected.rows.total;
        switch (record.state) {
        case RowState::waiting:
            ++expected.waiting;
            break;
        case RowState::answered:
            expected.rows.answered += rows;
            check_place(job, row, record.place);
            break;
        case RowState::cached:
            expected.rows.cached += rows;
            check_place(job, row, record.place);
            break;
        case RowState::failed:
            expected.rows.failed += rows;
            ++failed_rows;
            break;
        case RowState::duplicate:
            ++expected.rows.duplicates;
            pointed_at += spread(record.place.offset);
            if (record.place.offset >= row.v)
                report(shown(job, row) + ": repeats a row that is not before it");
            break;
        }
        return {};
    };
    OVERNIGHT_TRY(
        tables_.rows.scan(txn_, key_bytes(job), [&](const BlockKey& key, const RowBlock& block) {
            if (std::get<1>(key) != next_block || expected.rows.total % rows_in_block != 0)
                report("job " + std::to_string(job.v) + ": its rows have a gap before block " +
                       std::to_string(std::get<1>(key)));
            next_block = std::get<1>(key) + 1;
            for (std::size_t i = 0; i < block.rows.size() && each_row; ++i)
                each_row = visit({std::get<1>(key) * rows_in_block + i}, block.rows[i]);
            return each_row.has_value();
        }));
    OVERNIGHT_TRY(std::move(each_row));

    std::uint64_t counted = 0;
    std::uint64_t counted_at = 0;
    OVERNIGHT_TRY(
        tables_.duplicates.scan(txn_, key_bytes(job), [&](const RowKey& key, const Count& count) {
            counted += count.v;
            counted_at += count.v * spread(std::get<1>(key).v);
            return true;
        }));
    if (counted != expected.rows.duplicates || counted_at != pointed_at)
        report("job " + std::to_string(job.v) + ": the counts of duplicates do not fit its rows");
    std::uint64_t reasons = 0;
    OVERNIGHT_TRY(
        tables_.failures.scan(txn_, key_bytes(job), [&](const RowKey&, const model::Failure&) {
            ++reasons;
            return true;
        }));
    if (reasons != failed_rows)
        report("job " + std::to_string(job.v) + ": " + std::to_string(reasons) + " reasons for " +
               std::to_string(failed_rows) + " failed rows");
    return expected;
}

Result<> Checker::derive_queue(core::JobId job, Expected& expected) {
    auto oldest = core::TimePoint::max();
    std::uint64_t in_index = 0;
    OVERNIGHT_TRY_ASSIGN(auto queue, Probe<Queue>::open(tables_.queue, txn_));
    Result<> each;
    OVERNIGHT_TRY(tables_.tries.scan(
        txn_, key_bytes(job), [&](const RowKey& key, const model::TryRecord& record) {
            const auto indexed = queue.at(key);
            if (!indexed) {
                each = indexed.error();
                return false;
            }
            if (indexed->has_value() != record.queued)
                report(shown(job, std::get<1>(key)) + ": the queue and its record disagree");
            if (record.queued) {
                ++expected.queued;
                oldest = std::min(oldest, record.queued_at);
            }
            return true;
        }));
    OVERNIGHT_TRY(std::move(each));
    OVERNIGHT_TRY(tables_.queue.scan(txn_, key_bytes(job), [&](const RowKey&, const Unit&) {
        ++in_index;
        return true;
    }));
    if (in_index != expected.queued)
        report("job " + std::to_string(job.v) + ": the queue has rows without a record");
    if (expected.queued > 0) expected.queue_oldest = oldest;
    return {};
}

}  // namespace overnight::store
