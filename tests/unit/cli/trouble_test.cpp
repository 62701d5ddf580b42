#include "cli/trouble.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace overnight::cli {
namespace {

using model::Attempt;
using model::AttemptState;

Attempt attempt(std::uint32_t shard, AttemptState state, std::string error, int due = 0) {
    Attempt a;
    a.key = {{1}, {shard}, 1};
    a.state = state;
    a.error = std::move(error);
    a.due = core::TimePoint(core::Duration(due));
    return a;
}

TEST(Trouble, a_batch_that_waits_tells_what_it_met) {
    const std::vector<Attempt> attempts{
        attempt(0, AttemptState::submitted, "old"),
        attempt(1, AttemptState::uploading, "HTTP 503", 5),
        attempt(2, AttemptState::uploaded, "connection \x1b refused", 9)};
    const auto found = trouble(attempts);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->batch, 3u);
    EXPECT_EQ(found->error.find('\x1b'), std::string::npos) << "as it came";
    EXPECT_EQ(found->next_try, core::TimePoint(core::Duration(9)));
}

TEST(Trouble, what_is_over_or_under_way_is_none) {
    auto refused = attempt(0, AttemptState::voided, "bad request");
    refused.void_reason = model::VoidReason::rejected;
    EXPECT_FALSE(trouble(std::vector<Attempt>{refused, attempt(1, AttemptState::submitted, "old"),
                                              attempt(2, AttemptState::closed, "old"),
                                              attempt(3, AttemptState::rendered, "")}));
}

TEST(Trouble, ordinary_calls_under_way_tell_what_they_wait_for) {
    auto calls = attempt(0, AttemptState::submitted, "connection refused", 7);
    calls.intent.v = "i";
    calls.batch = model::ordinary_batch(calls.intent);
    const auto found = trouble(std::vector<Attempt>{calls});
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->ordinary);
    EXPECT_EQ(found->error, "connection refused");
    EXPECT_EQ(found->next_try, core::TimePoint(core::Duration(7)));
}

TEST(Trouble, a_refusal_for_now_counts_until_it_is_tried_again) {
    auto refused = attempt(0, AttemptState::voided, "no room");
    refused.void_reason = model::VoidReason::token_limit;
    EXPECT_TRUE(trouble(std::vector<Attempt>{refused}));
    auto again = attempt(0, AttemptState::rendered, "");
    again.key.attempt = 2;
    EXPECT_FALSE(trouble(std::vector<Attempt>{refused, again}));
}

}  // namespace
}  // namespace overnight::cli
