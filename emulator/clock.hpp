// The emulator's clock: starts at the wall's time and may run faster, or stand still until it is
// moved.
#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>

namespace overnight::emulator {

/// Monotone. Any thread.
class VirtualClock {
public:
    using Real = std::chrono::steady_clock::time_point;

    VirtualClock(double speed, core::TimePoint start)
        : speed_(speed), base_(start), since_(now_real()) {}

    core::TimePoint now() const;
    std::int64_t seconds() const { return core::unix_seconds(now()); }
    void advance(core::Duration by);
    /// When `virtual_time` will have come, at most one second ahead: a later wake-up asks again.
    Real real_time_of(core::TimePoint virtual_time) const;

    static Real now_real() { return std::chrono::steady_clock::now(); }

private:
    mutable std::mutex mutex_;
    const double speed_;
    core::TimePoint base_;
    Real since_;
};

}  // namespace overnight::emulator
