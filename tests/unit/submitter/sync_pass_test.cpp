// The submitter's pass over an account whose requests are sent line by line.
#include "model/custom_id.hpp"
#include "store/spool.hpp"
#include "submitter/pass.hpp"
#include "tests/unit/submitter/sync_support.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace overnight::submitter {
namespace {

using model::AttemptState;
using model::BatchStatus;
using namespace std::chrono_literals;
using testing::error;
using testing::ok;
using testing::Server;

class SyncPassTest : public testing::SyncWorld {
protected:
    core::Result<PassResult> pass_over(Server& server, std::stop_token stop = {}) {
        return pass_over(server, clock_, stop);
    }
    core::Result<PassResult> pass_over(Server& server,
                                       const core::Clock& clock,
                                       std::stop_token stop) {
        account_.calls = &server;
        account_.transport = &server;
        accounts_.insert_or_assign(account_.name, account_);
        return pass(*store_, clock, accounts_, stop);
    }
    model::Attempt stored() const { return store_->attempt(attempt_.key).value().value(); }
    store::Account account_known() const { return store_->account(account_.name).value(); }

    providers::Accounts accounts_;
};

TEST_F(SyncPassTest, a_rendered_attempt_is_fetched_after_one_pass) {
    make_job(30);
    Server server([](std::size_t, const std::string&) { return ok(); });
    const auto done = pass_over(server);
    ASSERT_TRUE(done) << done.error().describe();
    EXPECT_TRUE(done->worked);
    const auto attempt = stored();
    EXPECT_EQ(attempt.state, AttemptState::fetched);
    EXPECT_EQ(attempt.status, BatchStatus::completed);
    EXPECT_EQ(attempt.done, 30u);
    EXPECT_TRUE(model::is_ordinary(attempt));
    EXPECT_EQ(attempt.key_fingerprint, "cafe");
    EXPECT_NE(attempt.committed.wall, core::TimePoint{});
    EXPECT_FALSE(attempt.output_file.empty());
    EXPECT_EQ(results(store_->output_file(attempt_.key)).size(), 30u);
    EXPECT_EQ(store_->job(job_.id).value()->batches, 1u);
    EXPECT_CLEAN(*store_);
}

TEST_F(SyncPassTest, a_refused_key_holds_the_account_and_a_release_goes_on) {
    make_job(10);
    Server refusing([](std::size_t, const std::string&) { return error(401); });
    ASSERT_TRUE(pass_over(refusing));
    EXPECT_EQ(stored().state, AttemptState::submitted);
    EXPECT_NE(account_known().hold_reason, "");
    Server willing([](std::size_t, const std::string&) { return ok(); });
    const auto held = pass_over(willing);
    ASSERT_TRUE(held);
    EXPECT_EQ(willing.calls(), 0u);
    ASSERT_TRUE(store_->edit_account(account_.name, [](auto& a) { a.hold_reason.clear(); }));
    ASSERT_TRUE(pass_over(willing));
    EXPECT_EQ(stored().state, AttemptState::fetched);
    EXPECT_EQ(willing.calls(), 10u);
}

TEST_F(SyncPassTest, a_long_wait_ends_the_pass_and_is_remembered) {
    make_job(3);
    Server busy([](std::size_t, const std::string&) {
        return error(429, {{"Retry-After", "1800"}});
    });
    const auto done = pass_over(busy);
    ASSERT_TRUE(done);
    EXPECT_GT(done->due, clock_.now() + 25min);
    EXPECT_LT(done->due, clock_.now() + 31min);
    EXPECT_EQ(stored().state, AttemptState::submitted);
    EXPECT_NE(stored().error, "");
    Server server([](std::size_t, const std::string&) { return ok(); });
    const auto early = pass_over(server);
    ASSERT_TRUE(early);
    EXPECT_EQ(server.calls(), 0u) << "another pass, or process, waits as well";
    EXPECT_GT(early->due, clock_.now() + 25min);
}

TEST_F(SyncPassTest, cancelling_keeps_what_came_and_the_rest_never_ran) {
    make_job(200);
    account_.concurrency = 2;
    Server server([&](std::size_t n, const std::string&) {
        if (n == 5)
            store_->edit_job(job_.id, [](auto& job) { job.state = model::JobState::cancelling; })
                .value();
        std::this_thread::sleep_for(5ms);
        return ok();
    });
    ASSERT_TRUE(pass_over(server));
    const auto attempt = stored();
    EXPECT_EQ(attempt.state, AttemptState::fetched);
    EXPECT_EQ(attempt.status, BatchStatus::cancelled);
    EXPECT_LT(server.calls(), 200u);
    EXPECT_EQ(results(store_->output_file(attempt_.key)).size(), attempt.done);
}

TEST_F(SyncPassTest, cancelling_needs_no_network) {
    make_job(5);
    Server refusing([](std::size_t, const std::string&) { return error(401); });
    ASSERT_TRUE(pass_over(refusing));
    ASSERT_TRUE(
        store_->edit_job(job_.id, [](auto& job) { job.state = model::JobState::cancelling; }));
    const auto calls = refusing.calls();
    ASSERT_TRUE(pass_over(refusing));
    EXPECT_EQ(refusing.calls(), calls);
    EXPECT_EQ(stored().state, AttemptState::fetched);
    EXPECT_EQ(stored().status, BatchStatus::cancelled);
}

TEST_F(SyncPassTest, a_stop_keeps_what_came_and_the_next_pass_sends_the_rest) {
    make_job(100);
    account_.concurrency = 3;
    std::stop_source source;
    Server server([&](std::size_t n, const std::string&) {
        if (n == 10) source.request_stop();
        std::this_thread::sleep_for(1ms);
        return ok();
    });
    ASSERT_TRUE(pass_over(server, source.get_token()));
    EXPECT_EQ(stored().state, AttemptState::submitted);
    const auto before = server.calls();
    EXPECT_LT(before, 100u);
    ASSERT_TRUE(pass_over(server));
    EXPECT_EQ(stored().state, AttemptState::fetched);
    for (const auto& [body, times] : server.arrived())
        EXPECT_EQ(times, 1) << body;
    EXPECT_EQ(server.arrived().size(), 100u);
}

/// Time passes as the test says.
class HurriedClock final : public core::Clock {
public:
    core::TimePoint now() const override { return real_.now(); }
    core::Duration since_boot() const override { return real_.since_boot() + ahead_.load(); }
    const std::string& boot_id() const override { return real_.boot_id(); }
    void hurry(core::Duration time) { ahead_ = ahead_.load() + time; }

private:
    core::SystemClock real_;
    std::atomic<core::Duration> ahead_{core::Duration{0}};
};

TEST_F(SyncPassTest, a_stop_gives_up_calls_that_take_longer_than_systemd_waits) {
    make_job(10);
    account_.concurrency = 2;
    std::stop_source source;
    HurriedClock clock;
    std::atomic<core::Duration> waited{core::Duration{0}};
    Server* self = nullptr;
    std::atomic_flag led;  // by the first to come, which need not be the first to begin
    Server server([&](std::size_t, const std::string&) -> model::CreateOutcome {
        const bool leads = !led.test_and_set();
        source.request_stop();
        while (!self->abandoned) {
            std::this_thread::sleep_for(20ms);
            if (!leads) continue;
            clock.hurry(5s);
            waited = waited.load() + 5s;
        }
        return model::NoReply{core::Error(core::Errc::cancelled, "stopped on request")};
    });
    self = &server;
    ASSERT_TRUE(pass_over(server, clock, source.get_token()));
    EXPECT_GE(waited.load(), 115s) << "a reply that is paid for is waited for";
    EXPECT_EQ(stored().state, AttemptState::submitted);
    const auto given_up = results(store::part_file(*store_, attempt_.key));
    EXPECT_EQ(given_up.size(), server.calls());
    for (const auto& [line, code] : given_up)
        EXPECT_EQ(code, "interrupted") << line;
}

TEST_F(SyncPassTest, a_full_disk_is_told_and_loses_no_answer) {
    make_job(30);
    account_.concurrency = 2;
    std::unique_ptr<testing::FullDisk> full;
    Server server([&](std::size_t n, const std::string&) {
        if (n == 0) full = std::make_unique<testing::FullDisk>(64);
        return ok();
    });
    std::string told;
    account_.tell = [&](std::string sentence) {
        told = std::move(sentence);
        full->end();
    };
    const auto done = pass_over(server);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), core::Errc::out_of_space);
    EXPECT_NE(told.find("in memory"), std::string::npos) << told;
    EXPECT_LT(server.calls(), 30u);
    ASSERT_TRUE(pass_over(server));
    EXPECT_EQ(stored().state, AttemptState::fetched);
    // Not calls(): one more may have come as far as its last byte, which did not go.
    EXPECT_EQ(server.arrived().size(), 30u);
    for (const auto& [body, times] : server.arrived())
        EXPECT_EQ(times, 1) << body;
    for (const auto& [line, code] : results(store_->output_file(attempt_.key)))
        EXPECT_EQ(code, "") << line;
}

