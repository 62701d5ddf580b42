#include "net/backoff.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace overnight::net {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, doubles_up_to_the_cap) {
    EXPECT_EQ(backoff(0, 100ms, 1s, 1.0), 100ms);
    EXPECT_EQ(backoff(1, 100ms, 1s, 1.0), 200ms);
    EXPECT_EQ(backoff(3, 100ms, 1s, 1.0), 800ms);
    EXPECT_EQ(backoff(4, 100ms, 1s, 1.0), 1s);
    EXPECT_EQ(backoff(4'000'000'000, 100ms, 1s, 1.0), 1s);
}

TEST(Backoff, jitters_between_half_and_all) {
    EXPECT_EQ(backoff(1, 100ms, 1s, 0.0), 100ms);
    EXPECT_EQ(backoff(1, 100ms, 1s, 0.5), 150ms);
}

TEST(Backoff, survives_senseless_arguments) {
    EXPECT_EQ(backoff(3, 0ms, 1s, 0.5), 0ms);
    EXPECT_EQ(backoff(3, -5ms, 1s, 0.5), 0ms);
    EXPECT_EQ(backoff(3, 5ms, -1s, 0.5), 0ms);
    EXPECT_EQ(backoff(0, 5s, 1s, 1.0), 1s);
    EXPECT_EQ(backoff(0, 100ms, 1s, 7.0), 100ms);
    EXPECT_EQ(backoff(0, 100ms, 1s, std::numeric_limits<double>::quiet_NaN()), 100ms);
    const auto most = std::chrono::milliseconds::max();
    EXPECT_GT(backoff(90, most / 3, most, 0.25), 0ms);
}

}  // namespace
}  // namespace overnight::net
