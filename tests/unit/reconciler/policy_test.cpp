// The verdict table of DESIGN 6, row by row, and what it may cost at most.
#include "reconciler/policy.hpp"

#include <gtest/gtest.h>

namespace overnight::reconciler {
namespace {

using model::TryRecord;
using model::Verdict;

const RetryPolicy policy{3, true};

Decision once(Verdict v, std::uint32_t rows, TryRecord before = {}) {
    return decide(v, before, rows, policy);
}

TEST(Decide, an_answer_settles) {
    EXPECT_EQ(once(Verdict::answered, 20).next, Next::settle);
}

TEST(Decide, a_permanent_error_of_a_single_row_is_final) {
    EXPECT_EQ(once(Verdict::permanent, 1).next, Next::fail);
    EXPECT_EQ(once(Verdict::filtered, 1).next, Next::fail);
}

TEST(Decide, a_pack_that_fails_as_a_whole_is_halved_down_to_single_rows) {
    for (const auto v : {Verdict::permanent, Verdict::filtered, Verdict::cut_off}) {
        std::uint32_t rows = 20;
        TryRecord t;
        std::string sizes;
        while (rows > 1) {
            const auto d = once(v, rows, t);
            ASSERT_EQ(d.next, Next::resend);
            t = d.tries;
            ASSERT_LT(t.pack_limit, rows);
            rows = t.pack_limit;
            sizes += std::to_string(rows) + " ";
        }
        EXPECT_EQ(sizes, "10 5 3 2 1 ") << model::name(v);
    }
}

TEST(Decide, a_row_missing_from_its_pack_goes_with_fewer_then_alone_then_has_one_more_chance) {
    auto d = once(Verdict::bad_answer, 20);
    EXPECT_EQ(d.tries.pack_limit, 10u);
    d = once(Verdict::bad_answer, 10, d.tries);
    EXPECT_EQ(d.tries.pack_limit, 1u);
    d = once(Verdict::bad_answer, 1, d.tries);
    EXPECT_EQ(d.next, Next::resend);
    d = once(Verdict::bad_answer, 1, d.tries);
    EXPECT_EQ(d.next, Next::fail);
}

TEST(Decide, a_single_row_that_was_cut_off_may_ask_once_for_more_output) {
    auto d = once(Verdict::cut_off, 1);
    EXPECT_EQ(d.next, Next::resend);
    EXPECT_TRUE(d.tries.raise_output);
    EXPECT_EQ(once(Verdict::cut_off, 1, d.tries).next, Next::fail);
    EXPECT_EQ(decide(Verdict::cut_off, {}, 1, {3, false}).next, Next::fail);
}

TEST(Decide, the_providers_failures_end_after_the_recipes_attempts) {
    TryRecord t;
    int sent = 1;
    for (;; ++sent) {
        const auto d = once(Verdict::retryable, 1, t);
        t = d.tries;
        if (d.next == Next::fail) break;
        ASSERT_EQ(t.pack_limit, 0u) << "the pack is not to blame";
        ASSERT_LT(sent, 10);
    }
    EXPECT_EQ(sent, 3);
    EXPECT_EQ(decide(Verdict::retryable, {}, 1, {1, true}).next, Next::fail);
}

TEST(Decide, what_never_ran_or_met_the_quota_costs_the_row_no_try) {
    for (const auto v : {Verdict::never_ran, Verdict::quota}) {
        TryRecord t;
        for (int i = 0; i < 10; ++i) {
            const auto d = once(v, 1, t);
            ASSERT_EQ(d.next, Next::resend) << model::name(v);
            t = d.tries;
        }
        EXPECT_EQ(t.failures, 0) << model::name(v);
    }
}

TEST(Decide, nothing_is_sent_again_for_ever) {
    for (int v = 1; v <= 9; ++v) {
        const auto verdict = static_cast<Verdict>(v);
        if (verdict == Verdict::quota)
            continue;  // the account is held in between: a person decides
        TryRecord t;
        std::uint32_t rows = 2048;
        bool ended = false;
        for (int i = 0; i < 60 && !ended; ++i) {
            const auto d = once(verdict, rows, t);
            ended = d.next != Next::resend;
            t = d.tries;
            if (t.pack_limit != 0) rows = t.pack_limit;
        }
        EXPECT_TRUE(ended) << model::name(verdict);
    }
}

TEST(Decide, a_row_sent_again_is_queued_and_no_other) {
    EXPECT_TRUE(once(Verdict::retryable, 1).tries.queued);
    EXPECT_FALSE(once(Verdict::permanent, 1).tries.queued);
    EXPECT_FALSE(once(Verdict::answered, 1).tries.queued);
}

TEST(PackSize, is_lowered_when_a_quarter_of_the_packs_fail) {
    EXPECT_EQ(lowered_pack_size(20, 100, 25), 10u);
    EXPECT_EQ(lowered_pack_size(20, 100, 24), 0u);
    EXPECT_EQ(lowered_pack_size(20, 3, 3), 0u) << "too few to tell";
    EXPECT_EQ(lowered_pack_size(1, 100, 100), 0u);
    EXPECT_EQ(lowered_pack_size(3, 4, 4), 2u);
}

}  // namespace
}  // namespace overnight::reconciler
