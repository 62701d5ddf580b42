#include "core/clock.hpp"

#include <gtest/gtest.h>

namespace overnight::core {
namespace {

TEST(Clock, writes_iso_8601_in_utc) {
    EXPECT_EQ(iso8601(from_unix_seconds(0)), "1970-01-01T00:00:00Z");
    EXPECT_EQ(iso8601(from_unix_seconds(1'795'251'714)), "2026-11-21T09:01:54Z");
    EXPECT_EQ(iso8601(from_unix_seconds(4'102'444'800)), "2100-01-01T00:00:00Z");
}

TEST(Clock, a_manual_clock_moves_only_when_told) {
    ManualClock clock;
    const auto t = clock.now();
    EXPECT_EQ(clock.now(), t);
    clock.advance(std::chrono::hours{1});
    EXPECT_EQ(clock.now() - t, std::chrono::hours{1});
    const auto boot = clock.since_boot();
    clock.jump_wall(std::chrono::hours{-5});
    EXPECT_EQ(clock.since_boot(), boot);
}

TEST(Clock, the_machine_has_a_boot_id_and_goes_forward) {
    const SystemClock clock;
    EXPECT_FALSE(clock.boot_id().empty());
    const auto before = clock.since_boot();
    EXPECT_GE(clock.since_boot(), before);
}

}  // namespace
}  // namespace overnight::core
