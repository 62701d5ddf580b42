// The server, seen through a bare socket, so that the client's own care hides nothing.
#include "net/server.hpp"

#include "scripted.hpp"

#include <gmock/gmock.h>

#include <arpa/inet.h>
#include <condition_variable>
#include <future>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace overnight::net {
namespace {

using core::Errc;
using core::Result;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class Bare {
public:
    explicit Bare(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
            throw std::runtime_error("connect");
    }
    ~Bare() { ::close(fd_); }
    void write(std::string_view bytes) const {
        EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), ssize_t(bytes.size()));
    }
    // Until `n` bytes, the end, or an error.
    std::string read(std::size_t n = std::string::npos) {
        std::string all;
        char buffer[4096];
        while (all.size() < n) {
            const ssize_t got = ::recv(fd_, buffer, std::min(sizeof buffer, n - all.size()), 0);
            if (got < 0) error_ = errno;
            if (got <= 0) break;
            all.append(buffer, static_cast<std::size_t>(got));
        }
        return all;
    }
    int error() const { return error_; }
    void end_writing() const { ::shutdown(fd_, SHUT_WR); }

private:
    int fd_;
    int error_ = 0;
};

Result<> echo(const RequestHead& head, BodyReader& body, ResponseWriter& reply) {
    OVERNIGHT_TRY_ASSIGN(const std::string text, body.read_all(1000));
    return reply.reply(200, "text/plain", head.method + " " + head.target + " [" + text + "]");
}

TEST(Server, listens_on_loopback_only) {
    for (const char* address : {"0.0.0.0", "192.168.1.1", "::", "example.com", ""}) {
        ServerConfig config;
        config.address = address;
        const auto server = Server::start(config, echo);
        ASSERT_FALSE(server) << address;
        EXPECT_EQ(server.error().code(), Errc::configuration);
    }
}

TEST(Server, says_when_its_port_is_taken) {
    Scripted first(echo);
    ServerConfig config;
    config.port = first.port();
    EXPECT_EQ(Server::start(config, echo).error().code(), Errc::conflict);
}

