// Settling an attempt from the files in the spool: what stands in the store afterwards.
#include "reconciler/settle.hpp"

#include "core/bytes.hpp"
#include "jsonl/json_text.hpp"
#include "model/custom_id.hpp"
#include "store/manifest.hpp"
#include "tests/unit/store/support.hpp"

#include <chrono>
#include <fstream>

namespace overnight::reconciler {
namespace {

using model::AttemptState;
using model::BatchStatus;
using model::RowState;
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
[limits]
attempts = 2
[output]
file = "out.csv"
)";

constexpr const char* good = R"({"label":"a"})";

std::string json_text(std::string_view text) {
    std::string out;
    jsonl::append_json_string(out, text);
    return out;
}

void write(const std::filesystem::path& file, const std::vector<std::string>& lines) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out(file, std::ios::binary);
    for (const auto& line : lines)
        out << line << '\n';
}

/// A running job of one shard whose batch has ended, and what lies in its spool.
class Ended {
public:
    explicit Ended(const std::vector<std::uint32_t>& packs)
        : store_(store::testing::open_store(dir_ / "state")) {
        model::Job job = store::testing::some_job();
        job.recipe_text = recipe_text;
        job.recipe_path = (dir_ / "r.toml").string();
        job.base_folder = dir_.path().string();
        job.pack_rows = *std::max_element(packs.begin(), packs.end());
        job.id = store_->begin_job(job).value();
        std::uint64_t rows = 0;
        for (const auto size : packs) {
            std::vector<core::RowNo> numbers;
            for (std::uint32_t i = 0; i < size; ++i)
                numbers.push_back({rows++});
            manifest_.add(manifest_.requests() * 1000u, numbers);
        }
        store_->append_rows(job.id, {0}, std::vector<model::RowRecord>(rows)).value();
        model::Shard shard = store::testing::some_shard(job.id, 0, 0);
        shard.rows = manifest_.rows();
        shard.requests = manifest_.requests();
        auto attempt = store::testing::some_attempt(job.id, 0, 1);
        attempt.requests = manifest_.requests();
        store_->add_shard(shard, attempt).value();
        store_->publish_job(job).value();
        key_ = attempt.key;
        intent_ = attempt.intent;
        std::filesystem::create_directories(store_->spool_dir(job.id));
        manifest_.write(store_->manifest_file(key_.shard_key())).value();
        std::string fingerprints;
        for (std::uint64_t row = 0; row < rows; ++row)
            fingerprints += std::string(15, 'f') + static_cast<char>('0' + row);
        std::ofstream(store_->fingerprint_file(job.id), std::ios::binary) << fingerprints;
    }

    std::string line(std::uint32_t request, const std::string& response) const {
        return R"({"id":"b","custom_id":")" + model::make_custom_id(intent_, request, 1) +
               R"(","response":)" + response + R"(,"error":null})";
    }
    std::string answer(std::uint32_t request, std::string_view content) const {
        return line(
            request,
            R"({"status_code":200,"body":{"choices":[{"message":{"content":)" + json_text(content) +
                R"(},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":2}}})");
    }
    std::string failure(std::uint32_t request, int status) const {
        return line(request, R"({"status_code":)" + std::to_string(status) +
                                 R"(,"body":{"error":{"message":"no","code":"bad"}}})");
    }
    void output(const std::vector<std::string>& lines) {
        write(store_->output_file(key_), lines);
        has_output_ = true;
    }
    void settle(BatchStatus status = BatchStatus::completed) {
        model::Attempt attempt = store_->attempt(key_).value().value();
        if (attempt.state < AttemptState::terminal) {
            attempt = store::testing::lead(*store_, key_, AttemptState::submitted);
            attempt.state = AttemptState::terminal;
            attempt.status = status;
            if (has_output_) attempt.output_file.v = "file-out";
            store_->advance(attempt, AttemptState::submitted).value();
        }
        if (attempt.state == AttemptState::terminal) {
            attempt.state = AttemptState::fetched;
            store_->advance(attempt, AttemptState::terminal).value();
        }
        const auto job = store_->job(key_.job).value().value();
        reconciler::settle(*store_, clock_, job, attempt).value();
    }

    store::Store& store() { return *store_; }
    model::Attempt attempt() const { return store_->attempt(key_).value().value(); }
    RowState row(std::uint64_t no) const {
        return store::testing::row(*store_, key_.job, no).state;
    }
    std::vector<model::Resubmission> resent(std::uint64_t no) const {
        return store_->resubmissions(key_.job, {no}).value();
    }
    std::optional<model::TryRecord> tries(std::uint64_t no) const {
        return store_->tries(key_.job, {no}).value();
    }
    core::JobId job() const { return key_.job; }

private:
    TempDir dir_;
    std::unique_ptr<store::Store> store_;
    core::ManualClock clock_;
    store::Manifest manifest_;
    model::AttemptKey key_;
    core::IntentId intent_;
    bool has_output_ = false;
};

