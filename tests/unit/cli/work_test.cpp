#include "cli/work.hpp"

#include "core/bytes.hpp"
#include "tests/unit/cli/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace overnight::cli {
namespace {

constexpr const char* recipe_text = R"([input]
file = "in.csv"
[model]
name = "gpt-6-luna"
[prompt]
row = "{{a}}"
[output]
file = "out.csv"
)";
constexpr const char* input_text = "a\n1\n2\n";

class WorkTest : public ::testing::Test {
protected:
    WorkTest() {
        recipe_ = dir_.write("r.toml", recipe_text);
        dir_.write("in.csv", input_text);
    }
    Work load() {
        auto work = load_work(Config{}, {recipe_.string(), "", ""}, "");
        EXPECT_TRUE(work) << work.error().describe();
        return std::move(work).value();
    }
    model::Job job_of(const Work& work) const {
        model::Job job;
        job.id.v = 3;
        job.state = model::JobState::running;
        job.recipe_path = work.file.string();
        job.recipe_text = work.recipe_text;
        job.account = work.account;
        job.model = work.recipe.model;
        job.input = {(dir_.path() / "in.csv").string(), std::string_view(input_text).size(),
                     core::crc32c(input_text)};
        return job;
    }

    TempDir dir_;
    std::filesystem::path recipe_;
};

TEST_F(WorkTest, a_recipe_is_loaded) {
    const auto work = load();
    EXPECT_EQ(work.kind, model::JobKind::recipe);
    EXPECT_EQ(work.account.v, "openai");
    EXPECT_NE(work.adapter, nullptr);
    EXPECT_EQ(work.output, dir_.path() / "out.csv");
    EXPECT_EQ(work.recipe.path, recipe_);
}

TEST_F(WorkTest, the_option_names_the_output) {
    const auto work =
        load_work(Config{}, {recipe_.string(), "", ""}, (dir_.path() / "x.jsonl").string());
    ASSERT_TRUE(work);
    EXPECT_EQ(work->output, dir_.path() / "x.jsonl");
}

TEST_F(WorkTest, requests_have_their_output_beside_them) {
    const auto file = dir_.write("q.jsonl", "{}\n");
    const auto work = load_work(Config{}, {file.string(), "", ""}, "");
    ASSERT_TRUE(work);
    EXPECT_EQ(work->kind, model::JobKind::raw_requests);
    EXPECT_EQ(work->account.v, "openai");
    EXPECT_EQ(work->output, dir_.path() / "q.results.jsonl");
    EXPECT_FALSE(load_work(Config{}, {file.string(), "nobody", ""}, ""));
    EXPECT_FALSE(load_work(Config{}, {"-", "", ""}, "")) << "standard input needs --output";
}

TEST_F(WorkTest, provider_and_model_of_the_command_line_replace_the_recipes) {
    const auto work = load_work(Config{}, {recipe_.string(), "openai", "gpt-9"}, "");
    ASSERT_TRUE(work);
    EXPECT_EQ(work->account.v, "openai");
    EXPECT_EQ(work->recipe.model, "gpt-9");
    EXPECT_FALSE(load_work(Config{}, {recipe_.string(), "nobody", ""}, ""));
}

TEST_F(WorkTest, what_is_no_file_is_refused) {
    EXPECT_FALSE(load_work(Config{}, {(dir_.path() / "none.toml").string(), "", ""}, ""));
    EXPECT_FALSE(load_work(Config{}, {dir_.path().string(), "", ""}, ""));
    EXPECT_FALSE(load_work(Config{}, {"/dev/zero", "", ""}, ""));
}

TEST_F(WorkTest, a_table_in_place_of_a_recipe_is_told_so) {
    const auto work = load_work(Config{}, {(dir_.path() / "in.csv").string(), "", ""}, "");
    ASSERT_FALSE(work);
    EXPECT_NE(work.error().message().find("in.csv is a table; run the recipe"), std::string::npos)
        << work.error().message();
}

