// What result files say of each row: first success counts, packs part by name, and whatever is not
// of this attempt is set aside.
#include "reconciler/outcome.hpp"

#include "core/bytes.hpp"
#include "jsonl/json_text.hpp"
#include "model/custom_id.hpp"
#include "providers/job_spec.hpp"
#include "tests/unit/store/support.hpp"

#include <fstream>

namespace overnight::reconciler {
namespace {

using model::Verdict;
using store::testing::TempDir;

constexpr const char* recipe_text = R"(
[input]
file = "in.csv"
[model]
provider = "openai"
name = "gpt-6-luna"
[prompt]
row = "{{text}}"
[answer]
label = "string"
[output]
file = "out.csv"
)";

std::string json_text(std::string_view text) {
    std::string out;
    jsonl::append_json_string(out, text);
    return out;
}

/// One attempt of a shard whose requests carry as many rows as `packs` says, and the lines that
/// came back for it.
class Fixture {
public:
    explicit Fixture(const std::vector<std::uint32_t>& packs,
                     model::JobKind kind = model::JobKind::recipe)
        : store_(store::testing::open_store(dir_ / "state")),
          spec_(
              providers::make_spec(recipe::parse_recipe(recipe_text, "r.toml", dir_.path()).value(),
                                   *providers::find_adapter("openai"),
                                   "")
                  .value()) {
        const auto job = store_->begin_job(store::testing::some_job()).value();
        attempt_ = store::testing::some_attempt(job, 0, 1);
        std::uint64_t row = 100;
        for (const auto rows : packs) {
            std::vector<core::RowNo> numbers;
            for (std::uint32_t i = 0; i < rows; ++i)
                numbers.push_back({row++});
            manifest_.add(manifest_.requests() * 1000u, numbers);
        }
        segment_.emplace(store::SegmentWriter::begin(*store_, job).value());
        outcome_.emplace(spec_, kind, attempt_, manifest_, *segment_);
    }

    std::string id(std::uint32_t request) const {
        return model::make_custom_id(attempt_.intent, request, 1);
    }
    std::string answer(std::uint32_t request, std::string_view content, int tokens = 10) const {
        return R"({"id":"b","custom_id":")" + id(request) +
               R"(","response":{"status_code":200,"request_id":"q","body":{"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":)" +
               json_text(content) +
               R"(,"refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":)" +
               std::to_string(tokens) +
               R"(,"completion_tokens":1,"total_tokens":11}}},"error":null})";
    }
    std::string failure(std::uint32_t request, int status, const std::string& code) const {
        return R"({"id":"b","custom_id":")" + id(request) + R"(","response":{"status_code":)" +
               std::to_string(status) +
               R"(,"request_id":"q","body":{"error":{"message":"no","code":")" + code +
               R"("}}},"error":null})";
    }
    Outcome& read(const std::vector<std::string>& lines) {
        const auto file = dir_ / ("results." + std::to_string(files_++));
        {
            std::ofstream out(file, std::ios::binary);
            for (const auto& line : lines)
                out << line << '\n';
        }
        outcome_->read_file(file).value();
        outcome_->close(Verdict::missing_line, "no line");
        return *outcome_;
    }
    /// What the row settled on; commits the segment.
    std::string payload(std::uint32_t row_index) {
        if (segment_) {
            std::move(*segment_).commit().value();
            segment_.reset();
        }
        store::AnswerReader reader(*store_);
        std::string out;
        reader.read(outcome_->place(row_index), out).value();
        return out;
    }
    std::uint64_t answers_written() const { return segment_->answers(); }

private:
    TempDir dir_;
    std::unique_ptr<store::Store> store_;
    providers::JobSpec spec_;
    model::Attempt attempt_;
    store::Manifest manifest_;
    std::optional<store::SegmentWriter> segment_;
    std::optional<Outcome> outcome_;
    int files_ = 0;
};

constexpr const char* good = R"({"label":"a"})";
constexpr const char* other = R"({"label":"b"})";

TEST(Outcome, answers_in_any_order_come_to_their_rows) {
    Fixture f({1, 1, 1});
    const auto& outcome = f.read({f.answer(2, other), f.answer(0, good), f.failure(1, 400, "bad")});
    EXPECT_TRUE(outcome.answered(0));
    EXPECT_FALSE(outcome.answered(1));
    EXPECT_TRUE(outcome.answered(2));
    EXPECT_EQ(outcome.trouble(1).verdict, Verdict::permanent);
    EXPECT_EQ(outcome.trouble(1).reason, "400 bad: no");
    EXPECT_EQ(outcome.trouble(1).evidence_crc, core::crc32c(f.failure(1, 400, "bad")));
    EXPECT_EQ(outcome.requests_without_line(), 0u);
    EXPECT_EQ(f.payload(0), good);
    EXPECT_EQ(f.payload(2), other);
}

TEST(Outcome, a_request_without_a_line_is_what_close_says) {
    Fixture f({1, 1});
    const auto& outcome = f.read({f.answer(0, good)});
    EXPECT_EQ(outcome.requests_without_line(), 1u);
    EXPECT_FALSE(outcome.answered(1));
    EXPECT_EQ(outcome.trouble(1).verdict, Verdict::missing_line);
    EXPECT_EQ(outcome.trouble(1).reason, "no line");
    EXPECT_EQ(outcome.trouble(1).evidence_crc, 0u);
}

