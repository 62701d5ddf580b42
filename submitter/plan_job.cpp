#include "submitter/plan_job.hpp"

namespace overnight::submitter {

ShardWriter make_shard_writer(store::Store& store,
                              PlanMode mode,
                              core::JobId job,
                              const core::AccountName& account,
                              ShardLimits limits) {
    if (mode == PlanMode::dry)
        return ShardWriter(store, job, account, core::ShardNo{0}, limits, ShardWriter::CountOnly{});
    return ShardWriter(store, job, account, core::ShardNo{0}, limits,
                       [&store](const model::Shard& shard, const model::Attempt& first,
                                const store::Manifest&) { return store.add_shard(shard, first); });
}

core::Result<PlanSummary> plan_job(store::Store& store,
                                   const core::Clock& clock,
                                   PlanMode mode,
                                   PlanSummary summary,
                                   const std::function<core::Result<>(PlanSummary&)>& fill) {
    model::Job& job = summary.job;
    job.created = job.updated = clock.now();
    job.state = model::JobState::planning;
    if (mode == PlanMode::dry) {
        OVERNIGHT_TRY(fill(summary));
        return summary;
    }
    OVERNIGHT_TRY_ASSIGN(job.id, store.begin_job(job));
    auto filled = fill(summary);
    if (!filled) {
        auto discarded = store.discard_job(job.id);
        if (!discarded) return std::move(discarded).error().while_("discarding a plan that failed");
        return std::move(filled).error();
    }
    job.shards = summary.shards;
    job.requests = summary.requests;
    job.attempts = summary.shards;
    job.rows.total = summary.rows;
    job.rows.duplicates = summary.duplicates;
    job.rows.cached = summary.cached;
    job.state = summary.to_send > 0 ? model::JobState::running : model::JobState::merging;
    job.updated = clock.now();
    OVERNIGHT_TRY(store.publish_job(job));
    OVERNIGHT_TRY_ASSIGN(const auto published, store.job(job.id));
    if (published) job = *published;
    return summary;
}

}  // namespace overnight::submitter
