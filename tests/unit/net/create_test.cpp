// The commit byte: what a create came to, at every place where it can fail.
#include "net/client.hpp"
#include "scripted.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <thread>

namespace overnight::net {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using model::HttpResponse;

const std::string text = R"({"input_file_id":"file-1","endpoint":"/v1/chat/completions"})";

// What the server had of the body, as it came.
struct Arrived {
    std::promise<void> all_but_one;
    std::atomic<std::size_t> bytes{0};
    std::atomic<bool> whole{false};
    std::atomic<int> requests{0};
};

Result<> take_body(Arrived& arrived, BodyReader& body) {
    ++arrived.requests;
    char buffer[4096];
    for (;;) {
        OVERNIGHT_TRY_ASSIGN(const std::size_t n, body.read(buffer, sizeof buffer));
        if (n == 0) break;
        arrived.bytes += n;
        if (arrived.bytes == text.size() - 1) arrived.all_but_one.set_value();
    }
    arrived.whole = true;
    return {};
}

Handler answers(Arrived& arrived, int status) {
    return [&arrived, status](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
        OVERNIGHT_TRY(take_body(arrived, b));
        return r.reply(status, "application/json", "{\"id\":\"b\"}");
    };
}

Result<> commits() {
    return {};
}

TEST(Create, commits_once_when_all_but_the_last_byte_has_arrived) {
    Arrived arrived;
    Scripted server(answers(arrived, 200));
    Client client(config_for(server.port()));
    int commits = 0;
    const auto outcome = client.create(post("/batches", text), [&]() -> Result<> {
        ++commits;
        arrived.all_but_one.get_future()
            .wait();  // all but one are there before the commit ends ...
        EXPECT_EQ(arrived.bytes, text.size() - 1);
        EXPECT_FALSE(arrived.whole);  // ... and the last is not
        return {};
    });
    ASSERT_TRUE(std::holds_alternative<HttpResponse>(outcome));
    EXPECT_EQ(std::get<HttpResponse>(outcome).body, "{\"id\":\"b\"}");
    EXPECT_EQ(commits, 1);
    EXPECT_TRUE(arrived.whole);
    EXPECT_EQ(server.seen().at(0).content_length, text.size());
}

TEST(Create, gives_every_status_as_a_response) {
    for (const int status : {200, 301, 307, 400, 401, 404, 409, 429, 500, 503, 529}) {
        Arrived arrived;
        Scripted server(answers(arrived, status));
        Client client(config_for(server.port()));
        const auto outcome = client.create(post("/batches", text), commits);
        ASSERT_TRUE(std::holds_alternative<HttpResponse>(outcome)) << status;
        EXPECT_EQ(std::get<HttpResponse>(outcome).status, status);
        EXPECT_EQ(arrived.requests, 1);
    }
}

TEST(Create, sends_no_last_byte_when_the_commit_refuses) {
    Arrived arrived;
    Scripted server(answers(arrived, 200));
    Client client(config_for(server.port()));
    const auto outcome = client.create(
        post("/batches", text), []() -> Result<> { return Error(Errc::held, "over budget"); });
    ASSERT_TRUE(std::holds_alternative<NotSent>(outcome));
    EXPECT_EQ(std::get<NotSent>(outcome).why.code(), Errc::held);
    server.stop();  // joins the handler, which has seen the end of what came
    EXPECT_FALSE(arrived.whole);
    EXPECT_LT(arrived.bytes, text.size());
}

TEST(Create, sends_no_last_byte_when_stopped_during_the_commit) {
    Arrived arrived;
    Scripted server(answers(arrived, 200));
    Client client(config_for(server.port()));
    std::stop_source stop;
    const auto outcome = client.create(
        post("/batches", text),
        [&stop]() -> Result<> {
            stop.request_stop();
            return {};
        },
        stop.get_token());
    ASSERT_TRUE(std::holds_alternative<NotSent>(outcome));
    EXPECT_EQ(std::get<NotSent>(outcome).why.code(), Errc::cancelled);
    server.stop();
    EXPECT_FALSE(arrived.whole);
}

TEST(Create, sends_no_last_byte_when_the_commit_took_too_long) {
    Arrived arrived;
    Scripted server(answers(arrived, 200));
    auto config = config_for(server.port());
    config.timeouts.commit = 5ms;
    Client client(config);
    const auto outcome = client.create(post("/batches", text), []() -> Result<> {
        std::this_thread::sleep_for(20ms);
        return {};
    });
    ASSERT_TRUE(std::holds_alternative<NotSent>(outcome));
    EXPECT_EQ(std::get<NotSent>(outcome).why.code(), Errc::timed_out);
    server.stop();
    EXPECT_FALSE(arrived.whole);
}

// This process's descriptor of the connection to `port`, or -1.
int descriptor_of_connection_to(std::uint16_t port) {
    for (int fd = 3; fd < 1024; ++fd) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
            ntohs(peer.sin_port) == port)
            return fd;
    }
    return -1;
}