TEST(Outcome, a_second_success_is_neither_taken_nor_written) {
    Fixture f({1});
    const auto& outcome = f.read({f.answer(0, good), f.answer(0, other)});
    EXPECT_EQ(outcome.oddities().duplicate_lines, 1u);
    EXPECT_EQ(f.answers_written(), 1u);
    EXPECT_EQ(f.payload(0), good);
}

TEST(Outcome, a_success_takes_an_earlier_trouble_back_and_a_later_trouble_takes_no_success_back) {
    Fixture f({2, 1});
    const std::string pack = R"({"r1":{"label":"a"},"r2":{"label":"b"}})";
    f.read({f.failure(0, 400, "bad"), f.answer(1, good)});
    const auto& outcome = f.read({f.answer(0, pack), f.failure(1, 500, "late")});
    EXPECT_EQ(outcome.oddities().duplicate_lines, 2u);
    EXPECT_TRUE(outcome.answered(0) && outcome.answered(1) && outcome.answered(2));
    EXPECT_EQ(outcome.packs_failed_whole(), 0u) << "it did not fail in the end";
}

TEST(Outcome, the_bill_counts_each_request_once) {
    Fixture f({1, 1});
    const auto& outcome =
        f.read({f.answer(0, good, 10), f.answer(0, good, 10), f.answer(0, good, 10),
                f.failure(1, 500, "x"), f.answer(1, good, 7)});
    EXPECT_EQ(outcome.usage().input_tokens, 17u);
    EXPECT_EQ(outcome.usage().output_tokens, 2u);
    EXPECT_EQ(outcome.oddities().duplicate_lines, 3u);
}

TEST(Outcome, lines_of_others_and_lines_that_cannot_be_read_are_set_aside) {
    Fixture f({1});
    const std::string foreign_index = R"({"custom_id":")" + f.id(1) + R"(","response":null})";
    const auto& outcome = f.read({"not json", R"({"custom_id":"somebody-else","response":null})",
                                  foreign_index, f.answer(0, good)});
    EXPECT_EQ(outcome.oddities().unreadable_lines, 1u);
    EXPECT_EQ(outcome.oddities().foreign_lines, 2u);
    EXPECT_TRUE(outcome.answered(0));
    EXPECT_EQ(outcome.usage().input_tokens, 10u) << "others' lines are not on our bill";
}

TEST(Outcome, a_pack_parts_by_name_and_what_is_missing_or_invalid_is_that_rows_alone) {
    Fixture f({3, 1});
    const auto& outcome =
        f.read({f.answer(0, R"({"r3":{"label":"c"},"r1":{"wrong":1}})"), f.answer(1, good)});
    EXPECT_EQ(outcome.trouble(0).verdict, Verdict::bad_answer);
    EXPECT_EQ(outcome.trouble(1).reason, "the answer leaves this row out");
    EXPECT_TRUE(outcome.answered(2));
    EXPECT_TRUE(outcome.answered(3));
    EXPECT_EQ(outcome.packs(), 1u);
    EXPECT_EQ(outcome.packs_failed_whole(), 0u) << "one of its rows was answered";
    EXPECT_EQ(f.payload(2), R"({"label":"c"})");
}

TEST(Outcome, a_pack_that_fails_as_a_whole_gives_all_its_rows_the_reason) {
    Fixture f({3, 2, 2});
    const auto& outcome = f.read({f.answer(0, "no json at all"), f.failure(1, 400, "too_long"),
                                  f.failure(2, 500, "server_error")});
    for (std::uint32_t row = 0; row < 3; ++row)
        EXPECT_EQ(outcome.trouble(row).verdict, Verdict::bad_answer);
    for (std::uint32_t row = 3; row < 5; ++row)
        EXPECT_EQ(outcome.trouble(row).reason, "400 too_long: no");
    EXPECT_EQ(outcome.trouble(5).verdict, Verdict::retryable);
    EXPECT_EQ(outcome.packs(), 3u);
    EXPECT_EQ(outcome.packs_failed_whole(), 2u) << "the provider's own fault says nothing of packs";
}

TEST(Outcome, used_up_quota_is_met_once_and_remembered) {
    Fixture f({1, 1});
    const auto& outcome = f.read({f.failure(0, 429, "insufficient_quota"), f.answer(1, good)});
    EXPECT_TRUE(outcome.quota_met());
    EXPECT_EQ(outcome.trouble(0).verdict, Verdict::quota);
}

TEST(Outcome, a_raw_request_takes_any_success_as_it_is) {
    Fixture f({1, 1}, model::JobKind::raw_requests);
    const auto& outcome = f.read({f.answer(0, "plain words"), f.failure(1, 400, "bad")});
    EXPECT_TRUE(outcome.answered(0));
    EXPECT_FALSE(outcome.answered(1));
    EXPECT_NE(f.payload(0).find("plain words"), std::string::npos);
}

}  // namespace
}  // namespace overnight::reconciler
