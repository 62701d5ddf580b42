// An emulator that was killed and started again: what it billed, what it promised and what it had
// finished.
#include "anthropic_session.hpp"
#include "emulator/ledger.hpp"
#include "gemini_session.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <set>
#include <thread>

namespace overnight::test {
namespace {

namespace json = boost::json;

// 16 of 40 lines run, and then the batch waits: for its cancel, or for an emulator without the
// rule.
constexpr const char* stops_at_16 =
    R"([{"fault":"stuck","done":0.4},{"fault":"cancel_slow","seconds":600}])";
constexpr const char* slow_cancel = R"([{"fault":"cancel_slow","seconds":600}])";
constexpr std::size_t ran = 16;

std::vector<std::string> lines_of(const std::filesystem::path& path) {
    std::vector<std::string> lines;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

void wait_for_billed(Session& session, std::size_t lines) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{240};
    while (session.ledger("billed").size() < lines) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "the lines never ran";
        session.advance(0.25);
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
}

void copy_blobs(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::create_directories(to / "blobs");
    for (const auto& blob : std::filesystem::directory_iterator(from / "blobs")) {
        std::filesystem::copy(blob.path(), to / "blobs" / blob.path().filename(),
                              std::filesystem::copy_options::overwrite_existing);
    }
}

TEST(Restart, lines_with_one_key_or_none_are_billed_once_each) {
    const TempDirectory state;
    std::string lines;
    for (int i = 0; i < 40; ++i) {
        lines += i % 2 == 0 ? R"({"key":"same","request":)" : R"({"request":)";
        lines += gemini_request("Number " + std::to_string(i)) + "}\n";
    }
    std::string name;
    {
        GeminiSession gemini(stops_at_16, state.path());
        name = gemini.start_batch(lines);
        wait_for_billed(gemini.session, ran);
    }
    GeminiSession gemini("", state.path());
    const json::object done = gemini.finish(name);
    EXPECT_EQ(gemini.lines(done).size(), 40U);
    std::set<std::string> requests;
    for (const json::object& line : gemini.session.ledger("billed"))
        EXPECT_TRUE(requests.insert(text_in(line, "/request_sha256")).second) << "billed twice";
    EXPECT_EQ(requests.size(), 40U);
}

TEST(Restart, a_cancel_that_was_accepted_is_not_forgotten) {
    const TempDirectory state;
    std::string id;
    {
        AnthropicSession session(stops_at_16, state.path());
        id = session.start(batch_of(40));
        wait_for_billed(session.session(), ran);
        (void)session.call("POST", "/v1/messages/batches/" + id + "/cancel", "");
        EXPECT_EQ(text_in(session.batch(id), "/processing_status"), "canceling");
    }
    AnthropicSession session(slow_cancel, state.path());
    const json::object canceling = session.batch(id);
    EXPECT_EQ(text_in(canceling, "/processing_status"), "canceling");
    EXPECT_FALSE(text_in(canceling, "/cancel_initiated_at").empty());
    session.advance(601);
    const json::object ended = session.finish(id);
    EXPECT_EQ(number_in(ended, "/request_counts/succeeded"), 16);
    EXPECT_EQ(number_in(ended, "/request_counts/canceled"), 24);
    EXPECT_EQ(count_of(session.results(id), "succeeded"), ran) << "they were paid for";
    EXPECT_EQ(session.ledger("billed").size(), ran);
}

TEST(Restart, a_batch_of_gemini_that_was_cancelled_does_not_run_again) {
    const TempDirectory state;
    std::string name;
    {
        GeminiSession gemini(stops_at_16, state.path());
        name = gemini.start_batch(gemini_lines(40));
        wait_for_billed(gemini.session, ran);
        (void)gemini.post("/v1beta/" + name + ":cancel", "{}");
    }
    GeminiSession gemini(slow_cancel, state.path());
    gemini.session.advance(601);
    EXPECT_EQ(state_of(gemini.finish(name)), "BATCH_STATE_CANCELLED");
    EXPECT_EQ(gemini.session.ledger("billed").size(), ran);
}

// A kill between any two records of the journal: the ledger is as long as it got.
class Killed : public ::testing::TestWithParam<bool> {};

TEST_P(Killed, between_two_records_loses_no_results_and_bills_nothing_twice) {
    const TempDirectory lived;
    const TempDirectory early;
    std::string name;
    {
        GeminiSession gemini("", lived.path());
        const std::string request =
            R"({"request":)" + gemini_request("hello") + R"(,"metadata":{"key":"k1"}})";
        name = GetParam() ? text_in(object_of(gemini.create_inline(request)), "/name")
                          : gemini.start_batch(gemini_lines(1));
        copy_blobs(lived.path(), early.path());
        ASSERT_EQ(state_of(gemini.finish(name)), "BATCH_STATE_SUCCEEDED");
    }
    const std::vector<std::string> records = lines_of(lived.path() / "journal.jsonl");
    std::size_t lives = 0;
    for (std::size_t kept = 1; kept <= records.size(); ++kept) {
        const TempDirectory state;
        copy_blobs(early.path(), state.path());
        copy_blobs(lived.path(), state.path());
        std::filesystem::copy(lived.path() / "ledger.jsonl", state.path() / "ledger.jsonl");
        {
            std::ofstream journal(state.path() / "journal.jsonl");
            for (std::size_t i = 0; i < kept; ++i)
                journal << records[i] << '\n';
        }
        GeminiSession gemini("", state.path());
        if (gemini.get("/v1beta/" + name).status != 200) continue;  // it was not there yet
        ++lives;
        const json::object done = gemini.finish(name);
        EXPECT_EQ(state_of(done), "BATCH_STATE_SUCCEEDED") << kept << json::serialize(done);
        const std::size_t results =
            GetParam() ? at(done, "/response/inlinedResponses/inlinedResponses").is_array() ? 1 : 0
                       : gemini.lines(done).size();
        EXPECT_EQ(results, 1U) << kept << json::serialize(done);
        EXPECT_EQ(gemini.session.ledger("billed").size(), 1U) << kept;
    }
    EXPECT_GE(lives, 3U);
}

INSTANTIATE_TEST_SUITE_P(Restart, Killed, ::testing::Bool(), [](const auto& one) {
    return std::string(one.param ? "inlined" : "with_a_file");
});

TEST(Restart, a_ledger_line_that_was_cut_off_does_not_swallow_the_next) {
    const TempDirectory state;
    const auto path = state.path() / "ledger.jsonl";
    { std::ofstream(path) << R"({"event":"request"})" << '\n' << R"({"event":"bil)"; }
    const emulator::VirtualClock clock(0, core::from_unix_seconds(1'800'000'000));
    const auto ledger = emulator::Ledger::open(path, clock).value();
    ASSERT_TRUE(ledger->event("create", [](auto&) {}));
    const auto lines = lines_of(path);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0], R"({"event":"request"})");
    EXPECT_TRUE(lines[1].starts_with(R"({"event":"create")")) << lines[1];
}

}  // namespace
}  // namespace overnight::test
