// The workers of an account and the files of an attempt, against a server that misbehaves.
#include "model/custom_id.hpp"
#include "store/spool.hpp"
#include "tests/unit/submitter/sync_support.hpp"

#include <gtest/gtest.h>

#include <latch>

namespace overnight::submitter {
namespace {

using namespace std::chrono_literals;
using testing::content_of;
using testing::error;
using testing::FullDisk;
using testing::ok;
using testing::Server;

class SyncRunTest : public testing::SyncWorld {};

TEST_F(SyncRunTest, every_line_is_sent_once_and_has_its_result) {
    make_job(200);
    Server server([](std::size_t, const std::string&) { return ok(); });
    const auto shard = open_shard();
    run(server, shard);
    EXPECT_EQ(shard->done(), 200u);
    ASSERT_TRUE(shard->finish());
    const auto found = results(store_->output_file(attempt_.key));
    EXPECT_EQ(found.size(), 200u);
    for (const auto& [line, code] : found)
        EXPECT_EQ(code, "") << line;
    const auto arrived = server.arrived();
    EXPECT_EQ(arrived.size(), 200u);
    for (const auto& [body, times] : arrived)
        EXPECT_EQ(times, 1) << body;
}

TEST_F(SyncRunTest, as_many_at_once_as_allowed_and_not_one_more) {
    make_job(60);
    account_.concurrency = 5;
    std::latch together(5);  // nobody is answered before five are there
    Server server([&](std::size_t, const std::string&) {
        static thread_local bool met = false;
        if (!std::exchange(met, true)) together.arrive_and_wait();
        return ok();
    });
    run(server, open_shard());
    EXPECT_EQ(server.most_at_once(), 5u);
}

TEST_F(SyncRunTest, a_line_is_noted_on_disk_before_it_is_sent) {
    make_job(10);
    account_.concurrency = 3;
    std::atomic<int> unnoted{0};
    Server server([&](std::size_t, const std::string& body) {
        std::vector<LineState> lines(10, LineState::unsent);
        NoteReader notes(lines);
        if (!notes.feed(content_of(store::sent_file(*store_, attempt_.key)))) ++unnoted;
        const auto number = std::stoul(body.substr(body.find("line ") + 5));
        if (lines[number] != LineState::sent) ++unnoted;
        return ok();
    });
    run(server, open_shard());
    EXPECT_EQ(unnoted, 0);
    EXPECT_EQ(server.calls(), 10u);
}

TEST_F(SyncRunTest, a_rate_limit_is_waited_out_and_is_no_try) {
    make_job(6);
    account_.concurrency = 2;
    Server server([](std::size_t n, const std::string&) -> model::CreateOutcome {
        if (n < 3) return error(429, {{"retry-after-ms", "30"}});
        return ok();
    });
    const auto shard = open_shard();
    run(server, shard);
    ASSERT_TRUE(shard->finish());
    for (const auto& [line, code] : results(store_->output_file(attempt_.key)))
        EXPECT_EQ(code, "") << line;
    EXPECT_GT(server.calls(), 6u);
}

TEST_F(SyncRunTest, a_server_that_is_away_at_first_costs_no_line_a_try) {
    make_job(4);
    Server server([](std::size_t, const std::string&) { return ok(); });
    server.before_commit = [](std::size_t n) { return n >= 2; };
    const auto shard = open_shard();
    run(server, shard);
    ASSERT_TRUE(shard->finish());
    const auto found = results(store_->output_file(attempt_.key));
    EXPECT_EQ(found.size(), 4u);
    for (const auto& [line, code] : found)
        EXPECT_EQ(code, "") << line;
}

TEST_F(SyncRunTest, what_may_have_run_is_a_result_and_never_sent_again) {
    make_job(3);
    account_.concurrency = 1;
    Server server([](std::size_t n, const std::string&) -> model::CreateOutcome {
        if (n == 0) return model::NoReply{core::Error(core::Errc::timed_out, "no reply in time")};
        if (n == 1) return model::NoReply{core::Error(core::Errc::unavailable, "cut")};
        return error(500);
    });
    const auto shard = open_shard();
    run(server, shard);
    EXPECT_EQ(server.calls(), 3u);
    ASSERT_TRUE(shard->finish());
    const auto found = results(store_->output_file(attempt_.key));
    EXPECT_EQ(found.at(0), "timed_out");
    EXPECT_EQ(found.at(1), "no_reply");
    EXPECT_EQ(found.at(2), "some_error");
}

TEST_F(SyncRunTest, a_refused_key_holds_everything_and_uses_up_nothing) {
    make_job(50);
    account_.concurrency = 4;
    Server server([](std::size_t, const std::string&) { return error(401); });
    run(server, open_shard());
    EXPECT_NE(view_.hold_reason.find("key"), std::string::npos);
    EXPECT_NE(view_.hold_reason.find("doctor --release openai"), std::string::npos);
    EXPECT_LE(server.calls(), 4u);
    Server better([](std::size_t, const std::string&) { return ok(); });
    const auto again = open_shard();
    EXPECT_EQ(again->done(), 0u);
    run(better, again);
    EXPECT_EQ(again->done(), 50u);
    EXPECT_EQ(better.calls(), 50u);
}

TEST_F(SyncRunTest, a_wrong_address_holds_but_one_row_that_is_not_found_does_not) {
    make_job(5);
    account_.concurrency = 1;
    Server wrong([](std::size_t, const std::string&) { return error(404); });
    run(wrong, open_shard());
    EXPECT_NE(view_.hold_reason, "");
    EXPECT_EQ(wrong.calls(), 1u);
    Server odd([](std::size_t n, const std::string&) -> model::CreateOutcome {
        if (n == 2) return error(404);
        return ok();
    });
    const auto shard = open_shard();
    run(odd, shard);
    EXPECT_EQ(view_.hold_reason, "");
    EXPECT_EQ(shard->done(), 5u);
}

TEST_F(SyncRunTest, what_was_in_flight_when_the_process_died_is_interrupted) {
    make_job(5);
    {
        const auto shard = open_shard();
        for (const std::uint32_t line : {0u, 1u, 2u})
            ASSERT_TRUE(shard->claim(line));
        std::string reply;
        adapter_.append_reply_line(reply, custom_id(0), ok());
        ASSERT_TRUE(shard->keep(0, reply));
        shard->unclaim(2);
    }
    // The end of a reply that was being written, and of a note.
    testing::write_to(store::part_file(*store_, attempt_.key), R"({"custom_id":"abc)");
    testing::write_to(store::sent_file(*store_, attempt_.key), "\1\0\0");
    Server server([](std::size_t, const std::string&) { return ok(); });
    const auto shard = open_shard();
    EXPECT_EQ(shard->done(), 2u);
    run(server, shard);
    EXPECT_EQ(server.calls(), 3u);
    ASSERT_TRUE(shard->finish());
    const auto found = results(store_->output_file(attempt_.key));
    EXPECT_EQ(found, (std::map<std::uint32_t, std::string>{
                         {0, ""}, {1, "interrupted"}, {2, ""}, {3, ""}, {4, ""}}));
}

TEST_F(SyncRunTest, an_interrupted_line_stays_interrupted_through_another_crash) {
    make_job(2);
    ASSERT_TRUE(open_shard()->claim(0));
    EXPECT_EQ(open_shard()->done(), 1u);
    const auto shard = open_shard();
    EXPECT_EQ(shard->done(), 1u);
    ASSERT_TRUE(shard->finish());
    EXPECT_EQ(results(store_->output_file(attempt_.key)).at(0), "interrupted");
    EXPECT_EQ(open_shard()->done(), 1u) << "killed before the store knew that it had ended";
}

TEST_F(SyncRunTest, a_damaged_journal_sends_nothing) {
    make_job(3);
    {
        const auto shard = open_shard();
        ASSERT_TRUE(shard->claim(0));
        ASSERT_TRUE(shard->claim(1));
    }
    const auto file = store::sent_file(*store_, attempt_.key);
    std::string bytes = content_of(file);
    bytes[3] ^= 1;
    std::filesystem::remove(file);
    testing::write_to(file, bytes);
    const auto opened = SyncShard::open(*store_, attempt_, job_, adapter_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), core::Errc::corrupt);
}

TEST_F(SyncRunTest, a_dropped_attempt_keeps_what_came_and_sends_no_more) {
    make_job(100);
    account_.concurrency = 2;
    std::latch first(1);
    Server server([&](std::size_t n, const std::string&) {
        if (n == 3) first.count_down();
        std::this_thread::sleep_for(1ms);
        return ok();
    });
    account_.calls = &server;
    const auto shard = open_shard();
    SyncRun calls(account_, clock_);
    calls.add(shard);
    first.wait();
    calls.drop(shard->key());
    while (!calls.is_idle(shard->key()))
        calls.wait(5ms);
    const auto sent = server.calls();
    EXPECT_LT(sent, 100u);
    ASSERT_TRUE(shard->finish());
    std::size_t arrived = 0;
    for (const auto& [body, times] : server.arrived())
        arrived += static_cast<std::size_t>(times);
    EXPECT_EQ(results(store_->output_file(attempt_.key)).size(), arrived);
}

TEST_F(SyncRunTest, winding_down_waits_for_replies_that_are_paid) {
    make_job(20);
    account_.concurrency = 4;
    std::latch there(4), go(1);
    Server server([&](std::size_t n, const std::string&) {
        if (n < 4) there.count_down();
        go.wait();
        return ok();
    });
    account_.calls = &server;
    const auto shard = open_shard();
    {
        SyncRun calls(account_, clock_);
        calls.add(shard);
        there.wait();
        calls.wind_down();
        EXPECT_FALSE(calls.is_idle(shard->key()));
        go.count_down();
    }
    EXPECT_EQ(shard->done(), 4u);
    EXPECT_EQ(server.calls(), 4u);
}

TEST_F(SyncRunTest, a_line_that_the_server_refuses_early_ends_as_a_result) {
    make_job(1);
    account_.concurrency = 1;
    class Early final : public model::Transport {
    public:
        model::CreateOutcome create(const model::HttpRequest&,
                                    const std::function<core::Result<>()>&,
                                    std::stop_token) override {
            ++calls;
            return model::NotSent{
                core::Error(core::Errc::unavailable, "answered 413 early").remote("too large")};
        }
        core::Result<model::HttpResponse> send(const model::HttpRequest&,
                                               std::stop_token) override {
            return core::Error(core::Errc::internal, "");
        }
        core::Result<model::HttpResponse> upload(const model::HttpRequest&,
                                                 std::stop_token) override {
            return core::Error(core::Errc::internal, "");
        }
        core::Result<model::HttpResponse> download(
            const model::HttpRequest&,
            const std::function<core::Result<>(std::string_view)>&,
            std::uint64_t,
            std::stop_token) override {
            return core::Error(core::Errc::internal, "");
        }
        std::atomic<int> calls{0};
    } early;
    account_.calls = &early;
    const auto shard = open_shard();
    SyncRun calls(account_, clock_);
    calls.add(shard);
    while (!calls.is_idle(shard->key()))
        calls.wait(20ms);
    EXPECT_EQ(early.calls, 3);
    ASSERT_TRUE(shard->finish());
    EXPECT_EQ(results(store_->output_file(attempt_.key)).at(0), "refused_early");
}

TEST_F(SyncRunTest, a_journal_or_answers_that_are_gone_send_nothing) {
    make_job(3);
    {
        const auto shard = open_shard();
        ASSERT_TRUE(shard->claim(0));
        std::string reply;
        adapter_.append_reply_line(reply, custom_id(0), ok());
        ASSERT_TRUE(shard->keep(0, reply));
    }
    for (const auto& file :
         {store::sent_file(*store_, attempt_.key), store::part_file(*store_, attempt_.key)}) {
        const auto aside = dir_.path() / "aside";
        std::filesystem::rename(file, aside);
        const auto opened = SyncShard::open(*store_, attempt_, job_, adapter_);
        ASSERT_FALSE(opened) << file;
        EXPECT_EQ(opened.error().code(), core::Errc::corrupt);
        EXPECT_NE(opened.error().describe().find(file.filename().string()), std::string::npos);
        std::filesystem::rename(aside, file);
    }
    EXPECT_EQ(open_shard()->done(), 1u);
}

TEST_F(SyncRunTest, requests_that_were_cut_short_send_nothing) {
    make_job(3);
    std::filesystem::resize_file(store_->shard_file(attempt_.key), attempt_.file_bytes / 2);
    const auto opened = SyncShard::open(*store_, attempt_, job_, adapter_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), core::Errc::corrupt);
}

