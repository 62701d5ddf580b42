// What planning a recipe and planning raw requests have in common: the job around them.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "submitter/plan.hpp"
#include "submitter/shard_writer.hpp"

#include <functional>

namespace overnight::submitter {

/// Begins the job, runs `fill`, publishes; discards everything when `fill` fails. A dry plan only
/// fills.
core::Result<PlanSummary> plan_job(store::Store& store,
                                   const core::Clock& clock,
                                   PlanMode mode,
                                   PlanSummary summary,
                                   const std::function<core::Result<>(PlanSummary&)>& fill);

/// Of a dry plan it counts and writes nothing.
ShardWriter make_shard_writer(store::Store& store,
                              PlanMode mode,
                              core::JobId job,
                              const core::AccountName& account,
                              ShardLimits limits);

}  // namespace overnight::submitter
