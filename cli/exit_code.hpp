// Exit codes: the contract of DESIGN 11, in one place.
#pragma once

#include "core/error.hpp"
#include "model/job.hpp"

namespace overnight::cli {

enum class ExitCode : int {
    ok = 0,  ///< all rows answered
    error = 1,
    wrong_usage = 2,
    rows_failed = 3,  ///< the job is over, some rows have no answer
    damaged = 70,     ///< the state is damaged
    held = 75,        ///< nothing is spent until a person acts
    configuration = 78,
    interrupted = 130,  ///< the job goes on with the next run, pass or daemon
};

ExitCode exit_code(const core::Error& error) noexcept;
/// Of a job that is over.
ExitCode exit_code(const model::Job& job) noexcept;

}  // namespace overnight::cli