TEST_F(SyncPassTest, an_attempt_that_ended_in_a_crash_is_closed) {
    make_job(4);
    Server server([](std::size_t, const std::string&) { return ok(); });
    auto next = begun_line_by_line(attempt_, clock_, account_);
    ASSERT_TRUE(store_->advance(next, AttemptState::rendered));
    {
        const auto shard = open_shard();
        run(server, shard);
        ASSERT_TRUE(shard->finish());  // killed here
    }
    ASSERT_TRUE(pass_over(server));
    EXPECT_EQ(server.calls(), 4u);
    EXPECT_EQ(stored().state, AttemptState::fetched);
    EXPECT_EQ(stored().status, BatchStatus::completed);
}

TEST_F(SyncPassTest, results_that_lack_a_line_are_held_and_the_line_is_not_paid_again) {
    make_job(4);
    Server server([](std::size_t, const std::string&) { return ok(); });
    ASSERT_TRUE(
        store_->advance(begun_line_by_line(attempt_, clock_, account_), AttemptState::rendered));
    {
        const auto shard = open_shard();
        run(server, shard);
        ASSERT_TRUE(shard->finish());  // killed here
    }
    const auto output = store_->output_file(attempt_.key);
    std::filesystem::resize_file(output, std::filesystem::file_size(output) - 20);
    ASSERT_TRUE(pass_over(server));
    EXPECT_EQ(stored().state, AttemptState::hold);
    EXPECT_NE(stored().evidence.find("of 4 lines 3 have one"), std::string::npos);
    EXPECT_EQ(server.calls(), 4u);
}

