#include "cli/exit_code.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace overnight::cli {
namespace {

using core::Errc;

TEST(ExitCode, of_every_error) {
    const std::pair<Errc, int> table[] = {
        {Errc::invalid_input, 1}, {Errc::configuration, 78}, {Errc::not_found, 1},
        {Errc::conflict, 1},      {Errc::unauthorized, 75},  {Errc::rate_limited, 1},
        {Errc::unavailable, 1},   {Errc::timed_out, 1},      {Errc::cancelled, 130},
        {Errc::protocol, 1},      {Errc::corrupt, 70},       {Errc::out_of_space, 1},
        {Errc::held, 75},         {Errc::internal, 1}};
    for (const auto& [code, expected] : table)
        EXPECT_EQ(static_cast<int>(exit_code(core::Error(code, ""))), expected) << core::name(code);
}

TEST(ExitCode, of_a_job_that_is_over) {
    model::Job job;
    job.state = model::JobState::finished;
    job.rows.total = 10;
    job.rows.answered = 6;
    job.rows.cached = 4;
    EXPECT_EQ(exit_code(job), ExitCode::ok);
    job.rows.answered = 5;
    job.rows.failed = 1;
    EXPECT_EQ(exit_code(job), ExitCode::rows_failed);
    job.state = model::JobState::cancelled;
    job.rows.failed = 0;
    EXPECT_EQ(exit_code(job), ExitCode::rows_failed) << "a row was never sent";
}

}  // namespace
}  // namespace overnight::cli
