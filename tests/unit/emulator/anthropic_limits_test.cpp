// Size: a create of any size needs no memory, and limits hold.
#include "anthropic_session.hpp"
#include "emulator/anthropic/envelope.hpp"
#include "memory.hpp"

#include <gtest/gtest.h>

namespace overnight::test {
namespace {

std::string create_head(std::uint64_t bytes) {
    return "POST /v1/messages/batches HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
           "x-api-key: k\r\nanthropic-version: 2023-06-01\r\nContent-Type: application/json\r\n"
           "Content-Length: " +
           std::to_string(bytes) + "\r\n\r\n";
}

std::string numbered(std::uint64_t i) {
    std::string digits = std::to_string(i);
    return "row-" + std::string(8 - digits.size(), '0') + digits;
}

TEST(AnthropicLimits, a_create_of_60_megabytes_needs_no_memory) {
    AnthropicSession session;
    session.finish(session.start(batch_of(1)));  // whatever is needed once
    const std::string params = message_body(std::string(6'000, 'x'));
    const auto piece = [&](std::uint64_t i) {
        return (i == 0 ? R"({"requests":[)" : ",") + element(numbered(i), params);
    };
    const std::uint64_t requests = 60'000'000 / piece(1).size();
    const std::string tail = "]}";
    const std::uint64_t bytes = piece(0).size() + (requests - 1) * piece(1).size() + tail.size();
    [[maybe_unused]] std::uint64_t before = 0;
    if (OVERNIGHT_MEASURE_MEMORY != 0) {
        forget_peak();
        before = peak_memory();
    }
    const RawReply reply = send_made(
        session.port(), create_head(bytes),
        [&](std::uint64_t i) { return i == requests ? tail : piece(i); }, requests + 1);
    ASSERT_EQ(reply.status, 200) << reply.wire.substr(0, 500);
    EXPECT_EQ(number_in(object_of(reply), "/request_counts/processing"),
              static_cast<std::int64_t>(requests));
    if (OVERNIGHT_MEASURE_MEMORY != 0) {
        EXPECT_LT(peak_memory() - before, 20'000'000U);
    }
}

TEST(AnthropicLimits, an_envelope_of_more_than_256_megabytes_is_refused) {
    if (OVERNIGHT_MEASURE_MEMORY == 0) GTEST_SKIP() << "256 MB are slow under a sanitizer";
    AnthropicSession session;
    constexpr std::uint64_t times = 256;
    const std::string piece(emulator::anthropic::max_envelope_bytes / times + 1, ' ');
    const RawReply reply =
        send_generated(session.port(), create_head(times * piece.size()), piece, times);
    EXPECT_EQ(reply.status, 413);
    EXPECT_EQ(text_in(object_of(reply), "/error/type"), "request_too_large");
}

TEST(AnthropicLimits, a_hundred_thousand_requests_pass_and_one_more_does_not) {
    AnthropicSession session;
    const auto body_of = [](std::uint64_t requests) {
        std::string body = R"({"requests":[)";
        for (std::uint64_t i = 0; i < requests; ++i) {
            if (i > 0) body += ',';
            body += element(numbered(i), "{}");
        }
        return body + "]}";
    };
    const RawReply refused = session.create(body_of(100'001));
    EXPECT_EQ(refused.status, 413);
    EXPECT_EQ(text_in(object_of(refused), "/error/type"), "request_too_large");
    const boost::json::object full = session.finish(session.start(body_of(100'000)));
    EXPECT_EQ(number_in(full, "/request_counts/errored"), 100'000);
    EXPECT_EQ(session.ledger("create").size(), 1U);
}

}  // namespace
}  // namespace overnight::test
