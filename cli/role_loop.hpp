// The loop of one role: take the role's lock, do what is due, sleep until there is more.
#pragma once

#include "cli/wake.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

namespace overnight::cli {

/// What a pass of any role says.
struct RolePass {
    core::TimePoint due = core::TimePoint::max();
    bool worked = false;
};

enum class OnTrouble {
    stop,   ///< the first error ends the loop: somebody is watching
    retry,  ///< errors that time may heal (disk full, unavailable) are told, and tried again
};

/// What the loop needs of the world; tests give their own.
struct RoleWork {
    /// True when this process has the role. Called before each pass until it says so.
    std::function<core::Result<bool>()> take_lock;
    std::function<core::Result<RolePass>(std::stop_token)> pass;
    /// Called when the role is found taken by somebody else, once each time.
    std::function<void()> taken_elsewhere;
    /// Called with an error that the loop goes on after.
    std::function<void(const core::Error&)> trouble;
};

/// The store may have been changed by another process, which cannot wake us: nobody sleeps for
/// longer.
inline constexpr std::chrono::milliseconds longest_sleep{2'000};
/// How often a lock that somebody else has is tried again.
inline constexpr std::chrono::milliseconds lock_retry{1'000};
/// After a pass that had nothing to do: a due time in the past is no busy loop.
inline constexpr std::chrono::milliseconds shortest_sleep{10};
inline constexpr std::chrono::milliseconds trouble_pause{30'000};

/// How long to sleep after a pass without work. Pure.
std::chrono::milliseconds sleep_time(core::TimePoint now, core::TimePoint due) noexcept;

/// Runs until a stop is asked for, or an error ends it, which it gives back; an exception is one. A
/// pass that worked tells `wake`, so that the other roles look again.
std::optional<core::Error> run_role(const RoleWork& work,
                                    Wake& wake,
                                    const core::Clock& clock,
                                    OnTrouble on_trouble,
                                    const std::stop_token& stop);

}  // namespace overnight::cli