TEST_F(SyncRunTest, a_reply_that_the_disk_has_no_room_for_waits_in_memory) {
    make_job(10);
    account_.concurrency = 2;
    std::latch together(2);
    Server server([&](std::size_t n, const std::string&) {
        if (n < 2) together.arrive_and_wait();
        return ok();
    });
    account_.calls = &server;
    const auto shard = open_shard();
    FullDisk full(64);  // room for notes, not for replies
    {
        SyncRun calls(account_, clock_);
        calls.add(shard);
        while (calls.view().unkept < 2)
            calls.wait(5ms);
        EXPECT_TRUE(calls.view().winding_down);
        EXPECT_NE(calls.view().trouble.find("2 answers"), std::string::npos);
        EXPECT_FALSE(calls.is_idle(shard->key()));
        full.end();
        while (!calls.is_idle(shard->key()))
            calls.wait(20ms);
        EXPECT_EQ(calls.view().unkept, 0u);
        ASSERT_TRUE(calls.view().error);
        EXPECT_EQ(calls.view().error->code(), core::Errc::out_of_space);
    }
    EXPECT_EQ(server.calls(), 2u) << "no new calls meanwhile";
    EXPECT_EQ(shard->done(), 2u);
    ASSERT_TRUE(shard->finish());
    for (const auto& [line, code] : results(store_->output_file(attempt_.key)))
        EXPECT_EQ(code, "") << line;
}

