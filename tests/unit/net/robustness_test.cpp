// Servers that cut, drip, stall and lie.
#include "net/client.hpp"
#include "scripted.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

namespace overnight::net {
namespace {

using core::Errc;
using core::Result;

const std::string with_length =
    "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nX: y\r\n\r\n{\"id\":\"b-1\"}";
const std::string chunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
    "chunked\r\n\r\n5\r\n{\"id\"\r\n7\r\n:\"b-1\"}\r\n0\r\n\r\n";

TEST(Robustness, a_reply_cut_at_any_byte_is_an_error) {
    for (const auto& whole : {with_length, chunked}) {
        std::atomic<std::size_t> cut{0};
        std::atomic<bool> reset{false};
        Scripted server([&](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
            OVERNIGHT_TRY(b.read_all(100));
            OVERNIGHT_TRY(r.write_raw(whole.substr(0, cut)));
            reset ? r.reset() : r.close();
            return {};
        });
        Client client(config_for(server.port()));
        for (cut = 0; cut < whole.size(); ++cut)
            for (const bool hard : {false, true}) {
                reset = hard;
                const auto reply = client.send(post("/x", "{}"));
                ASSERT_FALSE(reply) << cut;
                EXPECT_EQ(reply.error().code(), Errc::unavailable) << cut;
                std::string got;
                const auto sink = [&got](std::string_view bytes) -> Result<> {
                    got += bytes;
                    return {};
                };
                EXPECT_FALSE(client.download(get("/x"), sink, 1000)) << cut;
            }
        cut = whole.size();
        EXPECT_EQ(client.send(post("/x", "{}")).value().body, "{\"id\":\"b-1\"}");
    }
}

TEST(Robustness, refuses_a_body_that_ends_with_the_connection) {
    Scripted server(raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"half\":"));
    Client client(config_for(server.port()));
    EXPECT_EQ(client.send(get("/x")).error().code(), Errc::protocol);
    const auto sink = [](std::string_view) -> Result<> { return {}; };
    EXPECT_EQ(client.download(get("/x"), sink, 1000).error().code(), Errc::protocol);
}

TEST(Robustness, bounds_header_and_body) {
    Scripted header(
        raw("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\nContent-Length: 0\r\n\r\n"));
    EXPECT_EQ(Client(config_for(header.port())).send(get("/x")).error().code(), Errc::protocol);
    for (const bool with_length_header : {true, false}) {
        Scripted body([&](const RequestHead&, BodyReader&, ResponseWriter& r) -> Result<> {
            const std::uint64_t size = (8 << 20) + 1;
            OVERNIGHT_TRY(
                r.begin(200, {}, with_length_header ? std::optional(size) : std::nullopt));
            OVERNIGHT_TRY(r.write(std::string(size, 'x')));
            return r.finish();
        });
        EXPECT_EQ(Client(config_for(body.port())).send(get("/x")).error().code(), Errc::protocol);
    }
    Scripted fits([](const RequestHead&, BodyReader&, ResponseWriter& r) {
        return r.reply(200, "", std::string(8 << 20, 'x'));
    });
    EXPECT_EQ(Client(config_for(fits.port())).send(get("/x")).value().body.size(), 8u << 20);
}

// Sends `bytes` one after another, `pause` apart, for ever.
Handler drips(std::string start, std::string bytes, std::chrono::milliseconds pause) {
    return [=](const RequestHead&, BodyReader&, ResponseWriter& r) -> Result<> {
        std::mutex m;
        std::unique_lock lock(m);
        std::condition_variable_any never;
        OVERNIGHT_TRY(r.write_raw(start));
        while (!never.wait_for(lock, r.stopping(), pause, [] { return false; }) &&
               !r.stopping().stop_requested())
            OVERNIGHT_TRY(r.write_raw(bytes));
        return {};
    };
}

TEST(Robustness, a_header_that_drips_has_one_time_limit) {
    Scripted server(drips("HTTP/1.1 200 OK\r\nX: ", "x", 20ms));
    auto config = config_for(server.port());
    config.timeouts = short_timeouts();
    const auto reply = Client(config).send(get("/x"));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code(), Errc::timed_out);
}

TEST(Robustness, a_silent_body_runs_into_inactivity_and_a_dripping_one_into_the_total) {
    Scripted silent(drips("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx", "", 1h));
    auto config = config_for(silent.port());
    config.timeouts = short_timeouts();
    EXPECT_EQ(Client(config).send(get("/x")).error().code(), Errc::timed_out);

    const std::string spoonful(1000, 'x');
    Scripted dripping(drips("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx", spoonful, 20ms));
    config.base.port = dripping.port();
    config.timeouts.total = 400ms;
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(Client(config).send(get("/x")).error().code(), Errc::timed_out);
    EXPECT_GE(std::chrono::steady_clock::now() - began, 400ms);
}

// A download has no total: a byte now and then used to keep one open for days.
TEST(Robustness, a_trickle_is_as_good_as_silence) {
    Scripted server(drips("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx", "x", 5ms));
    auto config = config_for(server.port());
    config.timeouts = short_timeouts();
    const auto reply = Client(config).download(
        get("/x"), [](std::string_view) { return Result<>(); }, 1 << 30);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code(), Errc::timed_out);
}

TEST(Robustness, a_slow_body_that_keeps_moving_is_waited_for) {
    const std::string spoonful(1000, 'x');
    Scripted server(drips("HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n", spoonful, 10ms));
    auto config = config_for(server.port());
    config.timeouts = short_timeouts();
    std::size_t got = 0;
    const auto reply = Client(config).download(
        get("/x"),
        [&got](std::string_view bytes) {
            got += bytes.size();
            return Result<>();
        },
        1 << 30);
    ASSERT_TRUE(reply) << reply.error().describe();
    EXPECT_EQ(got, 50'000u);
}

TEST(Robustness, a_server_that_takes_nothing_runs_into_inactivity) {
    Scripted server([](const RequestHead&, BodyReader&, ResponseWriter& r) -> Result<> {
        std::mutex m;
        std::unique_lock lock(m);
        std::condition_variable_any forever;
        forever.wait(lock, r.stopping(), [] { return false; });
        return {};
    });
    auto config = config_for(server.port());
    config.timeouts = short_timeouts();
    const auto reply = Client(config).upload(post("/files", std::string(60 << 20, 'x')));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code(), Errc::timed_out);
}

TEST(Robustness, interim_replies_are_skipped_and_bounded) {
    std::string interim;
    for (int i = 0; i < 16; ++i)
        interim += "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    Scripted some(raw(interim + with_length));
    EXPECT_EQ(Client(config_for(some.port())).send(get("/x")).value().status, 200);
    Scripted many(raw(interim + "HTTP/1.1 100 Continue\r\n\r\n" + with_length));
    EXPECT_EQ(Client(config_for(many.port())).send(get("/x")).error().code(), Errc::protocol);
}

TEST(Robustness, bytes_behind_a_reply_end_the_reuse_of_its_connection) {
    Scripted server(raw(with_length + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"));
    Client client(config_for(server.port()));
    EXPECT_EQ(client.send(get("/x")).value().body, "{\"id\":\"b-1\"}");
    EXPECT_EQ(client.send(get("/x")).value().body, "{\"id\":\"b-1\"}");
    EXPECT_EQ(server.seen().size(), 2u);
}

}  // namespace
}  // namespace overnight::net
