#include "net/reply_parser.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace overnight::net {
namespace {

using core::Errc;

struct Outcome {
    core::Result<> result;
    bool done = false;
    bool keep_alive = false;
    model::HttpResponse response;
};

// Feeds `bytes` in pieces of `step`.
Outcome parse(const std::string& bytes, std::size_t step, BodyPlan plan = {}) {
    ReplyParser parser(std::move(plan));
    boost::beast::flat_buffer buffer;
    Outcome out;
    for (std::size_t i = 0; i < bytes.size() && !parser.done(); i += step) {
        const auto n = std::min(step, bytes.size() - i);
        std::memcpy(buffer.prepare(n).data(), bytes.data() + i, n);
        buffer.commit(n);
        out.result = parser.feed(buffer);
        if (!out.result) return out;
    }
    out.done = parser.done();
    out.keep_alive = parser.keep_alive();
    if (out.done) out.response = parser.take();
    return out;
}

const std::string with_length =
    "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\nhello";
const std::string chunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: "
    "t\r\n\r\n";

TEST(ReplyParser, reads_any_segmentation) {
    for (const auto& text : {with_length, chunked, "HTTP/1.1 100 Continue\r\n\r\n" + with_length})
        for (std::size_t step = 1; step <= text.size(); ++step) {
            const auto out = parse(text, step);
            ASSERT_TRUE(out.done) << step;
            EXPECT_EQ(out.response.status, 200);
            EXPECT_EQ(out.response.body, "hello");
            EXPECT_TRUE(out.keep_alive);
            EXPECT_FALSE(out.response.header("Trailer"));
        }
}

TEST(ReplyParser, is_never_done_early) {
    for (const auto& text : {with_length, chunked})
        for (std::size_t cut = 0; cut < text.size(); ++cut) {
            const auto out = parse(text.substr(0, cut), 7);
            EXPECT_TRUE(out.result) << cut;
            EXPECT_FALSE(out.done) << cut;
        }
}

TEST(ReplyParser, needs_no_body_where_http_has_none) {
    EXPECT_TRUE(parse("HTTP/1.1 204 No Content\r\n\r\n", 3).done);
    EXPECT_TRUE(parse("HTTP/1.1 304 Not Modified\r\n\r\n", 3).done);
    EXPECT_TRUE(parse("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 3).done);
    EXPECT_FALSE(
        parse("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 3).keep_alive);
    EXPECT_FALSE(parse("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 3).keep_alive);
}

TEST(ReplyParser, refuses_what_smuggles_or_cannot_be_trusted) {
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    const std::vector<std::pair<const char*, std::string>> rows{
        {"close_delimited", ok + "Content-Type: a/b\r\n\r\nhello"},
        {"two_lengths", ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"},
        {"negative_length", ok + "Content-Length: -5\r\n\r\nhello"},
        {"huge_length", ok + "Content-Length: 99999999999999999999999\r\n\r\nhello"},
        {"length_and_chunked",
         ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
        {"chunked_and_length",
         ok + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
        {"gzip_coding", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
        {"gzip_content", ok + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"},
        {"second_content_encoding", ok + "Content-Encoding: identity\r\nContent-Encoding: "
                                         "br\r\nContent-Length: 5\r\n\r\nhello"},
        {"bad_chunk", ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"},
        {"chunk_without_line_end", ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nhelXX0\r\n\r\n"},
        {"folded_line", ok + "X: a\r\n b\r\nContent-Length: 5\r\n\r\nhello"},
        {"bare_line_feed", ok + "X: a\nContent-Length: 5\r\n\r\nhello"},
        {"zero_byte", ok + std::string("X: a\0b\r\n", 8) + "Content-Length: 5\r\n\r\nhello"},
        {"not_http", "SSH-2.0-OpenSSH_9.2\r\n"},
        {"http2", "HTTP/2 200\r\nContent-Length: 5\r\n\r\nhello"},
        {"status_999", "HTTP/1.1 999 What\r\nContent-Length: 5\r\n\r\nhello"},
        {"status_text", "HTTP/1.1 2x0 What\r\nContent-Length: 5\r\n\r\nhello"},
        {"switch", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"},
        {"long_status_line",
         "HTTP/1.1 200 " + std::string(1100, 'x') + "\r\nContent-Length: 0\r\n\r\n"},
    };
    for (const auto& [name, text] : rows)
        for (const std::size_t step : {std::size_t{1}, text.size()}) {
            const auto out = parse(text, step);
            ASSERT_FALSE(out.result) << name;
            EXPECT_EQ(out.result.error().code(), Errc::protocol) << name;
        }
}

TEST(ReplyParser, bounds_interim_replies) {
    std::string text;
    for (int i = 0; i < 16; ++i)
        text += "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    EXPECT_TRUE(parse(text + with_length, 1000).done);
    EXPECT_FALSE(parse(text + "HTTP/1.1 100 Continue\r\n\r\n" + with_length, 1000).result);
}

TEST(ReplyParser, bounds_the_header) {
    for (const std::size_t step : {std::size_t{1000}, std::size_t{1} << 20}) {
        const auto reply = [](std::size_t n) {
            const std::string begin = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: ";
            return begin + std::string(n - begin.size() - 4, 'x') + "\r\n\r\n";
        };
        EXPECT_TRUE(parse(reply(64 << 10), step).done);
        EXPECT_FALSE(parse(reply((64 << 10) + 5), step).result);
        EXPECT_FALSE(parse("HTTP/1.1 200 OK\r\nX: " + std::string(200'000, 'x'), step).result);
    }
    std::string many = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
    for (int i = 0; i < 199; ++i)
        many += "a:b\r\n";
    EXPECT_TRUE(parse(many + "\r\n", 4096).done);
    EXPECT_FALSE(parse(many + "a:b\r\na:b\r\n\r\n", 4096).result);
}

TEST(ReplyParser, bounds_chunk_extensions) {
    const std::string begin = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=";
    EXPECT_FALSE(parse(begin + std::string(100'000, 'x'), 4096).result);
}

TEST(ReplyParser, bounds_the_body) {
    BodyPlan plan;
    plan.max_bytes = 5;
    EXPECT_TRUE(parse(with_length, 4, plan).done);
    EXPECT_TRUE(parse(chunked, 4, plan).done);
    plan.max_bytes = 4;
    EXPECT_FALSE(parse(with_length, 4, plan).result);
    EXPECT_FALSE(parse(with_length, 1000, plan).result);
    EXPECT_FALSE(parse(chunked, 4, plan).result);
}

TEST(ReplyParser, gives_a_good_body_to_the_sink_and_keeps_the_start_of_others) {
    std::string got;
    BodyPlan plan;
    plan.sink = [&got](std::string_view bytes) -> core::Result<> {
        got += bytes;
        return {};
    };
    plan.max_bytes = 5;
    auto out = parse(chunked, 1, plan);
    EXPECT_EQ(got, "hello");
    EXPECT_EQ(out.response.body, "");

    got.clear();
    out = parse("HTTP/1.1 404 No\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'n'),
                1000, plan);
    EXPECT_TRUE(out.done);
    EXPECT_EQ(got, "");
    EXPECT_EQ(out.response.body.size(), 64u << 10);
}

TEST(ReplyParser, passes_the_sinks_error_on) {
    BodyPlan plan;
    plan.max_bytes = 100;
    plan.sink = [](std::string_view) -> core::Result<> {
        return core::Error(Errc::out_of_space, "disk full");
    };
    const auto out = parse(with_length, 1000, plan);
    ASSERT_FALSE(out.result);
    EXPECT_EQ(out.result.error().code(), Errc::out_of_space);
}

}  // namespace
}  // namespace overnight::net
