#include "reconciler/pass.hpp"

#include "reconciler/merge.hpp"
#include "reconciler/settle.hpp"
#include "store/answers.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

namespace overnight::reconciler {
namespace {

using model::AttemptState;
using model::JobState;
using model::VoidReason;

constexpr std::chrono::minutes merge_again{1};  // after the output could not be written

class ReconcilePass {
public:
    ReconcilePass(store::Store& store, const core::Clock& clock, std::stop_token stop)
        : store_(store), clock_(clock), stop_(std::move(stop)) {}

    core::Result<PassResult> run();

private:
    core::Result<> advance_job(const model::Job& job);
    core::Result<> settle_orphans(const model::Job& job);
    core::Result<> settle_one(const model::Job& job, const model::Attempt& attempt);
    core::Result<> settle_attempts(const model::Job& job);
    core::Result<> settle_voided(const model::Job& job, const model::Attempt& attempt);
    core::Result<> move_on(core::JobId id);
    core::Result<> write_output(const model::Job& job);

    store::Store& store_;
    const core::Clock& clock_;
    std::stop_token stop_;
    std::optional<std::vector<model::Attempt>> live_;  ///< read when a job that is over is met
    PassResult result_;
};

core::Result<PassResult> ReconcilePass::run() {
    OVERNIGHT_TRY_ASSIGN(const auto jobs, store_.jobs());
    std::optional<core::Error> first;
    for (const auto& job : jobs) {
        if (stop_.stop_requested()) return result_;
        if (job.state == JobState::planning) continue;
        // What is wrong with one job must not keep the others waiting.
        auto done = model::is_over(job.state) ? settle_orphans(job) : advance_job(job);
        if (!done && !first)
            first = std::move(done).error().while_("job " + std::to_string(job.id.v));
    }
    if (first) return *std::move(first);
    return result_;
}

core::Result<> ReconcilePass::advance_job(const model::Job& job) {
    OVERNIGHT_TRY(settle_attempts(job));
    return move_on(job.id);
}

/// A batch that was found after its job was over: what it produced is kept, and its usage counted.
core::Result<> ReconcilePass::settle_orphans(const model::Job& job) {
    if (!live_) {
        OVERNIGHT_TRY_ASSIGN(live_, store_.live_attempts());
    }
    for (const auto& attempt : *live_)
        if (attempt.key.job == job.id && attempt.state == AttemptState::fetched)
            OVERNIGHT_TRY(settle_one(job, attempt));
    return {};
}

core::Result<> ReconcilePass::settle_one(const model::Job& job, const model::Attempt& attempt) {
    auto settled = settle(store_, clock_, job, attempt);
    if (!settled && settled.error().code() == core::Errc::not_found) {
        // A file is gone from the spool: the provider still has it.
        model::Attempt next = attempt;
        next.state = AttemptState::terminal;
        next.due = {};
        next.error = settled.error().describe();
        settled = store_.advance(next, AttemptState::fetched);
    }
    result_.worked = result_.worked || settled.has_value();
    return settled;
}

core::Result<> ReconcilePass::settle_attempts(const model::Job& job) {
    OVERNIGHT_TRY_ASSIGN(const auto attempts, store_.attempts(job.id));
    for (const auto& attempt : attempts) {
        if (stop_.stop_requested()) return {};
        if (attempt.state == AttemptState::fetched) {
            // The job as it is now: an attempt before may have lowered the pack size.
            OVERNIGHT_TRY_ASSIGN(const auto fresh, store_.job(job.id));
            if (!fresh) return {};
            OVERNIGHT_TRY(settle_one(*fresh, attempt));
        } else if (attempt.state == AttemptState::voided) {
            OVERNIGHT_TRY(settle_voided(job, attempt));
        }
    }
    return {};
}

core::Result<> ReconcilePass::settle_voided(const model::Job& job, const model::Attempt& attempt) {
    if (attempt.void_reason != VoidReason::rejected &&
        attempt.void_reason != VoidReason::token_limit)
        return {};
    OVERNIGHT_TRY_ASSIGN(const auto shard, store_.shard(attempt.key.shard_key()));
    if (!shard || shard->state != model::ShardState::open || shard->attempts != attempt.key.attempt)
        return {};
    if (attempt.void_reason == VoidReason::rejected) {
        OVERNIGHT_TRY(settle_refused(store_, clock_, job, attempt));
        result_.worked = true;
        return {};
    }
    OVERNIGHT_TRY_ASSIGN(const bool split, split_oversized(store_, clock_, job, attempt));
    result_.worked = result_.worked || split;
    return {};
}

core::Result<> ReconcilePass::move_on(core::JobId id) {
    OVERNIGHT_TRY_ASSIGN(const auto job, store_.job(id));
    if (!job) return {};
    if (job->state == JobState::cancelling) {
        OVERNIGHT_TRY_ASSIGN(const auto attempts, store_.attempts(id));
        const bool waiting = std::any_of(attempts.begin(), attempts.end(), [](const auto& a) {
            return model::is_live(a.state) && a.state != AttemptState::settled &&
                   a.state != AttemptState::hold;
        });
        if (waiting) return {};
        result_.worked = true;
        return store_.edit_job(id, [&](model::Job& j) {
            if (j.state != JobState::cancelling) return;  // somebody was quicker
            j.state = JobState::cancelled;
            j.updated = clock_.now();
        });
    }
    if (job->state == JobState::running && job->rows.waiting() == 0) {
        OVERNIGHT_TRY(store_.edit_job(id, [&](model::Job& j) {
            if (j.state != JobState::running || j.rows.waiting() != 0) return;
            j.state = JobState::merging;
            j.note.clear();
            j.updated = clock_.now();
        }));
        result_.worked = true;
        OVERNIGHT_TRY_ASSIGN(const auto merging, store_.job(id));
        const bool ready = merging && merging->state == JobState::merging;
        return ready ? write_output(*merging) : core::Result<>{};
    }
    if (job->state == JobState::merging) return write_output(*job);
    return {};
}

core::Result<> ReconcilePass::write_output(const model::Job& job) {
    if (!job.note.empty() && job.updated + merge_again > clock_.now()) {
        result_.due = std::min(result_.due, job.updated + merge_again);
        return {};
    }
    auto merged = merge(store_, job, job.output_path, MergeRows::all_settled, stop_);
    if (!merged && merged.error().code() == core::Errc::cancelled) return {};
    if (!merged && merged.error().code() == core::Errc::corrupt) return std::move(merged).error();
    OVERNIGHT_TRY(store_.edit_job(job.id, [&](model::Job& j) {
        if (j.state != JobState::merging) return;  // cancelled meanwhile; the output stands
        j.updated = clock_.now();
        j.note = merged ? std::string() : merged.error().describe();
        if (merged) j.state = JobState::finished;
    }));
    if (!merged) {
        result_.due = std::min(result_.due, clock_.now() + merge_again);
        return {};
    }
    result_.worked = true;
    return store::compact_indexes(store_);
}

}  // namespace

core::Result<PassResult> pass(store::Store& store, const core::Clock& clock, std::stop_token stop) {
    return ReconcilePass(store, clock, std::move(stop)).run();
}

}  // namespace overnight::reconciler