TEST(SettleResults, answers_failures_and_resubmissions_are_one_transaction) {
    Ended batch({1, 1, 1, 1});
    batch.output({batch.answer(0, good), batch.failure(1, 400), batch.failure(2, 500),
                  batch.answer(3, "no json")});
    batch.settle();
    EXPECT_EQ(batch.attempt().state, AttemptState::settled);
    EXPECT_EQ(batch.row(0), RowState::answered);
    EXPECT_EQ(batch.row(1), RowState::failed);
    EXPECT_EQ(batch.row(2), RowState::waiting);
    EXPECT_EQ(batch.row(3), RowState::waiting);
    EXPECT_EQ(batch.attempt().usage, (model::Usage{20, 0, 4})) << "a bad answer is paid, too";
    ASSERT_EQ(batch.resent(2).size(), 1u);
    EXPECT_EQ(batch.resent(2)[0].verdict, Verdict::retryable);
    EXPECT_EQ(batch.resent(2)[0].request, 2u);
    EXPECT_EQ(batch.resent(2)[0].evidence_crc, core::crc32c(batch.failure(2, 500)));
    EXPECT_TRUE(batch.tries(2)->queued);
    EXPECT_TRUE(batch.resent(0).empty() && batch.resent(1).empty());
    EXPECT_EQ(batch.store().queue(batch.job()).value().rows, 2u);
    EXPECT_EQ(batch.store().indexes().value().size(), 1u) << "the answer is in the cache";
    EXPECT_CLEAN(batch.store());
}

TEST(SettleResults, a_row_is_found_again_where_its_text_stands) {
    Ended batch({3, 2});
    batch.output({batch.answer(0, R"({"r1":{"label":"a"},"r2":{"label":"b"},"r3":{"label":"c"}})"),
                  batch.answer(1, R"({"r1":{"label":"d"}})")});
    batch.settle();
    const auto tries = batch.tries(4);
    ASSERT_TRUE(tries);
    EXPECT_EQ(tries->request, 1u);
    EXPECT_EQ(tries->place, 1u);
    EXPECT_EQ(tries->bad_answers, 1);
    EXPECT_FALSE(batch.tries(0));
}

TEST(SettleResults, what_an_expired_batch_did_not_reach_never_ran) {
    Ended batch({1, 1});
    batch.output({batch.answer(0, good)});
    batch.settle(BatchStatus::expired);
    EXPECT_EQ(batch.row(0), RowState::answered);
    ASSERT_EQ(batch.resent(1).size(), 1u);
    EXPECT_EQ(batch.resent(1)[0].verdict, Verdict::never_ran);
    EXPECT_EQ(batch.tries(1)->failures, 0) << "it costs the row no try";
}

TEST(SettleResults,
     missing_lines_beside_unreadable_ones_are_fetched_again_before_a_row_is_paid_again) {
    Ended batch({1, 1});
    batch.output({batch.answer(0, good), "cut off in the mid"});
    for (int fetch = 1; fetch <= 3; ++fetch) {
        batch.settle();
        EXPECT_EQ(batch.attempt().state, AttemptState::terminal) << fetch;
        EXPECT_EQ(batch.attempt().fetch_tries, fetch);
        EXPECT_EQ(batch.row(0), RowState::waiting);
        EXPECT_TRUE(batch.resent(1).empty());
    }
    batch.settle();  // three downloads agree: it is the provider's file
    EXPECT_EQ(batch.attempt().state, AttemptState::settled);
    EXPECT_EQ(batch.row(0), RowState::answered);
    EXPECT_EQ(batch.resent(1).at(0).verdict, Verdict::missing_line);
}

TEST(SettleResults, files_that_are_wholly_of_another_batch_hold_the_attempt) {
    Ended batch({1});
    batch.output({R"({"id":"b","custom_id":"somebody-else","response":null,"error":null})"});
    for (int fetch = 0; fetch < 4; ++fetch)
        batch.settle();
    EXPECT_EQ(batch.attempt().state, AttemptState::hold);
    EXPECT_EQ(batch.row(0), RowState::waiting);
    EXPECT_TRUE(batch.resent(0).empty()) << "nothing is paid again on a stranger's word";
}

TEST(SettleResults, used_up_quota_holds_the_account_and_costs_no_try) {
    Ended batch({1, 1});
    batch.output(
        {batch.answer(0, good),
         batch.line(
             1,
             R"({"status_code":429,"body":{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}})")});
    batch.settle();
    EXPECT_EQ(batch.tries(1)->failures, 0);
    const auto account = batch.store().account({"openai"}).value();
    EXPECT_NE(account.hold_reason.find("doctor --release openai"), std::string::npos);
}

TEST(SettleResults, a_batch_that_failed_behind_work_that_ran_is_held) {
    Ended batch({1, 1});
    auto attempt =
        store::testing::lead(batch.store(), batch.attempt().key, AttemptState::submitted);
    attempt.state = AttemptState::terminal;
    attempt.status = BatchStatus::failed;
    attempt.done = 1;
    batch.store().advance(attempt, AttemptState::submitted).value();
    batch.settle();
    EXPECT_EQ(batch.attempt().state, AttemptState::hold);
    EXPECT_EQ(batch.row(0), RowState::waiting);
}

TEST(SettleResults, packs_that_fail_whole_lower_the_size_for_the_rest_of_the_job) {
    Ended batch({4, 4, 4, 4});
    batch.output({batch.failure(0, 400), batch.failure(1, 400), batch.failure(2, 400),
                  batch.failure(3, 400)});
    batch.settle();
    const auto job = batch.store().job(batch.job()).value().value();
    EXPECT_EQ(job.pack_rows, 2u);
    EXPECT_EQ(batch.tries(0)->pack_limit, 2u);
}

}  // namespace
}  // namespace overnight::reconciler
