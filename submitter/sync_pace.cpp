#include "submitter/sync_pace.hpp"

#include "net/backoff.hpp"

#include <algorithm>

namespace overnight::submitter {
namespace {

constexpr core::Duration first_pause{1'000};
constexpr core::Duration longest_pause{60'000};
constexpr core::Duration longest_asked{3'600'000};  // a server that asks for more is asked again
constexpr unsigned rounds_to_probe = 2;
constexpr unsigned rounds_in_trouble = 5;  // so that the first failure is met with a long pause

}  // namespace

Pace::Pace(PaceLimits limits, Outlook outlook, core::Duration now)
    : limits_(limits),
      slot_(now + distance()),
      rounds_(outlook == Outlook::trouble ? rounds_in_trouble : 0),
      doubtful_(outlook == Outlook::trouble) {}

core::Duration Pace::distance() const {
    if (limits_.a_minute == 0) return core::Duration{0};
    const core::Duration minute{60'000};
    return (minute + core::Duration(limits_.a_minute - 1)) / limits_.a_minute;
}

std::optional<core::Duration> Pace::next(core::Duration now) const {
    const bool one = doubtful_ || rounds_ >= rounds_to_probe;
    const std::uint32_t most = one ? 1 : limits_.concurrency;
    if (in_flight_ >= most) return std::nullopt;
    return std::max({now, slot_, asked_, mended_});
}

void Pace::begin(core::Duration now) {
    ++in_flight_;
    slot_ = now + distance();
}

void Pace::answered() {
    --in_flight_;
    rounds_ = 0;
    doubtful_ = false;
    mended_ = {};
}

void Pace::given_up() {
    --in_flight_;
}

/// Calls that were under way when a pause began tell nothing new: only one that began after it
/// makes the next pause longer.
core::Duration Pace::step(core::Duration now, core::Duration begun, double random01) {
    if (rounds_ > 0 && begun < paused_at_) return core::Duration{0};
    paused_at_ = now;
    const auto pause = net::backoff(rounds_, first_pause, longest_pause, random01);
    ++rounds_;
    return pause;
}

void Pace::limited(core::Duration now,
                   core::Duration begun,
                   std::optional<core::Duration> asked,
                   double random01) {
    --in_flight_;
    const auto pause = step(now, begun, random01);
    asked_ = std::max(asked_, now + (asked ? std::min(*asked, longest_asked) : pause));
}

void Pace::failed(core::Duration now,
                  core::Duration begun,
                  std::optional<core::Duration> asked,
                  double random01,
                  Reached reached) {
    --in_flight_;
    doubtful_ = doubtful_ || reached == Reached::perhaps;
    mended_ = std::max(mended_, now + step(now, begun, random01));
    if (asked) asked_ = std::max(asked_, now + std::min(*asked, longest_asked));
}

core::Duration Pace::paused_until() const noexcept {
    return std::max(asked_, mended_);
}

}  // namespace overnight::submitter
