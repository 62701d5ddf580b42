// Tries, the queue and the resubmissions of rows within a transaction; tries.cpp is their only
// writer.
#pragma once

#include "core/error.hpp"
#include "store/schema.hpp"

namespace overnight::store {

/// Writes a row's record and keeps the queue's index and `progress.queued` in step. Before
/// `progress` is written, settle_queue() must be called.
core::Result<> put_try(const Tables& tables,
                       WriteTxn& txn,
                       core::JobId job,
                       core::RowNo row,
                       const model::TryRecord& record,
                       JobProgress& progress);
/// The row leaves the queue if it is in it; its record stays. True when it was queued.
core::Result<bool> dequeue(
    const Tables& tables, WriteTxn& txn, core::JobId job, core::RowNo row, JobProgress& progress);
/// Finds the oldest queued row anew after rows left the queue.
core::Result<> settle_queue(const Tables& tables,
                            const ReadTxn& txn,
                            core::JobId job,
                            JobProgress& progress);
core::Result<> add_resubmission(const Tables& tables,
                                WriteTxn& txn,
                                core::JobId job,
                                core::RowNo row,
                                const model::Resubmission& resubmission,
                                JobProgress& progress);

}  // namespace overnight::store
