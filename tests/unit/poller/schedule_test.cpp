#include "poller/schedule.hpp"

#include <gtest/gtest.h>

namespace overnight::poller {
namespace {

using model::AttemptState;
using model::BatchStatus;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr core::TimePoint now{seconds{1'800'000'000}};

model::Attempt submitted() {
    model::Attempt a;
    a.state = AttemptState::submitted;
    a.batch.v = "batch_1";
    a.requests = 100;
    a.status = BatchStatus::validating;
    return a;
}

providers::BatchView view(BatchStatus status) {
    providers::BatchView v;
    v.id.v = "batch_1";
    v.status = status;
    v.status_word = std::string(model::name(status));
    return v;
}

TEST(SweepInterval, grows_with_the_age_of_the_youngest_batch) {
    EXPECT_EQ(sweep_interval(seconds{0}, seconds{30}, 0), seconds{30});
    EXPECT_EQ(sweep_interval(minutes{10}, seconds{30}, 0), seconds{30});
    EXPECT_EQ(sweep_interval(hours{1}, seconds{30}, 0), minutes{3});
    EXPECT_EQ(sweep_interval(hours{20}, seconds{30}, 0), minutes{10});
    EXPECT_EQ(sweep_interval(seconds{0}, seconds{30}, 1), seconds{33});
}

TEST(Apply, only_an_end_is_an_end) {
    for (const auto s : {BatchStatus::validating, BatchStatus::in_progress, BatchStatus::finalizing,
                         BatchStatus::cancelling, BatchStatus::unknown})
        EXPECT_EQ(apply(submitted(), view(s), now).state, AttemptState::submitted)
            << model::name(s);
    for (const auto s : {BatchStatus::completed, BatchStatus::failed, BatchStatus::expired,
                         BatchStatus::cancelled}) {
        const auto next = apply(submitted(), view(s), now);
        EXPECT_EQ(next.state, AttemptState::terminal) << model::name(s);
        EXPECT_EQ(next.ended, now);
    }
}

TEST(Apply, a_share_is_progress_too) {
    auto v = view(BatchStatus::in_progress);
    v.progress = 0.255;
    EXPECT_EQ(apply(submitted(), v, now).done, 25u);
    v.completed = 30;
    EXPECT_EQ(apply(submitted(), v, now).done, 30u);
    v.completed = 0;
    v.progress = 1e300;
    EXPECT_LE(apply(submitted(), v, now).done, 4'000'000'000u);
}

providers::BatchView unaccounted() {
    auto v = view(BatchStatus::in_progress);
    v.unaccounted = true;
    v.output_file.v = "batch_1";
    v.total = 100;
    v.completed = 98;
    return v;
}

TEST(Apply, counts_that_never_add_up_are_a_persons_to_end) {
    auto a = submitted();
    a.committed.wall = now;
    EXPECT_EQ(apply(a, unaccounted(), now + hours{71}).state, AttemptState::submitted);
    const auto held = apply(a, unaccounted(), now + hours{72});
    EXPECT_EQ(held.state, AttemptState::hold);
    EXPECT_EQ(held.status, BatchStatus::completed) << "what a release makes of it";
    EXPECT_EQ(held.output_file.v, "batch_1");
    EXPECT_NE(held.evidence.find("how 98 of its 100 requests ended"), std::string::npos)
        << held.evidence;
    auto cancelling = unaccounted();
    cancelling.status = BatchStatus::cancelling;
    EXPECT_EQ(apply(a, cancelling, now + hours{72}).status, BatchStatus::cancelled);
    // Slow is not stuck, and an end that is said is an end.
    EXPECT_EQ(apply(a, view(BatchStatus::in_progress), now + hours{900}).state,
              AttemptState::submitted);
    EXPECT_EQ(apply(a, view(BatchStatus::completed), now + hours{900}).state,
              AttemptState::terminal);
    a.state = AttemptState::terminal;
    EXPECT_EQ(apply(a, unaccounted(), now + hours{900}).state, AttemptState::terminal);
}

TEST(IsOver, only_what_was_released_ends_without_a_word) {
    auto a = submitted();
    EXPECT_FALSE(is_over(a, unaccounted()));
    EXPECT_TRUE(is_over(a, view(BatchStatus::cancelled)));
    a.status = BatchStatus::completed;
    EXPECT_TRUE(is_over(a, unaccounted()));
    EXPECT_FALSE(is_over(a, view(BatchStatus::in_progress))) << "something is pending";
}

TEST(CancelArrived, a_cancel_that_nobody_took_is_sent_again) {
    using providers::ReplyClass;
    for (const auto heard : {ReplyClass::ok, ReplyClass::rejected})
        EXPECT_TRUE(cancel_arrived(heard));
    // A key that is refused for the moment, a batch that is not shown yet, a proxy's page.
    for (const auto lost : {ReplyClass::unauthorized, ReplyClass::not_found, ReplyClass::retry,
                            ReplyClass::rate_limited, ReplyClass::quota})
        EXPECT_FALSE(cancel_arrived(lost));
}

TEST(Apply, an_unknown_word_keeps_the_last_known_status) {
    auto a = submitted();
    a.status = BatchStatus::in_progress;
    auto v = view(BatchStatus::unknown);
    v.status_word = "paused";
    const auto next = apply(a, v, now);
    EXPECT_EQ(next.status, BatchStatus::in_progress);
    EXPECT_EQ(next.status_word, "paused");
}

TEST(Apply, progress_never_goes_back) {
    auto a = submitted();
    a.done = 70;
    auto v = view(BatchStatus::in_progress);
    v.completed = 40;
    v.failed = 1;
    EXPECT_EQ(apply(a, v, now).done, 70u);
    v.completed = 90;
    EXPECT_EQ(apply(a, v, now).done, 91u);
}

TEST(ApplyMissing, a_404_is_never_an_end_and_a_day_of_them_is_held) {
    auto a = apply_missing(submitted(), now);
    EXPECT_EQ(a.state, AttemptState::submitted);
    a = apply_missing(a, now + hours{23});
    EXPECT_EQ(a.state, AttemptState::submitted);
    EXPECT_EQ(apply_missing(a, now + hours{24}).state, AttemptState::hold);
    a = apply(a, view(BatchStatus::in_progress), now + hours{23});
    EXPECT_EQ(apply_missing(a, now + hours{30}).state, AttemptState::submitted)
        << "it was seen in between";
}

TEST(AfterFetch, missing_lines_are_fetched_for_three_times) {
    auto a = submitted();
    a.status = BatchStatus::completed;
    a.output_file.v = "file-1";
    EXPECT_EQ(after_fetch(a, 100), Fetch::done);
    EXPECT_EQ(after_fetch(a, 99), Fetch::again);
    a.short_fetches = 2;
    EXPECT_EQ(after_fetch(a, 99), Fetch::done);
}

TEST(AfterFetch, a_completed_batch_without_files_is_waited_for_longer) {
    auto a = submitted();
    a.status = BatchStatus::completed;
    a.short_fetches = 10;
    EXPECT_EQ(after_fetch(a, 0), Fetch::again);
    a.short_fetches = 11;
    EXPECT_EQ(after_fetch(a, 0), Fetch::done);
}

TEST(AfterFetch, a_batch_that_failed_in_validation_has_nothing_to_wait_for) {
    auto a = submitted();
    a.status = BatchStatus::failed;
    EXPECT_EQ(after_fetch(a, 0), Fetch::done);
}

}  // namespace
}  // namespace overnight::poller
