// A job within a transaction: its facts and its progress, read and written together.
#pragma once

#include "core/error.hpp"
#include "model/job.hpp"
#include "store/schema.hpp"

#include <optional>

namespace overnight::store {

core::Result<std::optional<model::Job>> find_job(const Tables& tables,
                                                 const ReadTxn& txn,
                                                 core::JobId id);
/// Errc::not_found when there is no such job.
core::Result<JobProgress> read_progress(const Tables& tables, const ReadTxn& txn, core::JobId id);
core::Result<> write_progress(const Tables& tables,
                              WriteTxn& txn,
                              core::JobId id,
                              const JobProgress& progress);

/// Gives the counter's value and counts it up; `at_least` skips numbers that are known to be taken.
core::Result<std::uint64_t> take_number(const Tables& tables,
                                        WriteTxn& txn,
                                        Counter counter,
                                        std::uint64_t at_least = 1);

}  // namespace overnight::store
