#include "net/request_head.hpp"

#include "scripted.hpp"

#include <gmock/gmock.h>

namespace overnight::net {
namespace {

using testing::HasSubstr;
using testing::Not;

core::Result<std::string> head_of(const model::HttpRequest& request,
                                  const ClientConfig& config = config_for(80),
                                  Audience audience = Audience::home) {
    return request_head(request, config, config.base, request.target, audience);
}

TEST(RequestHead, has_what_http_needs_and_the_key_once) {
    const auto head = head_of(post("/v1/batches", "{}")).value();
    EXPECT_THAT(head, testing::StartsWith("POST /v1/batches HTTP/1.1\r\nHost: 127.0.0.1\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nAuthorization: Bearer " + std::string(test_key) + "\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nContent-Length: 2\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nAccept-Encoding: identity\r\n"));
    EXPECT_THAT(head, testing::EndsWith("\r\n\r\n"));
}

TEST(RequestHead, names_the_key_as_the_provider_wants_it) {
    auto config = config_for(81);
    config.key_header = {"x-goog-api-key", ""};
    const auto head = head_of(get("/"), config).value();
    EXPECT_THAT(head, HasSubstr("\r\nx-goog-api-key: " + std::string(test_key) + "\r\n"));
    EXPECT_THAT(head, HasSubstr("Host: 127.0.0.1:81\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
}

TEST(RequestHead, keeps_key_and_callers_headers_from_strangers) {
    auto request = get("/x");
    request.headers.push_back({"OpenAI-Project", "p"});
    const auto head = head_of(request, config_for(80), Audience::foreign).value();
    EXPECT_THAT(head, Not(HasSubstr("CANARY")));
    EXPECT_THAT(head, Not(HasSubstr("OpenAI-Project")));
}

TEST(RequestHead, refuses_injection) {
    for (const char* target : {"/a\r\nX: y", "/a b", "/a\x7f", "/a\n", "/\xc3\xa4", "", "a"})
        EXPECT_FALSE(head_of(get(target))) << target;
    for (int c = 0; c < 0x20; ++c) {
        auto request = get("/");
        request.headers.push_back(
            {"X-A", std::string("v") + static_cast<char>(c) + "secret-value"});
        const auto head = head_of(request);
        ASSERT_FALSE(head) << c;
        EXPECT_EQ(head.error().code(), core::Errc::invalid_input);
        EXPECT_THAT(head.error().describe(), Not(HasSubstr("secret-value")));
    }
    for (const char* name : {"", "X A", "X:", "X\r\nY", "X\x7f", "H\xc3\xa4"}) {
        auto request = get("/");
        request.headers.push_back({name, "v"});
        EXPECT_FALSE(head_of(request)) << name;
    }
    auto config = config_for(80);
    config.key = core::Secret("sk-broken\n");
    const auto head = head_of(get("/"), config);
    ASSERT_FALSE(head);
    EXPECT_THAT(head.error().describe(), Not(HasSubstr("sk-broken")));
}

TEST(RequestHead, refuses_headers_that_are_ours) {
    for (const char* name :
         {"host", "Content-length", "TRANSFER-ENCODING", "authorization", "X-Api-Key", "Expect"}) {
        auto request = get("/");
        request.headers.push_back({name, "v"});
        EXPECT_FALSE(head_of(request)) << name;
    }
}

TEST(RequestHead, has_a_bound) {
    auto request = get("/");
    request.headers.push_back({"X-Long", std::string(40'000, 'x')});
    EXPECT_FALSE(head_of(request));
}

}  // namespace
}  // namespace overnight::net
