// The virtual clock.
#include "emulator/clock.hpp"

#include <algorithm>

namespace overnight::emulator {

namespace {

core::Duration scaled(std::chrono::steady_clock::duration real, double speed) {
    return core::Duration{
        static_cast<std::int64_t>(std::chrono::duration<double, std::milli>(real).count() * speed)};
}

}  // namespace

core::TimePoint VirtualClock::now() const {
    const std::lock_guard lock(mutex_);
    return base_ + scaled(now_real() - since_, speed_);
}

void VirtualClock::advance(core::Duration by) {
    const std::lock_guard lock(mutex_);
    base_ += std::max(by, core::Duration{0});
}

VirtualClock::Real VirtualClock::real_time_of(core::TimePoint virtual_time) const {
    constexpr std::chrono::milliseconds longest{1'000};
    const Real real_now = now_real();
    const core::Duration left = virtual_time - now();
    if (left <= core::Duration{0}) return real_now;
    const double milliseconds = speed_ > 0 ? static_cast<double>(left.count()) / speed_
                                           : static_cast<double>(longest.count());
    const double capped = std::min(milliseconds, static_cast<double>(longest.count()));
    return real_now + std::chrono::microseconds{static_cast<std::int64_t>(capped * 1'000) + 200};
}

}  // namespace overnight::emulator