TEST_F(WorkTest, the_place_of_the_output_is_checked_first) {
    const auto input = dir_.path() / "in.csv";
    EXPECT_TRUE(check_output_place(dir_.path() / "new.csv", input));
    EXPECT_FALSE(check_output_place(dir_.path() / "no_folder" / "new.csv", input));
    EXPECT_FALSE(check_output_place(dir_.path(), input));
    EXPECT_FALSE(check_output_place(dir_.path() / "new.xlsx", input));
}

// `run --output INPUT` replaced the user's table.
TEST_F(WorkTest, an_output_that_is_the_input_is_refused) {
    const auto input = input_file(load());
    EXPECT_EQ(input, dir_.path() / "in.csv");
    std::filesystem::create_hard_link(input, dir_.path() / "link.csv");
    std::filesystem::create_symlink("in.csv", dir_.path() / "symlink.csv");
    for (const char* name : {"in.csv", "link.csv", "symlink.csv"}) {
        const auto checked = check_output_place(dir_.path() / name, input);
        ASSERT_FALSE(checked) << name;
        EXPECT_NE(checked.error().message().find("is the input"), std::string::npos);
    }
    const auto requests = dir_.write("q.jsonl", "{}\n");
    const auto work = load_work(Config{}, {requests.string(), "", ""}, requests.string());
    ASSERT_TRUE(work);
    EXPECT_FALSE(check_output_place(work->output, input_file(*work)));
}

TEST_F(WorkTest, the_same_work_goes_on) {
    const auto work = load();
    const std::vector<model::Job> jobs{job_of(work)};
    const auto job = unfinished_job(jobs, work);
    ASSERT_TRUE(job) << job.error().describe();
    ASSERT_TRUE(*job);
    EXPECT_EQ((*job)->id.v, 3u);
}

TEST_F(WorkTest, finished_and_foreign_jobs_are_not_this_one) {
    const auto work = load();
    std::vector<model::Job> jobs(3, job_of(work));
    jobs[0].state = model::JobState::finished;
    jobs[1].state = model::JobState::planning;
    jobs[2].recipe_path = "/another/r.toml";
    const auto job = unfinished_job(jobs, work);
    ASSERT_TRUE(job);
    EXPECT_FALSE(*job);
}

TEST_F(WorkTest, a_changed_recipe_names_both_ways_out) {
    const auto work = load();
    std::vector<model::Job> jobs{job_of(work)};
    jobs[0].recipe_text += "# an older one";
    const auto job = unfinished_job(jobs, work);
    ASSERT_FALSE(job);
    EXPECT_EQ(job.error().code(), core::Errc::conflict);
    for (const char* way :
         {"job 3", "the recipe has changed", "overnight pass", "overnight cancel 3"})
        EXPECT_NE(job.error().message().find(way), std::string::npos) << way;
    const auto emulated = unfinished_job(jobs, work, " --emulate");
    ASSERT_FALSE(emulated);
    EXPECT_NE(emulated.error().message().find("overnight cancel 3 --emulate"), std::string::npos);
}

TEST_F(WorkTest, a_changed_input_is_found) {
    const auto work = load();
    const std::vector<model::Job> jobs{job_of(work)};
    dir_.write("in.csv", "a\n1\n3\n");
    const auto same_size = unfinished_job(jobs, work);
    ASSERT_FALSE(same_size);
    EXPECT_NE(same_size.error().message().find("the input has changed"), std::string::npos);
    dir_.write("in.csv", "a\n1\n2\n3\n");
    EXPECT_FALSE(unfinished_job(jobs, work));
}

TEST_F(WorkTest, a_job_that_is_being_cancelled_is_seen_to_its_end) {
    const auto work = load();
    std::vector<model::Job> jobs{job_of(work)};
    jobs[0].state = model::JobState::cancelling;
    jobs[0].recipe_text = "older";
    const auto job = unfinished_job(jobs, work);
    ASSERT_TRUE(job);
    EXPECT_TRUE(*job);
}

}  // namespace
}  // namespace overnight::cli
