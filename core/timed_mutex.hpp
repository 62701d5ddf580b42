// A mutex that can be waited for with a limit, for std::unique_lock. ThreadSanitizer of g++ 12 does
// not see std::timed_mutex being locked (pthread_mutex_clocklock), and would report each unlocking.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace overnight::core {

class TimedMutex {
public:
    void lock() {
        std::unique_lock held(mutex_);
        free_.wait(held, [this] { return !taken_; });
        taken_ = true;
    }
    bool try_lock() {
        const std::lock_guard held(mutex_);
        if (taken_) return false;
        taken_ = true;
        return true;
    }
    bool try_lock_until(std::chrono::steady_clock::time_point end) {
        std::unique_lock held(mutex_);
        if (!free_.wait_until(held, end, [this] { return !taken_; })) return false;
        taken_ = true;
        return true;
    }
    template <class Rep, class Period>
    bool try_lock_for(std::chrono::duration<Rep, Period> patience) {
        return try_lock_until(
            std::chrono::steady_clock::now() +
            std::chrono::duration_cast<std::chrono::steady_clock::duration>(patience));
    }
    /// Any thread: a transaction may end on another one than it began on.
    void unlock() noexcept {
        {
            const std::lock_guard held(mutex_);
            taken_ = false;
        }
        free_.notify_one();
    }

private:
    std::mutex mutex_;
    std::condition_variable free_;
    bool taken_ = false;
};

}  // namespace overnight::core
