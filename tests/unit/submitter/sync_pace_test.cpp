// The pace of ordinary calls: how many, how fast, and how long everybody waits.
#include "submitter/sync_pace.hpp"

#include <gtest/gtest.h>

namespace overnight::submitter {
namespace {

using core::Duration;
using namespace std::chrono_literals;

constexpr Duration t0 = 1h;
constexpr double most = 1.0;  // of what a backoff may be

TEST(Pace, begins_as_many_calls_as_it_may) {
    Pace pace({3, 0}, Outlook::good, t0 - 1h);
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(pace.next(t0), t0);
        pace.begin(t0);
    }
    EXPECT_EQ(pace.next(t0), std::nullopt);
    pace.answered();
    EXPECT_EQ(pace.next(t0), t0);
    EXPECT_EQ(pace.in_flight(), 2u);
}

TEST(Pace, spreads_a_minute_evenly_and_never_goes_over_it) {
    Pace pace({100, 7}, Outlook::good, t0 - 1h);
    Duration now = t0;
    int begun = 0;
    while (*pace.next(now) < t0 + 1min) {
        now = std::max(now, *pace.next(now));
        pace.begin(now);
        pace.answered();
        ++begun;
    }
    EXPECT_EQ(begun, 7);
    EXPECT_GE(now - t0, 50s) << "no burst at the beginning of a minute";
}

TEST(Pace, a_limit_that_was_slept_through_gives_no_burst) {
    Pace pace({100, 60}, Outlook::good, t0 - 1h);
    pace.begin(t0);
    pace.begin(t0 + 10min);
    EXPECT_EQ(pace.next(t0 + 10min), t0 + 10min + 1s);
}

TEST(Pace, all_wait_as_long_as_the_server_asks) {
    Pace pace({8, 0}, Outlook::good, t0 - 1h);
    pace.begin(t0);
    pace.begin(t0);
    pace.limited(t0 + 1s, t0, 7s, most);
    EXPECT_EQ(pace.next(t0 + 2s), t0 + 8s);
    pace.answered();  // one that was under way
    EXPECT_EQ(pace.next(t0 + 2s), t0 + 8s) << "an answer does not lift what the server asked for";
}

TEST(Pace, nobody_asks_for_more_than_an_hour) {
    Pace pace({8, 0}, Outlook::good, t0 - 1h);
    pace.begin(t0);
    pace.limited(t0, t0, 24h, most);
    EXPECT_EQ(pace.next(t0), t0 + 1h);
}

TEST(Pace, failures_that_were_under_way_together_are_one) {
    Pace pace({8, 0}, Outlook::good, t0 - 1h);
    for (int i = 0; i < 8; ++i)
        pace.begin(t0);
    for (int i = 0; i < 8; ++i)
        pace.failed(t0 + 1s, t0, {}, most, Reached::no);
    EXPECT_EQ(pace.next(t0 + 1s), t0 + 2s) << "one pause of a second, not eight that double";
}

TEST(Pace, trouble_that_lasts_is_probed_by_one_call_at_a_time_and_ever_more_seldom) {
    Pace pace({8, 0}, Outlook::good, t0 - 1h);
    Duration now = t0;
    Duration pause{0};
    for (int i = 0; i < 12; ++i) {
        ASSERT_TRUE(pace.next(now));
        now = std::max(now, *pace.next(now));
        pace.begin(now);
        if (i >= 2) {
            EXPECT_EQ(pace.next(now), std::nullopt) << "probe " << i;
        }
        pace.failed(now, now, {}, most, Reached::no);
        EXPECT_GE(pace.paused_until() - now, pause);
        pause = pace.paused_until() - now;
        EXPECT_LE(pause, 60s);
    }
    EXPECT_EQ(pause, 60s);
    now = *pace.next(now);
    pace.begin(now);
    pace.answered();
    for (int i = 0; i < 8; ++i) {
        ASSERT_EQ(pace.next(now), now) << "an answer ends it";
        pace.begin(now);
    }
}

TEST(Pace, what_we_gave_up_ourselves_says_nothing) {
    Pace pace({1, 0}, Outlook::good, t0 - 1h);
    pace.begin(t0);
    pace.given_up();
    EXPECT_EQ(pace.next(t0), t0);
    EXPECT_EQ(pace.in_flight(), 0u);
}

TEST(Pace, a_failure_with_a_wish_waits_for_both) {
    Pace pace({2, 0}, Outlook::good, t0 - 1h);
    pace.begin(t0);
    pace.failed(t0, t0, 5s, most, Reached::no);
    EXPECT_EQ(pace.next(t0), t0 + 5s);
}

TEST(Pace, calls_a_minute_hold_over_a_restart) {
    Pace before({8, 6}, Outlook::good, t0 - 1h);
    before.begin(t0);  // killed here
    const Pace after({8, 6}, Outlook::good, t0);
    EXPECT_EQ(after.next(t0), t0 + 10s);
}

TEST(Pace, after_a_call_that_may_be_lost_the_server_is_asked_first_and_by_one) {
    Pace pace({8, 0}, Outlook::good, t0);
    EXPECT_FALSE(pace.is_doubtful());
    pace.begin(t0);
    pace.failed(t0, t0, {}, most, Reached::no);
    EXPECT_FALSE(pace.is_doubtful()) << "nothing is lost by a connection that is refused";
    pace.begin(t0 + 1s);
    pace.failed(t0 + 1s, t0 + 1s, {}, most, Reached::perhaps);
    EXPECT_TRUE(pace.is_doubtful());
    pace.begin(t0 + 9s);
    EXPECT_EQ(pace.next(t0 + 9s), std::nullopt);
    pace.answered();
    EXPECT_FALSE(pace.is_doubtful());
    EXPECT_EQ(pace.next(t0 + 9s), t0 + 9s);
}

TEST(Pace, trouble_that_was_met_before_begins_with_one_careful_call) {
    Pace pace({8, 0}, Outlook::trouble, t0);
    EXPECT_TRUE(pace.is_doubtful());
    pace.begin(t0);
    EXPECT_EQ(pace.next(t0), std::nullopt);
    pace.failed(t0, t0, {}, 0.0, Reached::no);
    EXPECT_GT(pace.paused_until(), t0 + 10s) << "and goes on waiting as long as before";
}

}  // namespace
}  // namespace overnight::submitter
