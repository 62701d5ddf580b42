// Control calls: replies as values, connections reused with care, redirects, stops.
#include "net/client.hpp"

#include "scripted.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <thread>

namespace overnight::net {
namespace {

using core::Errc;
using core::Result;
using testing::HasSubstr;
using testing::Not;

TEST(Client, sends_and_receives) {
    Scripted server([](const RequestHead& h, BodyReader& b, ResponseWriter& r) -> Result<> {
        OVERNIGHT_TRY_ASSIGN(const std::string text, b.read_all(1000));
        return r.reply(200, "text/plain", h.method + " " + h.target + " [" + text + "]",
                       {{"X-A", "b"}});
    });
    Client client(config_for(server.port()));
    auto reply = client.send(get("/batches?limit=100")).value();
    EXPECT_EQ(reply.body, "GET /v1/batches?limit=100 []");
    EXPECT_EQ(reply.header("x-a"), "b");
    EXPECT_EQ(client.send(post("/batches", "{}")).value().body, "POST /v1/batches [{}]");
    EXPECT_EQ(client.send({model::HttpMethod::del, "/files/f", {}, {}}).value().body,
              "DELETE /v1/files/f []");
    const auto seen = server.seen();
    ASSERT_EQ(seen.size(), 3u);
    EXPECT_EQ(seen[0].header("authorization"), "Bearer " + std::string(test_key));
    EXPECT_EQ(seen[0].header("host"), "127.0.0.1:" + std::to_string(server.port()));
}

TEST(Client, gives_every_status_as_a_value) {
    std::atomic<int> status{0};
    Scripted server([&status](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
        OVERNIGHT_TRY(b.read_all(100));
        const bool bare = status == 204 || status == 304;
        return r.reply(status, "application/json", bare ? "" : "{\"error\":1}");
    });
    Client client(config_for(server.port()));
    for (const int s : {200, 201, 204, 300, 301, 304, 400, 401, 402, 403, 404, 408,
                        409, 413, 422, 425, 429, 500, 502, 503, 504, 529, 599}) {
        status = s;
        EXPECT_EQ(client.send(get("/x")).value().status, s);
        EXPECT_EQ(client.send(post("/x", "{}")).value().status, s);
    }
}

// Which connection a request came on, seen from the handler.
struct Connections {
    std::mutex mutex;
    std::vector<std::thread::id> ids;
    void note() {
        const std::lock_guard lock(mutex);
        ids.push_back(std::this_thread::get_id());
    }
    std::size_t distinct() {
        const std::lock_guard lock(mutex);
        auto sorted = ids;
        std::sort(sorted.begin(), sorted.end());
        return static_cast<std::size_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
    }
};

TEST(Client, reuses_a_connection_for_gets_and_never_for_posts) {
    Connections connections;
    Scripted server(
        [&connections](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
            connections.note();
            OVERNIGHT_TRY(b.read_all(100));
            return r.reply(200, "", "ok");
        });
    Client client(config_for(server.port()));
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(client.send(get("/x")));
    EXPECT_EQ(connections.distinct(), 1u);
    EXPECT_TRUE(client.send(post("/x", "{}")));
    EXPECT_TRUE(client.send(post("/x", "{}")));
    EXPECT_EQ(connections.distinct(), 3u);
}

TEST(Client, notices_that_the_server_has_closed_an_idle_connection) {
    ServerConfig config;
    config.idle = 300ms;  // far above what a request takes on a busy machine
    Scripted server(always(200, "{}"), config);
    Client client(config_for(server.port()));
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(client.send(get("/x")));
        std::this_thread::sleep_for(
            i * 100ms);  // before, about and after the close: right in every case
    }
}

// The second request on any connection is answered by its end: what a keep-alive that ran out looks
// like.
Handler one_request_a_connection(std::atomic<int>& taken) {
    return [&taken](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
        thread_local int on_this_connection = 0;
        ++taken;
        if (++on_this_connection > 1) {
            r.close();
            return {};
        }
        OVERNIGHT_TRY(b.read_all(100));
        return r.reply(200, "", "ok");
    };
}

TEST(Client, repeats_a_get_once_when_a_reused_connection_ends_without_a_byte) {
    std::atomic<int> taken{0};
    Scripted server(one_request_a_connection(taken));
    Client client(config_for(server.port()));
    EXPECT_TRUE(client.send(get("/x")));
    EXPECT_TRUE(client.send(get("/x")));
    EXPECT_EQ(taken, 3);
}

TEST(Client, repeats_nothing_on_a_fresh_connection_or_after_a_byte) {
    std::atomic<int> taken{0};
    Scripted server([&taken](const RequestHead& h, BodyReader&, ResponseWriter& r) -> Result<> {
        ++taken;
        if (h.target == "/v1/fine") return r.reply(200, "", "");
        if (h.target == "/v1/byte") OVERNIGHT_TRY(r.write_raw("H"));
        r.close();
        return {};
    });
    Client client(config_for(server.port()));
    EXPECT_EQ(client.send(get("/cut")).error().code(), Errc::unavailable);
    EXPECT_EQ(client.send(post("/cut", "{}")).error().code(), Errc::unavailable);
    EXPECT_EQ(taken, 2);
    EXPECT_TRUE(client.send(get("/fine")));
    EXPECT_EQ(client.send(get("/byte")).error().code(), Errc::unavailable);
    EXPECT_EQ(taken, 4);
}

TEST(Client, ends_a_get_that_is_stale_twice) {
    std::atomic<int> taken{0};
    Scripted server([&taken](const RequestHead&, BodyReader&, ResponseWriter& r) -> Result<> {
        if (++taken == 1) return r.reply(200, "", "");
        r.close();
        return {};
    });
    Client client(config_for(server.port()));
    EXPECT_TRUE(client.send(get("/x")));
    EXPECT_FALSE(client.send(get("/x")));
    EXPECT_EQ(taken, 3);
}

TEST(Client, refuses_injection_before_anything_is_sent) {
    Scripted server(always(200, "{}"));
    Client client(config_for(server.port()));
    auto request = get("/x");
    request.headers.push_back({"X-A", "b\r\nX-Evil: c"});
    EXPECT_EQ(client.send(request).error().code(), Errc::invalid_input);
    EXPECT_EQ(client.send(get("/x HTTP/1.1\r\n\r\nGET /y")).error().code(), Errc::invalid_input);
    EXPECT_EQ(client.send(get("x")).error().code(), Errc::invalid_input);
    EXPECT_TRUE(server.seen().empty());
}

TEST(Client, follows_a_get_and_drops_the_key_elsewhere) {
    Scripted other(always(200, "\"there\""));
    const std::string away = "http://127.0.0.1:" + std::to_string(other.port()) + "/file?sig=1";
    Scripted server([&away](const RequestHead& h, BodyReader&, ResponseWriter& r) -> Result<> {
        if (h.target == "/v1/here") return r.reply(302, "", "", {{"Location", "/v2/there"}});
        if (h.target == "/v2/there") return r.reply(200, "", "same host");
        return r.reply(307, "", "", {{"Location", away}});
    });
    Client client(config_for(server.port()));
    EXPECT_EQ(client.send(get("/here")).value().body, "same host");
    for (const auto& h : server.seen())
        EXPECT_TRUE(h.header("Authorization"));

    auto request = get("/away");
    request.headers.push_back({"OpenAI-Project", "p"});
    EXPECT_EQ(client.send(request).value().body, "\"there\"");
    ASSERT_EQ(other.seen().size(), 1u);
    EXPECT_EQ(other.seen()[0].target, "/file?sig=1");
    EXPECT_FALSE(other.seen()[0].header("Authorization"));
    EXPECT_FALSE(other.seen()[0].header("OpenAI-Project"));
}

TEST(Client, follows_neither_a_post_nor_for_ever) {
    Scripted server([](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
        OVERNIGHT_TRY(b.read_all(100));
        return r.reply(308, "", "", {{"Location", "/again"}});
    });
    Client client(config_for(server.port()));
    EXPECT_EQ(client.send(post("/x", "{}")).value().status, 308);
    EXPECT_EQ(server.seen().size(), 1u);
    EXPECT_EQ(client.send(get("/x")).error().code(), Errc::protocol);
    EXPECT_EQ(server.seen().size(), 5u);
}

TEST(Client, follows_no_redirect_to_other_schemes_or_machines) {
    std::string location;
    Scripted server([&location](const RequestHead&, BodyReader&, ResponseWriter& r) {
        return r.reply(302, "", "", {{"Location", location}});
    });
    Client client(config_for(server.port()));
    for (const char* bad : {"http://192.0.2.1/", "file:///etc/passwd", "ftp://127.0.0.1/",
                            "http://user@127.0.0.1/"}) {
        location = bad;
        const auto reply = client.send(get("/x"));
        ASSERT_FALSE(reply) << bad;
        EXPECT_EQ(reply.error().code(), Errc::protocol);
        EXPECT_EQ(reply.error().remote_detail(), bad);
    }
}

TEST(Client, stops_in_the_middle_of_a_call) {
    std::promise<void> entered;
    Scripted server([&entered](const RequestHead&, BodyReader&, ResponseWriter& r) -> Result<> {
        std::mutex m;
        std::unique_lock lock(m);
        std::condition_variable_any forever;
        entered.set_value();
        forever.wait(lock, r.stopping(), [] { return false; });
        return {};
    });
    Client client(config_for(server.port()));
    std::stop_source stop;
    std::thread stopper([&] {
        entered.get_future().get();
        stop.request_stop();
    });
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(client.send(get("/x"), stop.get_token()).error().code(), Errc::cancelled);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
    stopper.join();
    EXPECT_EQ(client.send(get("/x"), stop.get_token()).error().code(),
              Errc::cancelled);  // stopped before it began
}

TEST(Client, serves_several_threads) {
    Scripted server(always(200, "{}"));
    Client client(config_for(server.port()));
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&client, &good] {
            for (int i = 0; i < 20; ++i)
                good += client.send(get("/x")).has_value() ? 1 : 0;
        });
    for (auto& t : threads)
        t.join();
    EXPECT_EQ(good, 160);
}

TEST(Client, names_the_server_and_never_the_key_in_errors) {
    std::uint16_t port = 0;
    {
        Scripted gone(always(200, "{}"));
        port = gone.port();
    }
    Client client(config_for(port));
    const auto reply = client.send(get("/x"));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code(), Errc::unavailable);
    EXPECT_THAT(reply.error().describe(), HasSubstr("127.0.0.1:" + std::to_string(port)));
    EXPECT_THAT(reply.error().describe(), Not(HasSubstr("CANARY")));
}

TEST(Client, resolves_names_but_sends_plain_http_to_this_machine_only) {
    Scripted server(always(200, "{}"));
    auto config = config_for(server.port());
    config.base.host = "localhost";
    EXPECT_EQ(Client(config).send(get("/x")).value().status, 200);
    config.base.host = "192.0.2.1";
    EXPECT_EQ(Client(config).send(get("/x")).error().code(), Errc::unavailable);
    config.base.host = "no-such-host.invalid";
    EXPECT_EQ(Client(config).send(get("/x")).error().code(), Errc::unavailable);
}

}  // namespace
}  // namespace overnight::net
