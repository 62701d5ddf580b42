// Rows that are sent again: their text comes from the spool, whatever became of the input, and what
// they may share a request with is what their earlier tries allow.
#include "submitter/resend.hpp"

#include "submitter/plan.hpp"
#include "submitter/row_texts.hpp"
#include "tests/unit/store/support.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <sstream>

namespace overnight::submitter {
namespace {

using core::Errc;
using store::testing::TempDir;

constexpr const char* recipe_text = R"(
[input]
file = "in.csv"
[model]
provider = "openai"
name = "gpt-6-luna"
max_output_tokens = 100
[prompt]
instructions = "Say it."
row = "say {{text}}"
[answer]
label = "string"
[pack]
rows = 3
[output]
file = "out.csv"
)";

std::vector<std::string> lines_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// A planned job of eight rows in packs of three, whose first shard has come back.
class ResendTest : public ::testing::Test {
protected:
    void SetUp() override {
        {
            std::ofstream in(dir_ / "in.csv");
            in << "text\n";
            for (int i = 0; i < 8; ++i)
                in << "\"word " << i << " \u00e9 {{x}}\"\n";
        }
        PlanRequest request;
        request.recipe = recipe::parse_recipe(recipe_text, "r.toml", dir_.path()).value();
        request.recipe_text = recipe_text;
        request.output = dir_ / "out.csv";
        request.account.v = "openai";
        request.adapter = providers::find_adapter("openai");
        const auto plan = plan_recipe(*store_, clock_, request);
        ASSERT_TRUE(plan) << plan.error().describe();
        ASSERT_EQ(plan->requests, 3u);
        job_ = plan->job.id;
        std::filesystem::remove(dir_ / "in.csv");  // nobody asks it again
    }

    /// `rows` are queued again as `change` says, all others failed.
    void come_back(const std::vector<std::uint64_t>& rows,
                   const std::function<void(std::uint64_t, model::TryRecord&)>& change = {}) {
        store::Settlement s;
        s.attempt = store::testing::lead(*store_, first(), model::AttemptState::fetched);
        s.expected = s.attempt.state;
        s.attempt.state = model::AttemptState::settled;
        for (std::uint64_t row = 0; row < 8; ++row) {
            if (std::find(rows.begin(), rows.end(), row) == rows.end()) {
                store::testing::add_failure(s, row);
            } else {
                store::testing::add_retry(s, row, clock_.now());
            }
            auto& tries = s.tries.back().second;
            tries.request = static_cast<std::uint32_t>(row / 3);
            tries.place = static_cast<std::uint32_t>(row % 3);
            if (change) change(row, tries);
        }
        store_->settle(s).value();
    }
    std::uint32_t resend() {
        return resend_queued_rows(*store_, store_->job(job_).value().value()).value();
    }
    model::AttemptKey first() const { return {job_, {0}, 1}; }
    std::vector<std::string> sent(std::uint32_t shard) const {
        return lines_of(store_->shard_file({job_, {shard}, 1}));
    }
    static std::string word(std::uint64_t row) {
        return "say word " + std::to_string(row) + " \u00e9 {{x}}";
    }
    store::Manifest manifest(std::uint32_t shard) const {
        return store::Manifest::read(store_->manifest_file({job_, {shard}})).value();
    }

