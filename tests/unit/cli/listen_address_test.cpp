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
    EXPECT_EQ(parse_listen_address("localhost:1").value().address, "127.0.0.1");
}

TEST(ListenAddress, bad_ones) {
    for (const char* text :
         {"", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
          "127.0.0.1:80x", "[::1:80", "::1]:80", "[]:80", "[:80"})
        EXPECT_FALSE(parse_listen_address(text)) << text;
}

}  // namespace
}  // namespace overnight::cli
