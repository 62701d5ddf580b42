// The one way of waiting for two things: the first to finish counts, the other is cancelled and
// joined. Deadlines are made of it. (asio's `a || b` waits for one success, so that an operation
// that fails at once would be heard of only when the timer fires.)
#pragma once

#include "core/error.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace overnight::net {

namespace asio = boost::asio;

/// Operations complete with an error code as a value.
inline constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

inline core::Error cancelled_error() {
    return {core::Errc::cancelled, "stopped on request"};
}

namespace detail {

template <class T>
asio::awaitable<void> put_into(std::optional<T>& slot, asio::awaitable<T> op) {
    slot.emplace(co_await std::move(op));
}

// A coroutine that is cancelled between two awaits ends with operation_aborted; anything else is a
// bug's exception.
template <class T>
core::Result<T> outcome(std::exception_ptr thrown, std::optional<core::Result<T>>& slot) {
    if (!thrown && slot) return std::move(*slot);
    try {
        if (thrown) std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& e) {
        if (e.code() != asio::error::operation_aborted) throw;
    }
    return cancelled_error();
}

}  // namespace detail

/// The result of whichever ends first, by value, error or exception. Both have ended when it
/// returns.
template <class T>
asio::awaitable<core::Result<T>> first_of(asio::awaitable<core::Result<T>> a,
                                          asio::awaitable<core::Result<T>> b) {
    const auto executor = co_await asio::this_coro::executor;
    std::optional<core::Result<T>> of_a;
    std::optional<core::Result<T>> of_b;
    auto start_a = asio::co_spawn(executor, detail::put_into(of_a, std::move(a)), asio::deferred);
    auto start_b = asio::co_spawn(executor, detail::put_into(of_b, std::move(b)), asio::deferred);
    auto both = asio::experimental::make_parallel_group(std::move(start_a), std::move(start_b));
    const auto [order, thrown_a, thrown_b] = co_await std::move(both).async_wait(
        asio::experimental::wait_for_one(), asio::use_awaitable);
    if (order[0] == 0) co_return detail::outcome(thrown_a, of_a);
    co_return detail::outcome(thrown_b, of_b);
}

/// Ends at `at` with Errc::timed_out and `message`, or before with Errc::cancelled.
template <class T, class Clock>
asio::awaitable<core::Result<T>> expiry(std::chrono::time_point<Clock, typename Clock::duration> at,
                                        std::string message) {
    asio::basic_waitable_timer<Clock> timer(co_await asio::this_coro::executor, at);
    const auto [ec] = co_await timer.async_wait(as_values);
    if (ec) co_return cancelled_error();
    co_return core::Error(core::Errc::timed_out, std::move(message));
}

/// `op`, but at most until `at`. `doing` completes "no end of ... in time".
template <class Clock = std::chrono::steady_clock, class T>
asio::awaitable<core::Result<T>> within(asio::awaitable<core::Result<T>> op,
                                        std::chrono::time_point<Clock, typename Clock::duration> at,
                                        std::string doing) {
    auto limit = expiry<T, Clock>(at, "no end of " + std::move(doing) + " in time");
    auto first = first_of<T>(std::move(op), std::move(limit));
    co_return co_await std::move(first);
}

}  // namespace overnight::net