    TempDir dir_;
    core::ManualClock clock_;
    std::unique_ptr<store::Store> store_{store::testing::open_store(dir_ / "state")};
    core::JobId job_;
};

TEST_F(ResendTest, the_texts_come_from_the_spool_and_stand_in_row_order) {
    come_back({1, 4, 7});
    EXPECT_EQ(resend(), 1u);
    const auto lines = sent(1);
    ASSERT_EQ(lines.size(), 1u);
    for (const auto row : {1, 4, 7})
        EXPECT_TRUE(holds(lines[0], word(static_cast<std::uint64_t>(row)))) << row;
    EXPECT_LT(lines[0].find(word(1)), lines[0].find(word(4)));
    EXPECT_FALSE(holds(lines[0], word(0)));
    const auto shard = manifest(1);
    const auto rows = shard.rows_of(0);
    EXPECT_EQ(std::vector<core::RowNo>(rows.begin(), rows.end()),
              (std::vector<core::RowNo>{{1}, {4}, {7}}));
    EXPECT_EQ(store_->queue(job_).value().rows, 0u) << "they are in flight now";
    EXPECT_CLEAN(*store_);
}

TEST_F(ResendTest, a_row_stands_beside_no_more_than_its_tries_allow) {
    come_back({0, 1, 2, 3, 4}, [](std::uint64_t row, model::TryRecord& tries) {
        if (row == 1) tries.pack_limit = 1;
        if (row == 3 || row == 4) tries.pack_limit = 2;
    });
    EXPECT_EQ(resend(), 1u);
    const auto all = manifest(1);
    std::vector<std::vector<std::uint64_t>> packs;
    for (std::uint32_t r = 0; r < all.requests(); ++r) {
        packs.emplace_back();
        for (const auto row : all.rows_of(r))
            packs.back().push_back(row.v);
    }
    EXPECT_EQ(packs, (std::vector<std::vector<std::uint64_t>>{{0, 2}, {1}, {3, 4}}));
}

TEST_F(ResendTest, a_row_that_was_cut_off_asks_for_twice_the_output) {
    come_back({0, 1}, [](std::uint64_t row, model::TryRecord& tries) {
        tries.pack_limit = 1;
        tries.raise_output = row == 1;
    });
    resend();
    const auto lines = sent(1);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_TRUE(holds(lines[0], "\"max_completion_tokens\":100")) << lines[0];
    EXPECT_TRUE(holds(lines[1], "\"max_completion_tokens\":200")) << lines[1];
}

TEST_F(ResendTest, a_learned_token_limit_makes_small_shards) {
    come_back({0, 1, 2, 3, 4, 5}, [](std::uint64_t, model::TryRecord& t) { t.pack_limit = 1; });
    store_->edit_account({"openai"}, [](store::Account& a) { a.token_limits["gpt-6-luna"] = 100; })
        .value();
    EXPECT_GT(resend(), 1u);
    EXPECT_CLEAN(*store_);
}

TEST_F(ResendTest, nothing_queued_makes_no_shard) {
    come_back({});
    EXPECT_EQ(resend(), 0u);
}

TEST_F(ResendTest, the_next_attempt_of_a_shard_says_the_same_under_another_intent) {
    auto voided = store_->attempt(first()).value().value();
    voided = store::testing::void_attempt(*store_, first());
    attempt_again(*store_, voided).value();
    const auto next = store_->attempt({job_, {0}, 2}).value().value();
    EXPECT_NE(next.intent, voided.intent);
    const auto before = lines_of(store_->shard_file(first()));
    const auto after = lines_of(store_->shard_file(next.key));
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < after.size(); ++i) {
        EXPECT_TRUE(holds(after[i], next.intent.v));
        EXPECT_FALSE(holds(after[i], voided.intent.v));
        EXPECT_EQ(after[i].size(), before[i].size()) << "no offset moves";
        EXPECT_EQ(after[i].substr(after[i].find("\"body\"")),
                  before[i].substr(before[i].find("\"body\"")));
    }
    EXPECT_CLEAN(*store_);
}

TEST_F(ResendTest, a_spool_that_is_not_what_was_written_is_said_to_be_damaged) {
    const auto spec = providers::load_spec(store_->job(job_).value().value()).value();
    const auto where = [](std::uint32_t request, std::uint32_t place) {
        model::TryRecord t;
        t.attempt = 1;
        t.request = request;
        t.place = place;
        return t;
    };
    {
        RowTexts texts(*store_, job_, spec);
        EXPECT_EQ(texts.text(where(2, 1)).value(), word(7));
        EXPECT_EQ(texts.text(where(0, 0)).value(), word(0));
        EXPECT_EQ(store::testing::code(texts.text(where(0, 3))), Errc::corrupt);
        EXPECT_EQ(store::testing::code(texts.text(where(3, 0))), Errc::corrupt);
    }
    const auto file = store_->shard_file(first());
    std::string content;
    {
        std::ifstream in(file, std::ios::binary);
        std::ostringstream all;
        all << in.rdbuf();
        content = all.str();
    }
    content[content.find(R"(r2\":\"say)")] = 'x';  // a row's name inside the first pack
    std::filesystem::remove(file);
    std::ofstream(file, std::ios::binary) << content;
    RowTexts texts(*store_, job_, spec);
    EXPECT_EQ(store::testing::code(texts.text(where(0, 1))), Errc::corrupt);
    EXPECT_EQ(texts.text(where(1, 1)).value(), word(4)) << "the other requests are whole";
}

}  // namespace
}  // namespace overnight::submitter
