// When the next ordinary call to an account may begin. Pure: the caller brings times (of the clock
// that does not jump) and random numbers, and a lock where there are threads.
#pragma once

#include "core/clock.hpp"

#include <cstdint>
#include <optional>

namespace overnight::submitter {

struct PaceLimits {
    std::uint32_t concurrency = 8;  ///< calls at once, at least 1
    std::uint32_t a_minute = 0;  ///< calls that may begin in a minute, evenly spread; 0: no limit
};

/// What is known of the server when calls begin.
enum class Outlook {
    good,
    trouble,  ///< it was in trouble when somebody last looked
};

/// Whether a call that failed may have taken effect.
enum class Reached { no, perhaps };

/// One wait for all workers: whoever is told to wait, all wait. Trouble that lasts is met with
/// longer waits, and with one call at a time until one is answered.
class Pace {
public:
    /// The first call keeps its distance too: nobody knows when a process before this one, or a
    /// pass, began its last.
    Pace(PaceLimits limits, Outlook outlook, core::Duration now);

    /// When the next call may begin: now, or a later time; nothing while a call in flight has to
    /// end first.
    std::optional<core::Duration> next(core::Duration now) const;
    /// A call begins. Only after next() allowed it.
    void begin(core::Duration now);

    /// A call ended, begun at `begun`...
    void answered();  ///< the server dealt with it, whatever it said of the line
    /// ...the server wants fewer calls. `asked`: how long it says to wait.
    void limited(core::Duration now,
                 core::Duration begun,
                 std::optional<core::Duration> asked,
                 double random01);
    /// ...the server was not reached, or is in trouble.
    void failed(core::Duration now,
                core::Duration begun,
                std::optional<core::Duration> asked,
                double random01,
                Reached reached);
    void given_up();  ///< ...by us, before it was sent

    /// The server failed calls that may have taken effect, and has answered none since: before the
    /// next line, which may be lost in the same way, it is asked something that costs nothing.
    bool is_doubtful() const noexcept { return doubtful_; }

    /// Until when nothing may begin; in the past when nothing holds it up.
    core::Duration paused_until() const noexcept;
    std::uint32_t in_flight() const noexcept { return in_flight_; }

private:
    core::Duration distance() const;
    core::Duration step(core::Duration now, core::Duration begun, double random01);

    PaceLimits limits_;
    std::uint32_t in_flight_ = 0;
    core::Duration slot_{0};    ///< of the limit a minute: no call before
    core::Duration asked_{0};   ///< the server asked for it, or refused without saying how long
    core::Duration mended_{0};  ///< our own wait after a failure: an answer ends it
    core::Duration paused_at_{0};
    unsigned rounds_ = 0;  ///< pauses in a row that did not help
    bool doubtful_ = false;
};

}  // namespace overnight::submitter
