#include "cli/job_lookup.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace overnight::cli {
namespace {

std::vector<model::Job> some_jobs() {
    std::vector<model::Job> jobs(4);
    const char* names[] = {"topics.toml", "packages.toml", "topics.toml", "7"};
    for (std::uint32_t i = 0; i < jobs.size(); ++i) {
        jobs[i].id.v = i + 1;
        jobs[i].name = names[i];
    }
    return jobs;
}

TEST(FindJob, by_number_and_by_unique_name) {
    const auto jobs = some_jobs();
    EXPECT_EQ(find_job(jobs, "3").value().id.v, 3u);
    EXPECT_EQ(find_job(jobs, "packages.toml").value().id.v, 2u);
}

TEST(FindJob, a_name_of_several_jobs_lists_their_numbers) {
    const auto job = find_job(some_jobs(), "topics.toml");
    ASSERT_FALSE(job);
    EXPECT_EQ(job.error().code(), core::Errc::conflict);
    EXPECT_NE(job.error().message().find("1, 3"), std::string::npos);
}

TEST(FindJob, what_is_not_there) {
    const auto jobs = some_jobs();
    for (const char* text : {"9", "7", "99999999999999999999", "", "nothing", "-1"}) {
        const auto job = find_job(jobs, text);
        ASSERT_FALSE(job) << text;
        EXPECT_EQ(job.error().code(), core::Errc::not_found) << text;
    }
    EXPECT_NE(
        find_job(jobs, "package.toml").error().message().find("did you mean 'packages.toml'?"),
        std::string::npos);
}

}  // namespace
}  // namespace overnight::cli
