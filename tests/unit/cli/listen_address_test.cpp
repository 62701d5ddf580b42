#include "cli/listen_address.hpp"

#include <gtest/gtest.h>

namespace overnight::cli {
namespace {

TEST(ListenAddress, good_ones) {
    const auto v4 = parse_listen_address("127.0.0.1:8080");
    ASSERT_TRUE(v4);
    EXPECT_EQ(v4->address, "127.0.0.1");
    EXPECT_EQ(v4->port, 8080);
    const auto v6 = parse_listen_address("[::1]:0");
    ASSERT_TRUE(v6);
    EXPECT_EQ(v6->address, "::1");
    EXPECT_EQ(v6->port, 0);
    EXPECT_EQ(parse_listen_address("127.8.8.8:1").value().address, "127.8.8.8");
    EXPECT_EQ(parse_listen_address("localhost:1").value().address, "127.0.0.1");
}

TEST(ListenAddress, bad_ones) {
    for (const char* text :
         {"", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
          "127.0.0.1:80x", "[::1:80", "::1]:80", "[]:80", "[:80"})
        EXPECT_FALSE(parse_listen_address(text)) << text;
}

TEST(ListenAddress, others_than_this_machine_are_refused) {
    for (const char* text : {"0.0.0.0:80", "8.8.8.8:80", "[::]:0", "[2001:db8::1]:1",
                             "example.com:1", "127.0.0.1.example.com:1", "128.0.0.1:1"}) {
        const auto listen = parse_listen_address(text);
        ASSERT_FALSE(listen) << text;
        EXPECT_NE(listen.error().message().find("this machine only"), std::string::npos);
    }
}

}  // namespace
}  // namespace overnight::cli
