// Jobs: jobs/1 and progress/1.

#include "jsonl/directory.hpp"
#include "store/attempt_row.hpp"
#include "store/impl.hpp"
#include "store/job_row.hpp"

#include <algorithm>

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;

namespace {

std::string shown(core::JobId id) {
    return "job " + std::to_string(id.v);
}

model::Job joined(JobFacts&& facts, JobProgress&& progress) {
    model::Job job = std::move(facts.job);
    job.state = progress.state;
    job.shards = progress.shards;
    job.requests = progress.requests;
    job.batches = progress.batches;
    job.attempts = progress.attempts;
    job.rows = progress.rows;
    job.usage = progress.usage;
    job.pack_rows = progress.pack_rows;
    job.output_path = std::move(progress.output_path);
    job.note = std::move(progress.note);
    job.updated = progress.updated;
    return job;
}

/// The fields of the progress that are the callers'; the counters stay.
void take_callers_fields(JobProgress& progress, const model::Job& job) {
    progress.state = job.state;
    progress.usage = job.usage;
    progress.pack_rows = job.pack_rows;
    progress.output_path = job.output_path;
    progress.note = job.note;
    progress.updated = job.updated;
}

bool same_counters(const model::Job& a, const model::Job& b) {
    return a.id == b.id && a.shards == b.shards && a.requests == b.requests &&
           a.batches == b.batches && a.attempts == b.attempts && a.rows == b.rows;
}

/// A job without what JobProgress has.
JobFacts facts_of(model::Job job) {
    const model::Job none;
    job.state = none.state;
    job.shards = 0;
    job.requests = 0;
    job.batches = 0;
    job.attempts = 0;
    job.rows = {};
    job.usage = {};
    job.pack_rows = 0;
    job.output_path.clear();
    job.note.clear();
    job.updated = {};
    return {std::move(job)};
}

}  // namespace

Result<std::optional<model::Job>> find_job(const Tables& tables,
                                           const ReadTxn& txn,
                                           core::JobId id) {
    OVERNIGHT_TRY_ASSIGN(auto facts, tables.facts.get(txn, id));
    if (!facts) return std::optional<model::Job>{};
    OVERNIGHT_TRY_ASSIGN(auto progress, read_progress(tables, txn, id));
    return std::optional<model::Job>{joined(*std::move(facts), std::move(progress))};
}

Result<JobProgress> read_progress(const Tables& tables, const ReadTxn& txn, core::JobId id) {
    OVERNIGHT_TRY_ASSIGN(auto progress, tables.progress.get(txn, id));
    if (!progress) return Error(Errc::not_found, "there is no " + shown(id));
    return *std::move(progress);
}

Result<> write_progress(const Tables& tables,
                        WriteTxn& txn,
                        core::JobId id,
                        const JobProgress& progress) {
    return tables.progress.put(txn, id, progress);
}

Result<std::uint64_t> take_number(const Tables& tables,
                                  WriteTxn& txn,
                                  Counter counter,
                                  std::uint64_t at_least) {
    OVERNIGHT_TRY_ASSIGN(const auto next, tables.counters.get(txn, counter));
    const std::uint64_t number = std::max(next ? next->v : 1, at_least);
    if (number >= UINT32_MAX) return Error(Errc::out_of_space, "the store is out of numbers");
    OVERNIGHT_TRY(tables.counters.put(txn, counter, {number + 1}));
    return number;
}

Result<core::JobId> Store::begin_job(model::Job job) {
    OVERNIGHT_TRY(check_key_text(job.account.v, "an account's name"));
    core::JobId id;
    {
        OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
        OVERNIGHT_TRY_ASSIGN(auto number, take_number(impl_->tables, txn, Counter::next_job));
        // A folder without a job is what a restored backup does not know: it stays untouched.
        std::error_code none;
        while (std::filesystem::exists(spool_dir({static_cast<std::uint32_t>(number)}), none)) {
            OVERNIGHT_TRY_ASSIGN(number,
                                 take_number(impl_->tables, txn, Counter::next_job, number + 1));
        }
        id.v = static_cast<std::uint32_t>(number);
        job.id = id;
        job.state = model::JobState::planning;
        JobProgress progress;
        take_callers_fields(progress, job);
        OVERNIGHT_TRY(impl_->tables.facts.put(txn, id, facts_of(std::move(job))));
        OVERNIGHT_TRY(write_progress(impl_->tables, txn, id, progress));
        OVERNIGHT_TRY(std::move(txn).commit());
    }
    if (auto made = jsonl::make_private_directory(spool_dir(id)); !made) {
        (void)discard_job(id);  // the first error is the one to tell; the next start tries again
        return std::move(made).error();
    }
    return id;
}

Result<> Store::publish_job(const model::Job& job) {
    OVERNIGHT_TRY(check_key_text(job.account.v, "an account's name"));
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    OVERNIGHT_TRY_ASSIGN(auto progress, read_progress(impl_->tables, txn, job.id));
    if (progress.state != model::JobState::planning)
        return Error(Errc::conflict, shown(job.id) + " is published already");
    take_callers_fields(progress, job);
    progress.state = progress.waiting == 0 ? model::JobState::merging : model::JobState::running;
    OVERNIGHT_TRY(impl_->tables.facts.put(txn, job.id, facts_of(job)));
    OVERNIGHT_TRY(write_progress(impl_->tables, txn, job.id, progress));
    OVERNIGHT_TRY(list_attempts(impl_->tables, txn, job.id));
    return std::move(txn).commit();
}

Result<std::vector<model::Job>> Store::jobs() const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    std::vector<model::Job> jobs;
    OVERNIGHT_TRY(impl_->tables.facts.scan(txn, "", [&](core::JobId, JobFacts& facts) {
        jobs.push_back(std::move(facts.job));
        return true;
    }));
    for (model::Job& job : jobs) {
        OVERNIGHT_TRY_ASSIGN(auto progress, read_progress(impl_->tables, txn, job.id));
        job = joined({std::move(job)}, std::move(progress));
    }
    return jobs;
}

Result<std::optional<model::Job>> Store::job(core::JobId id) const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    return find_job(impl_->tables, txn, id);
}

Result<> Store::edit_job(core::JobId id, const std::function<void(model::Job&)>& edit) {
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    OVERNIGHT_TRY_ASSIGN(auto before, find_job(impl_->tables, txn, id));
    if (!before) return Error(Errc::not_found, "there is no " + shown(id));
    model::Job after = *before;
    edit(after);
    if (after == *before) return {};
    if (!same_counters(*before, after))
        return Error(Errc::internal, "the counters of " + shown(id) + " are the store's to change");
    const bool published = before->state != model::JobState::planning;
    if (!model::may_become(before->state, after.state) ||
        (!published && after.state != before->state))
        return Error(Errc::internal, shown(id) + " is " + std::string(name(before->state)) +
                                         " and cannot become " + std::string(name(after.state)));
    OVERNIGHT_TRY(check_key_text(after.account.v, "an account's name"));
    OVERNIGHT_TRY_ASSIGN(auto progress, read_progress(impl_->tables, txn, id));
    take_callers_fields(progress, after);
    OVERNIGHT_TRY(write_progress(impl_->tables, txn, id, progress));
    const JobFacts facts = facts_of(std::move(after));
    if (facts != facts_of(*std::move(before)))
        OVERNIGHT_TRY(impl_->tables.facts.put(txn, id, facts));
    return std::move(txn).commit();
}

}  // namespace overnight::store
