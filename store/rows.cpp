// Rows: rows/1 (with row_editor.cpp) and duplicates/1.

#include "store/impl.hpp"
#include "store/job_row.hpp"
#include "store/row_editor.hpp"

#include <algorithm>
#include <unordered_map>

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;
using model::RowState;

namespace {

using FailureAt = std::pair<core::RowNo, model::Failure>;

/// How often each original appears among `rows`, by original.
std::vector<std::pair<std::uint64_t, std::uint64_t>> count_originals(
    std::span<const model::RowRecord> rows) {
    std::unordered_map<std::uint64_t, std::uint64_t> counts;
    for (const model::RowRecord& row : rows)
        if (row.state == RowState::duplicate) ++counts[row.place.offset];
    std::vector<std::pair<std::uint64_t, std::uint64_t>> sorted(counts.begin(), counts.end());
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

void count_outcome(JobProgress& progress, RowState state, std::uint64_t rows) {
    if (state == RowState::cached) progress.rows.cached += rows;
    if (state == RowState::failed) progress.rows.failed += rows;
}

/// Fills the last block up and adds others.
Result<> write_blocks(const Tables& tables,
                      WriteTxn& txn,
                      core::JobId job,
                      core::RowNo first,
                      std::span<const model::RowRecord> rows) {
    OVERNIGHT_TRY_ASSIGN(const auto last, tables.rows.raw().last_key(txn));
    std::uint64_t number = block_of(first);
    bool at_end = !last || *last < key_bytes(job, number);
    RowBlock block;
    if (place_in_block(first) != 0) {
        OVERNIGHT_TRY_ASSIGN(auto begun, tables.rows.get(txn, {job, number}));
        if (!begun || begun->rows.size() != place_in_block(first))
            return Error(Errc::corrupt, "the last rows of job " + std::to_string(job.v) +
                                            " do not end where its count says");
        block = *std::move(begun);
    }
    while (!rows.empty()) {
        const std::size_t room = rows_in_block - block.rows.size();
        const auto now = rows.first(std::min(room, rows.size()));
        block.rows.insert(block.rows.end(), now.begin(), now.end());
        rows = rows.subspan(now.size());
        OVERNIGHT_TRY(tables.rows.put(txn, {job, number}, block,
                                      at_end ? Placement::at_end : Placement::anywhere));
        block.rows.clear();
        ++number;
        at_end = at_end || !last || *last < key_bytes(job, number);
    }
    return {};
}

Result<> check_new_rows(core::RowNo first,
                        std::span<const model::RowRecord> rows,
                        std::span<const FailureAt> failures) {
    auto failure = failures.begin();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const core::RowNo row{first.v + i};
        if (rows[i].state == RowState::answered)
            return Error(Errc::internal, "a row cannot be answered before it was sent");
        if (rows[i].state == RowState::duplicate && rows[i].place.offset >= row.v)
            return Error(Errc::internal, "a row must follow the row that it repeats");
        if (rows[i].state != RowState::failed) continue;
        if (failure == failures.end() || failure->first != row)
            return Error(Errc::internal, "row " + std::to_string(row.v) + " fails without reason");
        ++failure;
    }
    if (failure != failures.end())
        return Error(Errc::internal, "there is a reason for a row that did not fail");
    return {};
}

}  // namespace

Result<> Store::append_rows(core::JobId job,
                            core::RowNo first,
                            std::span<const model::RowRecord> rows,
                            std::span<const FailureAt> failures) {
    OVERNIGHT_TRY(check_new_rows(first, rows, failures));
    const Tables& tables = impl_->tables;
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    OVERNIGHT_TRY_ASSIGN(auto progress, read_progress(tables, txn, job));
    if (progress.state != model::JobState::planning)
        return Error(Errc::conflict, "job " + std::to_string(job.v) + " is not being planned");
    if (first.v != progress.rows.total)
        return Error(Errc::conflict, "the next row of job " + std::to_string(job.v) + " is " +
                                         std::to_string(progress.rows.total) + ", not " +
                                         std::to_string(first.v));
    OVERNIGHT_TRY(write_blocks(tables, txn, job, first, rows));
    for (const auto& [row, failure] : failures)
        OVERNIGHT_TRY(tables.failures.put(txn, {job, row}, failure));

    progress.rows.total += rows.size();
    for (const model::RowRecord& row : rows) {
        count_outcome(progress, row.state, 1);
        if (row.state == RowState::waiting) ++progress.waiting;
        if (row.state == RowState::duplicate) ++progress.rows.duplicates;
    }
    // The outcome of a duplicate is its original's.
    RowEditor editor(tables, txn, job);
    for (const auto& [original, count] : count_originals(rows)) {
        const core::RowNo row{original};
        OVERNIGHT_TRY_ASSIGN(const auto record, editor.read(row));
        if (record.state == RowState::duplicate)
            return Error(Errc::internal, "a row repeats a row that is a duplicate itself");
        count_outcome(progress, record.state, count);
        OVERNIGHT_TRY_ASSIGN(const auto before, tables.duplicates.get(txn, {job, row}));
        OVERNIGHT_TRY(tables.duplicates.put(txn, {job, row}, {(before ? before->v : 0) + count}));
    }
    OVERNIGHT_TRY(write_progress(tables, txn, job, progress));
    return std::move(txn).commit();
}

Result<> Store::read_rows(core::JobId job,
                          core::RowNo first,
                          std::span<model::RowRecord> out) const {
    if (out.empty()) return {};
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    std::size_t done = 0;
    OVERNIGHT_TRY(impl_->tables.rows.scan(
        txn, key_bytes(job), key_bytes(job, block_of(first)),
        [&](const BlockKey& key, const RowBlock& block) {
            const core::RowNo next{first.v + done};
            const std::size_t from = place_in_block(next);
            if (std::get<1>(key) != block_of(next) || from >= block.rows.size()) return false;
            const std::size_t count = std::min(block.rows.size() - from, out.size() - done);
            std::copy_n(block.rows.begin() + static_cast<std::ptrdiff_t>(from), count,
                        out.begin() + static_cast<std::ptrdiff_t>(done));
            done += count;
            return done < out.size();
        }));
    if (done == out.size()) return {};
    return Error(Errc::not_found,
                 "job " + std::to_string(job.v) + " has no row " + std::to_string(first.v + done));
}

}  // namespace overnight::store