TEST_F(SyncRunTest, a_reply_without_room_is_interrupted_when_the_process_has_to_go) {
    make_job(1);
    Server server([](std::size_t, const std::string&) { return ok(); });
    account_.calls = &server;
    {
        const auto shard = open_shard();
        FullDisk full(64);
        SyncRun calls(account_, clock_);
        calls.add(shard);
        while (calls.view().unkept < 1)
            calls.wait(5ms);
        calls.abandon();
        while (!calls.is_idle(shard->key()))
            calls.wait(5ms);
    }
    const auto shard = open_shard();
    ASSERT_TRUE(shard->finish());
    EXPECT_EQ(results(store_->output_file(attempt_.key)).at(0), "interrupted");
}

TEST_F(SyncRunTest, calls_that_are_abandoned_end_as_interrupted_and_are_on_disk) {
    make_job(5);
    account_.concurrency = 3;
    std::latch there(3);
    Server* self = nullptr;
    Server server([&](std::size_t, const std::string&) -> model::CreateOutcome {
        there.count_down();
        while (!self->abandoned)
            std::this_thread::sleep_for(1ms);
        return model::NoReply{core::Error(core::Errc::cancelled, "stopped on request")};
    });
    self = &server;
    account_.calls = &server;
    const auto shard = open_shard();
    {
        SyncRun calls(account_, clock_);
        calls.add(shard);
        there.wait();
        calls.abandon();
    }
    EXPECT_EQ(server.calls(), 3u);
    ASSERT_TRUE(shard->sync());
    const auto found = results(store::part_file(*store_, attempt_.key));
    EXPECT_EQ(found.size(), 3u);
    for (const auto& [line, code] : found)
        EXPECT_EQ(code, "interrupted") << line;
}

