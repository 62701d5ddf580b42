// An event loop of its own and the connection that lives on it: what one blocking call uses, and
// the next one may reuse.
#pragma once

#include "core/error.hpp"
#include "net/connection.hpp"
#include "net/within.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace overnight::net {

struct Session {
    Session(boost::asio::ssl::context* tls, const BaseUrl& origin) : connection(io, tls, origin) {}

    boost::asio::io_context io{1};
    Connection connection;
    boost::beast::flat_buffer buffer;
    std::chrono::steady_clock::time_point idle_since{};
};

/// Whether a stop still ends an operation; asked on the thread that runs it.
using Stoppable = std::function<bool()>;

/// Runs `op` on `io` on this thread until it has ended. A stop cancels it while `stoppable` says
/// so, or always without one; `abandon` cancels it whatever `stoppable` says. It is joined all the
/// same.
template <class T>
core::Result<T> run_blocking(boost::asio::io_context& io,
                             asio::awaitable<core::Result<T>> op,
                             std::stop_token stop,
                             const Stoppable& stoppable = {},
                             std::stop_token abandon = {}) {
    asio::cancellation_signal cancel;
    std::optional<core::Result<T>> result;
    std::exception_ptr thrown;
    asio::co_spawn(io, detail::put_into(result, std::move(op)),
                   asio::bind_cancellation_slot(cancel.slot(),
                                                [&thrown](std::exception_ptr e) { thrown = e; }));
    {
        const std::stop_callback on_stop(stop, [&io, &cancel, &stoppable] {
            asio::post(io, [&cancel, &stoppable] {
                if (!stoppable || stoppable()) cancel.emit(asio::cancellation_type::terminal);
            });
        });
        const std::stop_callback on_abandon(abandon, [&io, &cancel] {
            asio::post(io, [&cancel] { cancel.emit(asio::cancellation_type::terminal); });
        });
        io.restart();
        io.run();
    }
    // A stop that came as the operation ended may have left its message behind, which must not
    // outlive `cancel`.
    io.restart();
    io.poll();
    return detail::outcome(thrown, result);
}

}  // namespace overnight::net