TEST(Server, serves_requests_in_turn_on_one_connection) {
    Scripted server(echo);
    Bare client(server.port());
    client.write(
        "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        "POST /d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
        "chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n"
        "GET /e HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto all = client.read();
    EXPECT_THAT(all, HasSubstr("POST /a?b=c [abc]"));
    EXPECT_THAT(all, HasSubstr("POST /d [def]"));
    EXPECT_THAT(all, EndsWith("GET /e []"));
    EXPECT_THAT(all, HasSubstr("\r\nDate: "));
}

TEST(Server, continues_only_when_the_body_is_wanted) {
    Scripted server([](const RequestHead& h, BodyReader& b, ResponseWriter& r) -> Result<> {
        return h.target == "/want" ? echo(h, b, r) : r.reply(413, "", "no");
    });
    Bare wanted(server.port());
    wanted.write(
        "POST /want HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: "
        "100-continue\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(wanted.read(25), "HTTP/1.1 100 Continue\r\n\r\n");
    wanted.write("ok");
    EXPECT_THAT(wanted.read(), EndsWith("[ok]"));
    Bare refused(server.port());
    refused.write(
        "POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(refused.read(), StartsWith("HTTP/1.1 413 "));  // and the connection has ended
}

TEST(Server, streams_chunks_and_keeps_bodies_to_their_length) {
    Scripted server([](const RequestHead& h, BodyReader&, ResponseWriter& r) -> Result<> {
        if (h.target == "/long") {
            OVERNIGHT_TRY(r.begin(200, {}, 2));
            return r.write("abc");
        }
        OVERNIGHT_TRY(r.begin(200, {{"X-A", "b"}}, std::nullopt));
        OVERNIGHT_TRY(r.write("ab"));
        OVERNIGHT_TRY(r.write(""));
        OVERNIGHT_TRY(r.write("c"));
        return r.finish();
    });
    Bare client(server.port());
    client.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto all = client.read();
    EXPECT_THAT(all, HasSubstr("X-A: b\r\n"));
    EXPECT_THAT(all, EndsWith("\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"));
    Bare wrong(server.port());
    wrong.write("GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(wrong.read().find("abc"), std::string::npos);
}

TEST(Server, sends_no_body_for_a_head_request_and_a_204) {
    Scripted server([](const RequestHead& h, BodyReader&, ResponseWriter& r) {
        return r.reply(h.target == "/204" ? 204 : 200, "", h.target == "/204" ? "" : "text");
    });
    Bare client(server.port());
    client.write(
        "HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET /204 HTTP/1.1\r\nHost: x\r\nConnection: "
        "close\r\n\r\n");
    const auto all = client.read();
    EXPECT_THAT(all, HasSubstr("Content-Length: 4\r\n"));
    EXPECT_EQ(all.find("text"), std::string::npos);
    EXPECT_THAT(all, EndsWith("\r\n\r\n"));
}

TEST(Server, tells_the_handler_when_the_client_goes_away) {
    std::promise<Errc> seen;
    Scripted server([&seen](const RequestHead&, BodyReader& b, ResponseWriter&) -> Result<> {
        auto all = b.read_all(1000);
        seen.set_value(all ? Errc::internal : all.error().code());
        return std::move(all).error();
    });
    {
        Bare client(server.port());
        client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    }
    EXPECT_EQ(seen.get_future().get(), Errc::unavailable);
}

TEST(Server, refuses_larger_bodies_than_asked_for_and_broken_http) {
    std::promise<Errc> seen;
    Scripted server([&seen](const RequestHead&, BodyReader& b, ResponseWriter& r) -> Result<> {
        seen.set_value(b.read_all(5).error().code());
        return r.reply(413, "", "");
    });
    Bare client(server.port());
    client.write(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nConnection: close\r\n\r\nabcdef");
    EXPECT_THAT(client.read(), StartsWith("HTTP/1.1 413 "));
    EXPECT_EQ(seen.get_future().get(), Errc::invalid_input);
    Bare broken(server.port());
    broken.write("NOT HTTP\r\n\r\n");
    EXPECT_THAT(broken.read(), StartsWith("HTTP/1.1 400 "));
}

TEST(Server, ends_connections_in_order_and_out_of_order) {
    Scripted server([](const RequestHead& h, BodyReader&, ResponseWriter& r) -> Result<> {
        OVERNIGHT_TRY(r.write_raw("partial"));
        h.target == "/reset" ? r.reset() : r.close();
        return {};
    });
    Bare closed(server.port());
    closed.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(closed.read(), "partial");
    EXPECT_EQ(closed.error(), 0);
    Bare reset(server.port());
    reset.write("GET /reset HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(reset.read(), "partial");
    EXPECT_EQ(reset.error(), ECONNRESET);
}

TEST(Server, gives_an_early_reply_to_a_client_that_is_still_sending) {
    Scripted server([](const RequestHead&, BodyReader&, ResponseWriter& r) {
        return r.reply(413, "", "too large");
    });
    Bare client(server.port());
    client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n" +
                 std::string(100'000, 'x'));
    client.end_writing();
    EXPECT_THAT(client.read(), EndsWith("too large"));
    EXPECT_EQ(client.error(), 0);
}

TEST(Server, stops_at_once_whatever_its_connections_do) {
    std::promise<void> entered;
    auto server = Server::start({},
                                [&entered](const RequestHead& h, BodyReader& b,
                                           ResponseWriter& r) -> Result<> {
                                    if (h.target == "/wait") {
                                        std::mutex m;
                                        std::unique_lock lock(m);
                                        std::condition_variable_any forever;
                                        entered.set_value();
                                        forever.wait(lock, r.stopping(), [] { return false; });
                                        return {};
                                    }
                                    return b.read_all(1000).has_value()
                                               ? Result<>()
                                               : Result<>(core::Error(Errc::unavailable, "cut"));
                                })
                      .value();
    Bare idle(server->port()), in_header(server->port()), in_body(server->port()),
        waiting(server->port());
    in_header.write("GET / HT");
    in_body.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    waiting.write("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    entered.get_future().get();
    const auto began = std::chrono::steady_clock::now();
    server->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
    EXPECT_EQ(idle.read(), "");
    EXPECT_THROW(Bare(server->port()), std::runtime_error);
    server->stop();  // twice is fine
}

TEST(Server, ends_idle_connections) {
    ServerConfig config;
    config.idle = 50ms;
    Scripted server(echo, config);
    Bare client(server.port());
    EXPECT_EQ(client.read(), "");
}

}  // namespace
}  // namespace overnight::net
