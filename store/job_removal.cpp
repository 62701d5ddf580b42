// Removing a job: one transaction takes it out of sight, others of bounded size remove its rows,
// and the mark in removals/1 lets a later start finish what a killed process began.

#include "jsonl/fd.hpp"
#include "store/attempt_row.hpp"
#include "store/impl.hpp"
#include "store/job_row.hpp"

#include <filesystem>

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;

namespace {

/// Keys removed in a transaction: some hundred pages.
constexpr std::size_t keys_at_once = 5000;

}  // namespace

Result<> Store::discard_job(core::JobId job) {
    {
        OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
        OVERNIGHT_TRY_ASSIGN(const auto progress, read_progress(impl_->tables, txn, job));
        if (progress.state != model::JobState::planning)
            return Error(Errc::conflict, "job " + std::to_string(job.v) + " is planned: cancel it");
    }
    return impl_->remove_job(job, Removal::everything);
}

Result<> Store::forget_job(core::JobId job) {
    return impl_->remove_job(job, Removal::keep_attempts);
}

Result<> Store::Impl::remove_job(core::JobId job, Removal what) {
    {
        OVERNIGHT_TRY_ASSIGN(auto txn, write());
        OVERNIGHT_TRY_ASSIGN(const auto progress, read_progress(tables, txn, job));
        const std::string shown = "job " + std::to_string(job.v);
        if (what == Removal::everything && progress.state != model::JobState::planning)
            return Error(Errc::conflict, shown + " is planned: cancel it");
        if (what == Removal::keep_attempts && !model::is_over(progress.state))
            return Error(Errc::conflict, shown + " is " + std::string(name(progress.state)) +
                                             ": only a job that is over can be forgotten");
        bool live = false;
        OVERNIGHT_TRY(tables.attempts.scan(
            txn, key_bytes(job), [&](const model::AttemptKey&, const model::Attempt& attempt) {
                live = model::is_live(attempt.state);
                return !live;
            }));
        if (what == Removal::keep_attempts && live)
            return Error(Errc::conflict, shown +
                                             " still has files or a batch at the provider: let "
                                             "a pass clean up first");
        OVERNIGHT_TRY(tables.facts.erase(txn, job));
        OVERNIGHT_TRY(tables.progress.erase(txn, job));
        OVERNIGHT_TRY(tables.removals.put(txn, job, {what}));
        OVERNIGHT_TRY(std::move(txn).commit());
    }
    return finish_removal(job, what);
}

Result<> Store::Impl::finish_removal(core::JobId job, Removal what) {
    const RawTable* const by_job[] = {&tables.rows.raw(),     &tables.duplicates.raw(),
                                      &tables.failures.raw(), &tables.tries.raw(),
                                      &tables.queue.raw(),    &tables.resubmissions.raw(),
                                      &tables.shards.raw()};
    for (const RawTable* table : by_job) {
        for (std::size_t erased = keys_at_once; erased == keys_at_once;) {
            OVERNIGHT_TRY_ASSIGN(auto txn, write());
            OVERNIGHT_TRY_ASSIGN(erased, table->erase_some(txn, key_bytes(job), keys_at_once));
            if (erased > 0) OVERNIGHT_TRY(std::move(txn).commit());
        }
    }
    std::error_code failure;
    std::filesystem::remove_all(spool(job), failure);
    if (failure)
        return jsonl::system_error(failure.value(), "cannot remove " + jsonl::shown(spool(job)),
                                   Errc::unavailable);
    OVERNIGHT_TRY_ASSIGN(auto txn, write());
    if (what == Removal::everything) OVERNIGHT_TRY(erase_attempts(tables, txn, job));
    OVERNIGHT_TRY(tables.removals.erase(txn, job));
    return std::move(txn).commit();
}

}  // namespace overnight::store