TEST_F(SyncPassTest, results_that_are_gone_are_held_and_not_paid_again) {
    make_job(4);
    Server server([](std::size_t, const std::string&) { return ok(); });
    ASSERT_TRUE(pass_over(server));
    std::filesystem::remove(store_->output_file(attempt_.key));
    auto next = stored();
    next.state = AttemptState::terminal;
    ASSERT_TRUE(store_->advance(next, AttemptState::fetched));
    ASSERT_TRUE(pass_over(server));
    EXPECT_EQ(stored().state, AttemptState::hold);
    EXPECT_EQ(server.calls(), 4u);
}

TEST_F(SyncPassTest, a_cancelled_job_ends_also_without_its_journal) {
    make_job(5);
    Server server([](std::size_t, const std::string&) { return ok(); });
    ASSERT_TRUE(
        store_->advance(begun_line_by_line(attempt_, clock_, account_), AttemptState::rendered));
    {
        const auto shard = open_shard();
        ASSERT_TRUE(shard->claim(0));
        std::string reply;
        adapter_.append_reply_line(reply, custom_id(0), ok());
        ASSERT_TRUE(shard->keep(0, reply));
    }
    std::filesystem::remove(store::sent_file(*store_, attempt_.key));
    std::filesystem::remove(store_->shard_file(attempt_.key));
    ASSERT_TRUE(pass_over(server));
    ASSERT_EQ(stored().state, AttemptState::hold);
    ASSERT_TRUE(
        store_->edit_job(job_.id, [](auto& job) { job.state = model::JobState::cancelling; }));
    ASSERT_TRUE(pass_over(server));
    EXPECT_EQ(stored().state, AttemptState::fetched);
    EXPECT_EQ(stored().status, BatchStatus::cancelled);
    EXPECT_EQ(results(store_->output_file(attempt_.key)).at(0), "") << "what was paid is kept";
    EXPECT_EQ(server.calls(), 0u);
}

