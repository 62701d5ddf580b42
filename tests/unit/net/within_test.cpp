#include "net/within.hpp"

#include "net/session.hpp"

#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <thread>

namespace overnight::net {

// Moves when told to, so that a minute takes no time.
struct MovedClock {
    using duration = std::chrono::steady_clock::duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MovedClock>;
    static constexpr bool is_steady = true;
    static time_point now() { return at; }
    static inline time_point at{};
};

}  // namespace overnight::net

template <>
struct boost::asio::wait_traits<overnight::net::MovedClock> {
    static overnight::net::MovedClock::duration to_wait_duration(
        const overnight::net::MovedClock::duration&) {
        return {};
    }
    static overnight::net::MovedClock::duration to_wait_duration(
        const overnight::net::MovedClock::time_point&) {
        return {};
    }
};

namespace overnight::net {
namespace {

using namespace std::chrono_literals;
using core::Errc;
using core::Result;

asio::awaitable<Result<int>> seven() {
    co_return 7;
}
asio::awaitable<Result<int>> fails() {
    co_return core::Error(Errc::corrupt, "no");
}
asio::awaitable<Result<int>> throws() {
    throw std::runtime_error("boom");
    co_return 7;
}
// Waits for ever, and notes that it was left in an orderly way.
asio::awaitable<Result<int>> forever(bool& ended) {
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    const auto [ec] = co_await timer.async_wait(as_values);
    ended = static_cast<bool>(ec);
    co_return cancelled_error();
}

template <class Op>
Result<int> run(Op op, std::stop_token stop = {}) {
    asio::io_context io;
    return run_blocking(io, std::move(op), stop);
}

TEST(Within, gives_the_value_and_the_error) {
    const auto later = std::chrono::steady_clock::now() + 1h;
    EXPECT_EQ(*run(within(seven(), later, "x")), 7);
    EXPECT_EQ(run(within(fails(), later, "x")).error().code(), Errc::corrupt);
}

TEST(Within, hears_of_an_exception_at_once) {
    const auto later = std::chrono::steady_clock::now() + 1h;
    EXPECT_THROW(static_cast<void>(run(within(throws(), later, "x"))), std::runtime_error);
}

TEST(Within, names_the_timeout_and_joins) {
    bool ended = false;
    MovedClock::at = {};
    const auto op = [&ended]() -> asio::awaitable<Result<int>> {
        auto limited = within<MovedClock>(forever(ended), MovedClock::time_point(60s), "the wait");
        MovedClock::at += 61s;
        co_return co_await std::move(limited);
    };
    const auto result = run(op());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), Errc::timed_out);
    EXPECT_EQ(result.error().message(), "no end of the wait in time");
    EXPECT_TRUE(ended);
}

TEST(Within, a_stop_is_no_timeout) {
    std::stop_source stop;
    bool ended = false;
    std::thread stopper([&stop] { stop.request_stop(); });
    const auto result =
        run(within(forever(ended), std::chrono::steady_clock::now() + 1h, "x"), stop.get_token());
    stopper.join();
    EXPECT_EQ(result.error().code(), Errc::cancelled);
}

TEST(Within, a_stop_before_the_start_counts) {
    std::stop_source stop;
    stop.request_stop();
    bool ended = false;
    EXPECT_EQ(run(forever(ended), stop.get_token()).error().code(), Errc::cancelled);
}

}  // namespace
}  // namespace overnight::net
