#include "reconciler/pass.hpp"

#include "reconciler/merge.hpp"
#include "reconciler/settle.hpp"
#include "store/answers.hpp"

#include <algorithm>
#include <chrono>

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
    core::Result<> settle_attempts(const model::Job& job);
    core::Result<> settle_voided(const model::Job& job, const model::Attempt& attempt);
    core::Result<> move_on(core::JobId id);
    core::Result<> write_output(const model::Job& job);

    store::Store& store_;
    const core::Clock& clock_;
    std::stop_token stop_;
    PassResult result_;
};

core::Result<PassResult> ReconcilePass::run() {
    OVERNIGHT_TRY_ASSIGN(const auto jobs, store_.jobs());
    for (const auto& job : jobs) {
        if (stop_.stop_requested()) return result_;
        if (job.state == JobState::planning || model::is_over(job.state)) continue;
        OVERNIGHT_TRY(settle_attempts(job));
        OVERNIGHT_TRY(move_on(job.id));
    }
    return result_;
}

core::Result<> ReconcilePass::settle_attempts(const model::Job& job) {
    OVERNIGHT_TRY_ASSIGN(const auto attempts, store_.attempts(job.id));
    for (const auto& attempt : attempts) {
        if (stop_.stop_requested()) return {};
        if (attempt.state == AttemptState::fetched) {
            // The job as it is now: an attempt before may have lowered the pack size.
            OVERNIGHT_TRY_ASSIGN(const auto fresh, store_.job(job.id));
            if (!fresh) return {};
            OVERNIGHT_TRY(settle(store_, clock_, *fresh, attempt));
            result_.worked = true;
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
            j.state = JobState::cancelled;
            j.updated = clock_.now();
        });
    }
    if (job->state == JobState::running && job->rows.waiting() == 0) {
        OVERNIGHT_TRY(store_.edit_job(id, [&](model::Job& j) {
            j.state = JobState::merging;
            j.note.clear();
            j.updated = clock_.now();
        }));
        result_.worked = true;
        OVERNIGHT_TRY_ASSIGN(const auto merging, store_.job(id));
        return merging ? write_output(*merging) : core::Result<>{};
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