TEST(Create, keeps_the_socket_rule) {
    Scripted server(always(200, "{}"));
    Client client(config_for(server.port()));
    const auto outcome = client.create(post("/batches", text), [&server]() -> Result<> {
        const int fd = descriptor_of_connection_to(server.port());
        EXPECT_GE(fd, 0);
        int no_delay = 0, user_timeout = 0;
        ::linger linger{};
        socklen_t size = sizeof no_delay;
        EXPECT_EQ(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
        EXPECT_EQ(::getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout, &size), 0);
        size = sizeof linger;
        EXPECT_EQ(::getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size), 0);
        EXPECT_NE(no_delay, 0);
        EXPECT_EQ(user_timeout, 60'000);
        EXPECT_EQ(linger.l_onoff, 1);
        EXPECT_EQ(linger.l_linger, 0);
        return {};
    });
    EXPECT_TRUE(std::holds_alternative<HttpResponse>(outcome));
    EXPECT_EQ(descriptor_of_connection_to(server.port()), -1);  // closed when create() returns
}

TEST(Create, is_not_sent_when_the_server_goes_before_the_last_byte) {
    for (const char* how : {"close", "reset"}) {
        std::promise<void> gone;
        Scripted server([&](const RequestHead&, BodyReader&, ResponseWriter& r) -> Result<> {
            std::string_view(how) == "reset" ? r.reset() : r.close();
            gone.set_value();
            return {};
        });
        Client client(config_for(server.port()));
        const auto outcome = client.create(post("/batches", text), [&gone]() -> Result<> {
            gone.get_future().wait();
            return {};
        });
        ASSERT_TRUE(std::holds_alternative<NotSent>(outcome)) << how;
        EXPECT_EQ(std::get<NotSent>(outcome).why.code(), Errc::unavailable);
    }
}

TEST(Create, is_not_sent_when_the_server_refuses_early) {
    Scripted server([](const RequestHead&, BodyReader&, ResponseWriter& r) {
        return r.reply(401, "", "bad key");
    });
    Client client(config_for(server.port()));
    int commits = 0;
    auto request = post("/batches", std::string(30 << 20, 'x'));  // more than fits on the way
    const auto outcome = client.create(request, [&commits]() -> Result<> {
        ++commits;
        return {};
    });
    ASSERT_TRUE(std::holds_alternative<NotSent>(outcome));
    EXPECT_EQ(std::get<NotSent>(outcome).why.code(), Errc::unauthorized);
    EXPECT_EQ(std::get<NotSent>(outcome).why.remote_detail(), "bad key");
    EXPECT_EQ(commits, 0);
}

TEST(Create, has_no_reply_when_the_server_ends_after_the_last_byte) {
    for (const char* how : {"reset", "close", "half a reply", "garbage", "silence", "no length"}) {
        Arrived arrived;
        const std::string_view what = how;
        Scripted server([&](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
            OVERNIGHT_TRY(take_body(arrived, b));
            if (what == "half a reply")
                OVERNIGHT_TRY(r.write_raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"id\""));
            if (what == "garbage") OVERNIGHT_TRY(r.write_raw("???\r\n\r\n"));
            if (what == "no length") OVERNIGHT_TRY(r.write_raw("HTTP/1.1 200 OK\r\n\r\n{}"));
            if (what == "silence") {
                std::mutex m;
                std::unique_lock lock(m);
                std::condition_variable_any forever;
                forever.wait(lock, r.stopping(), [] { return false; });
            }
            what == "reset" ? r.reset() : r.close();
            return {};
        });
        auto config = config_for(server.port());
        config.timeouts = short_timeouts();
        Client client(config);
        const auto outcome = client.create(post("/batches", text), commits);
        ASSERT_TRUE(std::holds_alternative<NoReply>(outcome)) << how;
        EXPECT_TRUE(arrived.whole) << how;
        EXPECT_EQ(arrived.requests, 1) << how;
        if (what == "silence") {
            EXPECT_EQ(std::get<NoReply>(outcome).why.code(), Errc::timed_out);
        }
    }
}

