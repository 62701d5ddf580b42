#include "core/clock.hpp"

#include <cstdio>
#include <ctime>
#include <fstream>

namespace overnight::core {

SystemClock::SystemClock() {
    std::ifstream in("/proc/sys/kernel/random/boot_id");
    if (!(in >> boot_id_)) boot_id_ = "unknown-boot";
}

TimePoint SystemClock::now() const {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

Duration SystemClock::since_boot() const {
    timespec ts{};
    clock_gettime(CLOCK_BOOTTIME, &ts);
    return std::chrono::duration_cast<Duration>(std::chrono::seconds{ts.tv_sec} +
                                                std::chrono::nanoseconds{ts.tv_nsec});
}

std::string iso8601(TimePoint t) {
    const std::time_t seconds = unix_seconds(t);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900,
                  parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
    return text;
}

std::int64_t unix_seconds(TimePoint t) noexcept {
    return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

TimePoint from_unix_seconds(std::int64_t s) noexcept {
    return TimePoint{std::chrono::seconds{s}};
}

}  // namespace overnight::core
