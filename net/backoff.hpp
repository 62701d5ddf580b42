// How long to wait before the next try. Pure: the caller brings the random number.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace overnight::net {

/// Between half of and all of min(cap, base * 2^attempt), by `random01` in [0, 1). `attempt` counts
/// from 0; the first wait is attempt 0. Never below 0, never above `cap`, whatever the arguments.
constexpr std::chrono::milliseconds backoff(unsigned attempt,
                                            std::chrono::milliseconds base,
                                            std::chrono::milliseconds cap,
                                            double random01) noexcept {
    auto full =
        std::clamp(base, std::chrono::milliseconds{0}, std::max(cap, std::chrono::milliseconds{0}));
    for (; attempt > 0 && full.count() > 0 && full < cap; --attempt)
        full = full > cap / 2 ? cap : full * 2;
    const double share = 0.5 + 0.5 * (random01 >= 0 && random01 <= 1 ? random01 : 1.0);
    return std::chrono::milliseconds{
        static_cast<std::int64_t>(static_cast<double>(full.count()) * share)};
}

}  // namespace overnight::net
