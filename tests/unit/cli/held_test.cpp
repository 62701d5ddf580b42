#include "cli/held.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace overnight::cli {
namespace {

using model::AttemptState;
using namespace std::chrono_literals;

const core::TimePoint now{std::chrono::seconds{1'800'000'000}};

class HeldTest : public ::testing::Test {
protected:
    HeldTest() {
        job_.id.v = 3;
        job_.state = model::JobState::running;
        job_.rows.total = 10;
        account_.name.v = "openai";
        outlook_.now = now;
        outlook_.started = now - 1min;
    }

    void add(AttemptState state) {
        model::Attempt attempt;
        attempt.key = {job_.id, core::ShardNo{static_cast<std::uint32_t>(attempts_.size())}, 1};
        attempt.account = account_.name;
        attempt.state = state;
        attempt.key_fingerprint = "11111111";
        attempts_.push_back(attempt);
    }
    void hold_account() { account_.hold_reason = "no credit"; }
    auto verdict() const { return held(job_, attempts_, account_, outlook_); }

    model::Job job_;
    std::vector<model::Attempt> attempts_;
    store::Account account_;
    Outlook outlook_;
};

TEST_F(HeldTest, nothing_is_held_while_all_is_well) {
    add(AttemptState::rendered);
    add(AttemptState::submitted);
    EXPECT_FALSE(verdict());
}

TEST_F(HeldTest, a_held_account_holds_what_is_not_sent) {
    add(AttemptState::rendered);
    hold_account();
    const auto why = verdict();
    ASSERT_TRUE(why);
    EXPECT_NE(why->why.find("no credit"), std::string::npos);
    EXPECT_NE(why->what_to_do.find("doctor --release openai"), std::string::npos);
}

TEST_F(HeldTest, a_hold_that_ends_is_waited_for) {
    add(AttemptState::rendered);
    hold_account();
    account_.hold_until = now + 1h;
    EXPECT_FALSE(verdict());
}

TEST_F(HeldTest, rows_that_wait_for_a_shard_are_held_too) {
    add(AttemptState::closed);
    hold_account();
    EXPECT_TRUE(verdict());
}

TEST_F(HeldTest, batches_of_a_held_account_are_waited_for) {
    add(AttemptState::rendered);
    add(AttemptState::submitted);
    hold_account();
    EXPECT_FALSE(verdict());
    outlook_.sweeps_refused = true;
    EXPECT_TRUE(verdict()) << "nobody sees them any more";
}

TEST_F(HeldTest, ordinary_calls_of_a_held_account_are_not_waited_for) {
    add(AttemptState::submitted);
    attempts_[0].intent.v = "abcdefghjkmnpqrstvwxyz0123";
    attempts_[0].batch = model::ordinary_batch(attempts_[0].intent);
    EXPECT_FALSE(verdict());
    hold_account();
    EXPECT_TRUE(verdict()) << "no sweep brings their results";
}

TEST_F(HeldTest, fetched_results_are_settled_first) {
    add(AttemptState::fetched);
    hold_account();
    outlook_.sweeps_refused = true;
    EXPECT_FALSE(verdict());
}

TEST_F(HeldTest, a_doubt_under_another_key_is_held) {
    add(AttemptState::ambiguous);
    attempts_[0].doubted.wall = now - 1min;
    hold_account();
    outlook_.key_fingerprint = "11111111";
    EXPECT_FALSE(verdict());
    outlook_.key_fingerprint = "22222222";
    EXPECT_TRUE(verdict());
}

TEST_F(HeldTest, a_doubt_that_is_never_resolved_is_held) {
    add(AttemptState::ambiguous);
    attempts_[0].doubted.wall = now - 9h;
    outlook_.started = now - 9h;
    EXPECT_FALSE(verdict()) << "the account is not held";
    hold_account();
    EXPECT_TRUE(verdict());
}

TEST_F(HeldTest, an_attempt_on_hold_waits_for_the_others) {
    add(AttemptState::hold);
    attempts_[0].evidence = "no result file \x1b[2J";
    add(AttemptState::submitted);
    EXPECT_FALSE(verdict());
    attempts_[1].state = AttemptState::closed;
    const auto why = verdict();
    ASSERT_TRUE(why);
    EXPECT_NE(why->why.find("no result file"), std::string::npos);
    EXPECT_EQ(why->why.find('\x1b'), std::string::npos);
}

TEST_F(HeldTest, ordinary_calls_on_hold_are_given_up_with_their_job) {
    add(AttemptState::hold);
    attempts_[0].intent.v = "abcdefghjkmnpqrstvwxyz0123";
    attempts_[0].batch = model::ordinary_batch(attempts_[0].intent);
    ASSERT_TRUE(verdict());
    EXPECT_NE(verdict()->what_to_do.find("cancel the job"), std::string::npos);
    job_.state = model::JobState::cancelling;
    EXPECT_FALSE(verdict()) << "a run waits for it, and does not end with 75";
    attempts_[0].output_file.v = "ended";
    EXPECT_TRUE(verdict());
}

TEST_F(HeldTest, an_attempt_on_hold_waits_for_what_is_sent_again) {
    add(AttemptState::hold);
    ASSERT_TRUE(verdict());
    outlook_.rows_queued = true;
    EXPECT_FALSE(verdict());
    hold_account();
    EXPECT_TRUE(verdict()) << "nothing may be sent";
}

TEST_F(HeldTest, an_attempt_on_hold_waits_for_a_shard_that_is_tried_again) {
    add(AttemptState::hold);
    add(AttemptState::voided);
    EXPECT_TRUE(verdict()) << "refused for good: nothing follows";
    attempts_[1].void_reason = model::VoidReason::later;
    EXPECT_FALSE(verdict());
    add(AttemptState::hold);
    attempts_[2].key.shard = attempts_[1].key.shard;
    attempts_[2].key.attempt = 2;
    EXPECT_TRUE(verdict()) << "the next attempt is there already";
}

TEST_F(HeldTest, a_job_without_waiting_rows_is_not_held) {
    job_.rows.answered = 10;
    hold_account();
    EXPECT_FALSE(verdict());
    job_.rows.answered = 0;
    job_.state = model::JobState::finished;
    EXPECT_FALSE(verdict());
}

}  // namespace
}  // namespace overnight::cli
