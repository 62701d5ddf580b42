#include "cli/role_loop.hpp"

#include "cli/caught.hpp"

#include <algorithm>

namespace overnight::cli {
namespace {

bool may_heal(const core::Error& error) noexcept {
    using core::Errc;
    return error.code() == Errc::out_of_space || error.code() == Errc::unavailable ||
           error.code() == Errc::timed_out || error.code() == Errc::conflict;
}

}  // namespace

std::chrono::milliseconds sleep_time(core::TimePoint now, core::TimePoint due) noexcept {
    if (due <= now) return shortest_sleep;
    if (due - now >= longest_sleep) return longest_sleep;  // also for due == max()
    return std::max(due - now, shortest_sleep);
}

std::optional<core::Error> run_role(const RoleWork& work,
                                    Wake& wake,
                                    const core::Clock& clock,
                                    OnTrouble on_trouble,
                                    const std::stop_token& stop) {
    bool mine = false;
    bool told = false;
    while (!stop.stop_requested()) {
        if (!mine) {
            auto taken = caught(work.take_lock);
            if (!taken) return std::move(taken).error();
            mine = *taken;
            if (!mine) {
                if (!told) work.taken_elsewhere();
                told = true;
                wake.rest(lock_retry, stop);
                continue;
            }
            told = false;
        }
        const auto seen = wake.changes();
        auto passed = caught([&] { return work.pass(stop); });
        if (!passed) {
            if (stop.stop_requested() && passed.error().code() == core::Errc::cancelled) return {};
            if (on_trouble == OnTrouble::stop || !may_heal(passed.error()))
                return std::move(passed).error();
            work.trouble(passed.error());
            wake.rest(trouble_pause, stop);
            continue;
        }
        if (passed->worked) {
            wake.tell();
        } else {
            wake.wait(seen, sleep_time(clock.now(), passed->due), stop);
        }
    }
    return {};
}

}  // namespace overnight::cli
