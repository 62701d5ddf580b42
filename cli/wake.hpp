// What lets threads sleep until there is news: one counter of changes and one condition variable.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace overnight::cli {

/// Thread-safe.
class Wake {
public:
    /// Something changed: everybody who waits goes on.
    void tell() {
        {
            const std::lock_guard lock(mutex_);
            ++changes_;
        }
        changed_.notify_all();
    }

    std::uint64_t changes() const {
        const std::lock_guard lock(mutex_);
        return changes_;
    }

    /// Until the counter is no longer `seen`, the time is over, or a stop is asked for.
    void wait(std::uint64_t seen, std::chrono::milliseconds at_most, const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, at_most, [&] { return changes_ != seen; });
    }

    /// The whole time, unless a stop is asked for.
    void rest(std::chrono::milliseconds time, const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, time, [] { return false; });
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::uint64_t changes_ = 0;
};

}  // namespace overnight::cli
