// Jobs as text for people. Everything that is not ours goes through core::printable.
#pragma once

#include "cli/held.hpp"
#include "core/clock.hpp"
#include "model/attempt.hpp"
#include "model/job.hpp"
#include "submitter/plan.hpp"

#include <optional>
#include <span>
#include <string>

namespace overnight::cli {

/// Whether this process may print "what next" for a job that is not over.
enum class WorkedOn { by_nobody, by_somebody };

/// Some lines: what became of a job, or how far it is; the file that was written; what to do next.
/// `same_state`: the options that advised commands need, see session.hpp.
std::string job_text(const model::Job& job,
                     const std::optional<Held>& held,
                     const std::string& same_state);

/// job_text() and the states of its batches.
std::string status_text(const model::Job& job,
                        std::span<const model::Attempt> attempts,
                        const std::optional<Held>& held,
                        WorkedOn worked_on,
                        core::TimePoint now,
                        const std::string& same_state);

/// A line a job, oldest first, under a header.
std::string jobs_text(std::span<const model::Job> jobs, core::TimePoint now);

std::string plan_text(const submitter::PlanSummary& plan);

}  // namespace overnight::cli