TEST_F(SyncRunTest, a_server_that_is_down_for_long_uses_up_no_tries) {
    make_job(12);
    account_.concurrency = 4;
    std::latch together(4);
    Server server([&](std::size_t n, const std::string&) -> model::CreateOutcome {
        if (n >= 4) return ok();
        together.arrive_and_wait();  // a proxy, whose server died
        return error(502);
    });
    server.answer_question = [](std::size_t n) -> core::Result<model::HttpResponse> {
        if (n == 0) return core::Error(core::Errc::unavailable, "refused");
        if (n == 1) return error(502);
        return error(401);
    };
    const auto shard = open_shard();
    run(server, shard);
    EXPECT_EQ(server.questions(), 3u);
    EXPECT_EQ(server.calls(), 12u) << "while it was down nothing was sent";
    ASSERT_TRUE(shard->finish());
    std::size_t failed = 0;
    for (const auto& [line, code] : results(store_->output_file(attempt_.key)))
        failed += code.empty() ? 0 : 1;
    EXPECT_EQ(failed, 4u) << "what was under way when it died";
}

TEST_F(SyncRunTest, a_server_that_knows_no_models_is_there_all_the_same) {
    make_job(3);
    account_.concurrency = 1;
    Server server([](std::size_t n, const std::string&) { return n == 0 ? error(500) : ok(); });
    server.answer_question = [](std::size_t n) -> core::Result<model::HttpResponse> {
        if (n < 3) return error(501);
        return error(404);  // lest the test never ends
    };
    run(server, open_shard());
    EXPECT_EQ(server.calls(), 3u);
    EXPECT_EQ(server.questions(), 1u);
}

