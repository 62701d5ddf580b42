// Jobs as JSON: the fields of DESIGN 11, which scripts rely on.
#pragma once

#include "cli/held.hpp"
#include "model/job.hpp"
#include "submitter/plan.hpp"

#include <boost/json/object.hpp>

#include <optional>

namespace overnight::cli {

/// Money is null: it is not known yet.
boost::json::object job_json(const model::Job& job, const std::optional<Held>& held = {});

boost::json::object plan_json(const submitter::PlanSummary& plan);

}  // namespace overnight::cli