TEST_F(SyncPassTest, what_was_in_trouble_is_begun_again_with_one_careful_call) {
    make_job(8);
    account_.concurrency = 4;
    auto met = begun_line_by_line(attempt_, clock_, account_);
    met.error = "it answers 502";
    ASSERT_TRUE(store_->advance(met, AttemptState::rendered));
    Server down([](std::size_t, const std::string&) { return error(502); });
    down.answer_question = [](std::size_t) { return error(502); };
    const auto done = pass_over(down);
    ASSERT_TRUE(done);
    EXPECT_EQ(down.calls(), 0u) << "a pass every minute would use up every row";
    EXPECT_EQ(down.questions(), 1u);
    EXPECT_GT(done->due, clock_.now() + 5s);
    EXPECT_NE(stored().error, "");
    EXPECT_EQ(stored().due, done->due) << "status tells the next try";
}

TEST_F(SyncPassTest, the_store_lets_nobody_skip_the_create_of_a_batch) {
    make_job(1);
    auto next = begun_line_by_line(attempt_, clock_, account_);
    next.batch.v = "batch_1";
    EXPECT_FALSE(store_->advance(next, AttemptState::rendered));
    ASSERT_TRUE(store_->edit_account(account_.name, [](auto& a) { a.hold_reason = "no"; }));
    next = begun_line_by_line(attempt_, clock_, account_);
    const auto held = store_->advance(next, AttemptState::rendered);
    ASSERT_FALSE(held);
    EXPECT_EQ(held.error().code(), core::Errc::held);
}

TEST_F(SyncPassTest, a_cancelled_job_ends_though_its_journal_is_gone) {
    make_job(4);
    Server down_after_two([](std::size_t n, const std::string&) {
        return n < 2 ? ok() : error(429, {{"Retry-After", "1800"}});
    });
    account_.concurrency = 1;
    ASSERT_TRUE(pass_over(down_after_two));
    ASSERT_EQ(stored().state, AttemptState::submitted);
    std::filesystem::remove(store::sent_file(*store_, attempt_.key));
    ASSERT_TRUE(store_->edit_account(account_.name, [](auto& a) { a.create_after = {}; }));
    Server server([](std::size_t, const std::string&) { return ok(); });
    ASSERT_TRUE(pass_over(server));
    ASSERT_EQ(stored().state, AttemptState::hold);
    ASSERT_TRUE(pass_over(server));
    EXPECT_EQ(stored().state, AttemptState::hold) << "a running job waits for a person";

    ASSERT_TRUE(store_->edit_job(job_.id, [](auto& j) { j.state = model::JobState::cancelling; }));
    ASSERT_TRUE(pass_over(server));
    EXPECT_EQ(stored().state, AttemptState::fetched);
    EXPECT_EQ(stored().status, BatchStatus::cancelled);
    EXPECT_EQ(results(store_->output_file(attempt_.key)).size(), 2u) << "what was answered is kept";
    EXPECT_EQ(server.calls(), 0u);
    EXPECT_CLEAN(*store_);
}

}  // namespace
}  // namespace overnight::submitter