// A stop used to end the call with the byte out, which left a create in doubt for nothing.
TEST(Create, waits_for_its_reply_when_stopped_after_the_last_byte) {
    Arrived arrived;
    std::stop_source stop;
    Scripted server([&](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
        OVERNIGHT_TRY(take_body(arrived, b));
        stop.request_stop();
        // The header first, so that the client is at work between the stop and the end.
        OVERNIGHT_TRY(r.begin(200, {}, 10));
        OVERNIGHT_TRY(r.write("{\"id\":"));
        OVERNIGHT_TRY(r.write("\"b\"}"));
        return r.finish();
    });
    Client client(config_for(server.port()));
    const auto outcome = client.create(post("/batches", text), commits, stop.get_token());
    ASSERT_TRUE(std::holds_alternative<HttpResponse>(outcome));
    EXPECT_EQ(std::get<HttpResponse>(outcome).body, "{\"id\":\"b\"}");
}

TEST(Create, has_no_reply_when_abandoned_after_the_last_byte) {
    Arrived arrived;
    std::stop_source there;
    Scripted server([&](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
        OVERNIGHT_TRY(take_body(arrived, b));
        there.request_stop();
        std::mutex m;
        std::unique_lock lock(m);
        std::condition_variable_any forever;
        forever.wait(lock, r.stopping(), [] { return false; });
        return {};
    });
    Client client(config_for(server.port()));
    const std::stop_callback abandon(there.get_token(), [&client] { client.abandon(); });
    const auto outcome = client.create(post("/batches", text), commits);
    ASSERT_TRUE(std::holds_alternative<NoReply>(outcome));
    EXPECT_EQ(std::get<NoReply>(outcome).why.code(), Errc::cancelled);
}

TEST(Create, has_no_reply_in_time_when_stopped_after_the_last_byte) {
    Arrived arrived;
    std::stop_source stop;
    Scripted server([&](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
        OVERNIGHT_TRY(take_body(arrived, b));
        stop.request_stop();
        std::mutex m;
        std::unique_lock lock(m);
        std::condition_variable_any forever;
        forever.wait(lock, r.stopping(), [] { return false; });
        return {};
    });
    auto config = config_for(server.port());
    config.timeouts = short_timeouts();
    Client client(config);
    const auto outcome = client.create(post("/batches", text), commits, stop.get_token());
    ASSERT_TRUE(std::holds_alternative<NoReply>(outcome));
    EXPECT_EQ(std::get<NoReply>(outcome).why.code(), Errc::timed_out);
}

TEST(Create, uses_a_fresh_connection_every_time) {
    std::mutex mutex;
    std::vector<std::thread::id> connections;
    Scripted server([&](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
        {
            const std::lock_guard lock(mutex);
            connections.push_back(std::this_thread::get_id());
        }
        OVERNIGHT_TRY(b.read_all(1000));
        return r.reply(200, "", "{}");
    });
    Client client(config_for(server.port()));
    EXPECT_TRUE(client.send(get("/warm")));
    EXPECT_TRUE(
        std::holds_alternative<HttpResponse>(client.create(post("/batches", text), commits)));
    EXPECT_TRUE(client.send(get("/warm")));
    const std::lock_guard lock(mutex);
    ASSERT_EQ(connections.size(), 3u);
    EXPECT_NE(connections[0], connections[1]);
    EXPECT_EQ(connections[0], connections[2]);
}

TEST(Create, is_not_sent_without_a_server_a_body_or_a_post) {
    std::uint16_t port = 0;
    {
        Scripted gone(always(200, "{}"));
        port = gone.port();
    }
    Client client(config_for(port));
    int commits = 0;
    const auto count = [&commits]() -> Result<> {
        ++commits;
        return {};
    };
    const auto code = [&](const model::HttpRequest& request) {
        return std::get<NotSent>(client.create(request, count)).why.code();
    };
    EXPECT_EQ(code(post("/batches", text)), Errc::unavailable);
    EXPECT_EQ(code(post("/batches", "")), Errc::invalid_input);
    EXPECT_EQ(code(get("/batches")), Errc::invalid_input);
    EXPECT_EQ(code(post("batches", text)), Errc::invalid_input);
    EXPECT_EQ(code(post("/a\r\nb", text)), Errc::invalid_input);
    EXPECT_EQ(commits, 0);
}

TEST(Create, sends_a_body_of_one_byte) {
    Arrived arrived;
    Scripted server(always(200, "{}"));
    Client client(config_for(server.port()));
    EXPECT_TRUE(
        std::holds_alternative<HttpResponse>(client.create(post("/batches", "1"), commits)));
}

}  // namespace
}  // namespace overnight::net