TEST_F(SyncRunTest, replies_that_are_none_hold_before_the_second_is_paid) {
    make_job(20);
    account_.concurrency = 1;
    Server server([](std::size_t, const std::string&) {
        return model::NoReply{core::Error(core::Errc::protocol, "a reply without a length")};
    });
    run(server, open_shard());
    EXPECT_EQ(server.calls(), 1u);
    EXPECT_NE(view_.hold_reason.find("without a length"), std::string::npos);
}

TEST_F(SyncRunTest, a_page_in_place_of_an_answer_holds_before_the_second_is_paid) {
    make_job(20);
    account_.concurrency = 1;
    Server portal([](std::size_t, const std::string&) {
        auto reply = ok();
        reply.body = "<html>sign in</html>";
        return reply;
    });
    const auto shard = open_shard();
    run(portal, shard);
    EXPECT_EQ(portal.calls(), 1u);
    EXPECT_NE(view_.hold_reason.find("does not answer as one of its kind"), std::string::npos);
    EXPECT_EQ(shard->done(), 1u) << "it was sent, and may be paid";
}

TEST_F(SyncRunTest, a_reply_that_settling_could_not_read_is_a_failure_of_its_line_alone) {
    make_job(2);
    account_.concurrency = 1;
    Server server([](std::size_t n, const std::string&) {
        // Each byte that is no UTF-8 becomes three.
        return n == 0 ? ok(std::string(7u << 20, '\xff')) : ok();
    });
    const auto shard = open_shard();
    run(server, shard);
    ASSERT_TRUE(shard->finish());
    EXPECT_EQ(results(store_->output_file(attempt_.key)),
              (std::map<std::uint32_t, std::string>{{0, "unreadable_reply"}, {1, ""}}));
}

}  // namespace
}  // namespace overnight::submitter
