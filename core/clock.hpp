// Time enters through this interface, so that tests move it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace overnight::core {

using Duration = std::chrono::milliseconds;
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

class Clock {
public:
    virtual ~Clock() = default;
    /// Wall time, UTC. May jump.
    virtual TimePoint now() const = 0;
    /// Time since boot, counting suspension; never jumps within one boot_id().
    virtual Duration since_boot() const = 0;
    /// Names the boot that since_boot() counts from.
    virtual const std::string& boot_id() const = 0;
};

/// The machine's clock. Any thread.
class SystemClock final : public Clock {
public:
    SystemClock();
    TimePoint now() const override;
    Duration since_boot() const override;
    const std::string& boot_id() const override { return boot_id_; }

private:
    std::string boot_id_;
};

/// A clock that moves when told to. One thread.
class ManualClock final : public Clock {
public:
    explicit ManualClock(TimePoint start = TimePoint{std::chrono::seconds{1'800'000'000}})
        : now_(start) {}
    TimePoint now() const override { return now_; }
    Duration since_boot() const override { return boot_; }
    const std::string& boot_id() const override { return boot_id_; }
    void advance(Duration d) {
        now_ += d;
        boot_ += d;
    }
    void jump_wall(Duration d) { now_ += d; }
    void reboot(std::string id) {
        boot_id_ = std::move(id);
        boot_ = Duration{0};
    }

private:
    TimePoint now_;
    Duration boot_{1'000'000};
    std::string boot_id_ = "boot-1";
};

/// "2026-11-21T08:48:34Z"; UTC, whole seconds.
std::string iso8601(TimePoint t);
std::int64_t unix_seconds(TimePoint t) noexcept;
TimePoint from_unix_seconds(std::int64_t s) noexcept;

}  // namespace overnight::core
