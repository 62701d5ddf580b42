#include "core/timed_mutex.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace overnight::core {
namespace {

using std::chrono::milliseconds;

TEST(TimedMutex, one_at_a_time) {
    TimedMutex mutex;
    int count = 0;  // guarded by it: ThreadSanitizer looks
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 1'000; ++n) {
                const std::unique_lock lock(mutex);
                ++count;
            }
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(count, 4'000);
}

TEST(TimedMutex, gives_up_behind_its_limit_and_not_before_it_is_free) {
    TimedMutex mutex;
    mutex.lock();
    EXPECT_FALSE(mutex.try_lock());
    std::thread([&] { EXPECT_FALSE(mutex.try_lock_for(milliseconds{5})); }).join();
    std::atomic<bool> got{false};
    std::thread waits([&] { got = mutex.try_lock_for(std::chrono::hours{1}); });
    mutex.unlock();
    waits.join();
    EXPECT_TRUE(got);
    EXPECT_FALSE(mutex.try_lock()) << "the other thread has it";
    mutex.unlock();
    EXPECT_TRUE(mutex.try_lock());
}

}  // namespace
}  // namespace overnight::core
