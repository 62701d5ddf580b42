#include "cli/role_loop.hpp"

#include "cli/role_owner.hpp"
#include "cli/roles.hpp"
#include "tests/unit/cli/temp_dir.hpp"

#include <gtest/gtest.h>

#include <new>
#include <stop_token>
#include <string>
#include <thread>

namespace overnight::cli {
namespace {

using core::Errc;
using core::Error;
using core::TimePoint;
using namespace std::chrono_literals;

const TimePoint now{std::chrono::seconds{1'800'000'000}};

TEST(SleepTime, is_bounded_on_both_sides) {
    EXPECT_EQ(sleep_time(now, TimePoint::max()), longest_sleep);
    EXPECT_EQ(sleep_time(now, now + 1h), longest_sleep);
    EXPECT_EQ(sleep_time(now, now + 300ms), 300ms);
    EXPECT_EQ(sleep_time(now, now + 1ms), shortest_sleep);
    EXPECT_EQ(sleep_time(now, now), shortest_sleep);
    EXPECT_EQ(sleep_time(now, TimePoint{}), shortest_sleep)
        << "a due time in the past is no busy loop";
}

class RoleLoopTest : public ::testing::Test {
protected:
    RoleLoopTest() {
        work_.take_lock = [] { return true; };
        work_.taken_elsewhere = [this] { ++told_; };
        work_.trouble = [this](const Error&) { ++troubles_; };
    }
    std::optional<Error> run(OnTrouble on_trouble = OnTrouble::stop) {
        return run_role(work_, wake_, clock_, on_trouble, stop_.get_token());
    }

    RoleWork work_;
    Wake wake_;
    core::ManualClock clock_;
    std::stop_source stop_;
    int told_ = 0;
    int troubles_ = 0;
};

TEST_F(RoleLoopTest, a_pass_that_worked_is_followed_at_once_and_wakes_the_others) {
    int passes = 0;
    work_.pass = [&](std::stop_token) {
        if (++passes == 3) stop_.request_stop();
        return RolePass{TimePoint::max(), true};
    };
    EXPECT_FALSE(run());
    EXPECT_EQ(passes, 3);
    EXPECT_EQ(wake_.changes(), 3u);
}

TEST_F(RoleLoopTest, news_end_the_sleep) {
    int passes = 0;
    work_.pass = [&](std::stop_token) {
        if (++passes == 2) stop_.request_stop();
        wake_.tell();  // as if another role had worked while this pass ran
        return RolePass{TimePoint::max(), false};
    };
    const auto began = std::chrono::steady_clock::now();
    EXPECT_FALSE(run());
    EXPECT_EQ(passes, 2);
    EXPECT_LT(std::chrono::steady_clock::now() - began, longest_sleep);
}

TEST_F(RoleLoopTest, a_stop_ends_the_sleep) {
    work_.pass = [&](std::stop_token) {
        stop_.request_stop();
        return RolePass{TimePoint::max(), false};
    };
    const auto began = std::chrono::steady_clock::now();
    EXPECT_FALSE(run());
    EXPECT_LT(std::chrono::steady_clock::now() - began, longest_sleep);
}

TEST_F(RoleLoopTest, an_error_ends_it_when_somebody_watches) {
    work_.pass = [](std::stop_token) { return Error(Errc::out_of_space, "full"); };
    const auto error = run();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), Errc::out_of_space);
    EXPECT_EQ(troubles_, 0);
}

TEST_F(RoleLoopTest, a_service_tries_again_what_may_heal) {
    work_.pass = [&](std::stop_token) {
        stop_.request_stop();
        return Error(Errc::out_of_space, "full");
    };
    EXPECT_FALSE(run(OnTrouble::retry));
    EXPECT_EQ(troubles_, 1);
}

TEST_F(RoleLoopTest, damage_ends_a_service) {
    work_.pass = [](std::stop_token) { return Error(Errc::corrupt, "damaged"); };
    const auto error = run(OnTrouble::retry);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), Errc::corrupt);
    EXPECT_EQ(troubles_, 0);
}

// It ended the process without a word, for the thread had nobody to catch it.
TEST_F(RoleLoopTest, an_exception_of_a_pass_is_an_error_with_a_message) {
    work_.pass = [](std::stop_token) -> core::Result<RolePass> { throw std::bad_alloc(); };
    const auto error = run(OnTrouble::retry);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), Errc::internal);
    EXPECT_NE(error->message().find("out of memory"), std::string::npos);
    EXPECT_EQ(troubles_, 0);
}

TEST_F(RoleLoopTest, a_cancelled_pass_is_no_error) {
    work_.pass = [&](std::stop_token) {
        stop_.request_stop();
        return Error(Errc::cancelled, "stopping");
    };
    EXPECT_FALSE(run());
}

TEST_F(RoleLoopTest, a_role_that_is_taken_is_told_once_and_has_no_pass) {
    int asked = 0;
    work_.take_lock = [&] {
        if (++asked == 2) stop_.request_stop();
        return false;
    };
    work_.pass = [](std::stop_token) -> core::Result<RolePass> {
        ADD_FAILURE() << "a pass without the lock";
        return RolePass{};
    };
    EXPECT_FALSE(run());
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(told_, 1);
}

TEST_F(RoleLoopTest, a_lock_that_cannot_be_tried_is_an_error) {
    work_.take_lock = []() -> core::Result<bool> {
        return Error(Errc::configuration, "no folder");
    };
    EXPECT_TRUE(run());
}

TEST(Roles, words) {
    EXPECT_EQ(role_of("submit"), store::Role::submit);
    EXPECT_EQ(role_of("poll"), store::Role::poll);
    EXPECT_EQ(role_of("reconcile"), store::Role::reconcile);
    EXPECT_FALSE(role_of("plan"));
    EXPECT_FALSE(role_of(""));
}

TEST(RoleOwner, is_alive_or_nobody) {
    const TempDir dir;
    EXPECT_FALSE(anybody_works(dir.path()));
    for (const auto role :
         {store::Role::submit, store::Role::poll, store::Role::reconcile, store::Role::plan}) {
        const TempDir state;
        const auto lock = store::RoleLock::try_take(state.path(), role);
        ASSERT_TRUE(lock && *lock);
        EXPECT_EQ(living_owner(state.path(), role), std::to_string(::getpid()));
        EXPECT_TRUE(anybody_works(state.path())) << store::name(role);
    }
}

}  // namespace
}  // namespace overnight::cli
