#include "cli/json_text.hpp"
#include "cli/output_json.hpp"
#include "cli/output_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace overnight::cli {
namespace {

using namespace std::chrono_literals;

const core::TimePoint now{std::chrono::seconds{1'800'000'000}};

model::Job some_job() {
    model::Job job;
    job.id.v = 3;
    job.state = model::JobState::finished;
    job.name = "topics.toml";
    job.output_path = "/data/topics.enriched.csv";
    job.account.v = "openai";
    job.model = "gpt-6-luna";
    job.endpoint = "/v1/chat/completions";
    job.requests = 8;
    job.batches = 1;
    job.attempts = 2;
    job.rows.total = 150;
    job.rows.answered = 120;
    job.rows.cached = 27;
    job.rows.failed = 3;
    job.usage = {12'345, 1'000, 678};
    job.created = now - 2h;
    job.updated = now - 1h;
    return job;
}

TEST(JobJson, has_the_fields_of_the_contract) {
    const auto json = boost::json::parse(json_line(job_json(some_job())));
    EXPECT_EQ(json.at("job").as_int64(), 3);
    EXPECT_EQ(json.at("state").as_string(), "finished");
    const auto& rows = json.at("rows");
    EXPECT_EQ(rows.at("total").as_int64(), 150);
    EXPECT_EQ(rows.at("answered").as_int64(), 120);
    EXPECT_EQ(rows.at("cached").as_int64(), 27);
    EXPECT_EQ(rows.at("failed").as_int64(), 3);
    EXPECT_EQ(rows.at("waiting").as_int64(), 0);
    EXPECT_EQ(json.at("requests").as_int64(), 8);
    EXPECT_EQ(json.at("batches").as_int64(), 1);
    EXPECT_EQ(json.at("attempts").as_int64(), 2);
    EXPECT_EQ(json.at("tokens").at("input").as_int64(), 12'345);
    EXPECT_EQ(json.at("tokens").at("cached_input").as_int64(), 1'000);
    EXPECT_EQ(json.at("tokens").at("output").as_int64(), 678);
    EXPECT_TRUE(json.at("cost_usd").is_null());
    EXPECT_TRUE(json.at("sync_cost_usd").is_null());
    EXPECT_EQ(json.at("output").as_string(), "/data/topics.enriched.csv");
    EXPECT_TRUE(json.at("held").is_null());
    EXPECT_TRUE(json.at("note").is_null());
}

TEST(JobJson, says_why_it_is_held) {
    const auto json = boost::json::parse(json_line(job_json(some_job(), Held{"no credit", "pay"})));
    EXPECT_EQ(json.at("held").at("reason").as_string(), "no credit");
    EXPECT_EQ(json.at("held").at("advice").as_string(), "pay");
}

TEST(JobText, counts_names_the_file_and_the_next_step) {
    const auto text = job_text(some_job(), {}, "");
    for (const char* part :
         {"job 3 (topics.toml) is finished", "150 rows: 120 answered, 27 cached, 3 failed",
          "8 requests in 1 batch", "12,345 tokens in (1,000 cached), 678 out",
          "written: /data/topics.enriched.csv", "overnight errors 3", "overnight retry 3"})
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

// After `run --emulate` the advice named a job of the real state.
TEST(JobText, advises_commands_that_reach_the_same_state) {
    auto job = some_job();
    const Held held{"no credit", "overnight doctor --release openai"};
    const auto text = job_text(job, held, " --emulate");
    for (const char* command :
         {"overnight errors 3 --emulate", "overnight retry 3 --emulate",
          "overnight doctor --release openai --emulate", "job 3 (topics.toml)"})
        EXPECT_NE(text.find(command), std::string::npos) << command << "\n" << text;
    job.state = model::JobState::cancelled;
    EXPECT_NE(job_text(job, {}, " --emulate").find("overnight results 3 --emulate -o FILE"),
              std::string::npos);
}

TEST(JobText, of_a_held_job_says_what_to_do) {
    auto job = some_job();
    job.state = model::JobState::running;
    job.rows.answered = 0;
    const auto text = job_text(job, Held{"no credit", "pay"}, "");
    EXPECT_NE(text.find("held: no credit"), std::string::npos);
    EXPECT_NE(text.find("to do: pay"), std::string::npos);
    EXPECT_EQ(text.find("written:"), std::string::npos);
}

TEST(JobText, foreign_text_is_made_printable) {
    auto job = some_job();
    job.name =
        "a\x1b]52;c;AAAA\x07"
        "b";
    job.note = "line\nline";
    job.output_path = "/data/\x1b[2J.csv";
    job.model = "\xe2\x80\xae";
    const std::vector<model::Job> jobs{job};
    for (const auto& text :
         {job_text(job, {}, ""), status_text(job, {}, {}, WorkedOn::by_nobody, now, ""),
          jobs_text(jobs, now)}) {
        EXPECT_EQ(text.find('\x1b'), std::string::npos);
        EXPECT_EQ(text.find('\x07'), std::string::npos);
        EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos);
        EXPECT_EQ(text.find("line\nline"), std::string::npos);
    }
}

TEST(StatusText, says_when_nobody_works) {
    auto job = some_job();
    job.state = model::JobState::running;
    std::vector<model::Attempt> attempts(2);
    attempts[0].state = model::AttemptState::submitted;
    attempts[0].status = model::BatchStatus::in_progress;
    attempts[1].state = model::AttemptState::rendered;
    const auto text = status_text(job, attempts, {}, WorkedOn::by_nobody, now, "");
    EXPECT_NE(text.find("stale since"), std::string::npos);
    EXPECT_NE(text.find("1 rendered, 1 submitted (in_progress)"), std::string::npos) << text;
    EXPECT_EQ(status_text(job, attempts, {}, WorkedOn::by_somebody, now, "").find("stale"),
              std::string::npos);
}

TEST(JobsText, is_a_table) {
    EXPECT_EQ(jobs_text({}, now), "no jobs\n");
    const std::vector<model::Job> jobs{some_job()};
    EXPECT_EQ(jobs_text(jobs, now),
              "JOB  STATE     ROWS  DONE  FAILED  CHANGED  NAME\n"
              "3    finished  150   150   3       60 min   topics.toml\n");
}

TEST(Plan, in_text_and_json) {
    submitter::PlanSummary plan;
    plan.job = some_job();
    plan.rows = 150;
    plan.cached = 27;
    plan.duplicates = 2;
    plan.to_send = 121;
    plan.requests = 7;
    plan.shards = 1;
    plan.input_tokens = 9'000;
    plan.shard_bytes = 45'678;
    plan.warnings = {"2 rows have the id \x1b[2J"};
    const auto text = plan_text(plan);
    for (const char* part :
         {"150 rows", "from the cache: 27", "equal to an earlier row: 2",
          "121 rows in 7 requests, 1 batch, 45.7 kB", "about 9,000", "nothing was sent"})
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    const auto json = boost::json::parse(json_line(plan_json(plan)));
    EXPECT_EQ(json.at("rows").at("to_send").as_int64(), 121);
    EXPECT_EQ(json.at("requests").as_int64(), 7);
    EXPECT_TRUE(json.at("cost_usd").is_null());
    EXPECT_EQ(json.at("warnings").as_array().size(), 1u);
}

}  // namespace
}  // namespace overnight::cli
