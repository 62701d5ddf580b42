#include "net/connection.hpp"

#include "net/resolve.hpp"
#include "net/tls_context.hpp"
#include "net/within.hpp"

#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace overnight::net {
namespace {

using asio::ip::tcp;
using core::Errc;
using core::Error;
using core::Result;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int user_timeout_ms = 60'000;  // SUBMISSION 3.1
constexpr auto one_address = 3s;         // before the next address gets its turn
constexpr auto goodbye_time = 250ms;

bool is_end(const boost::system::error_code& ec) {
    return ec == asio::error::eof || ec == asio::ssl::error::stream_truncated;
}

}  // namespace

Connection::Connection(asio::io_context& io, asio::ssl::context* tls, BaseUrl origin)
    : socket_(io), context_(tls), origin_(std::move(origin)), peer_(host_and_port(origin_)) {}

Error Connection::failure(const boost::system::error_code& ec, const char* doing) const {
    ERR_clear_error();
    if (ec == asio::error::operation_aborted) return cancelled_error();
    return {Errc::unavailable, std::string(doing) + " " + peer_ + ": " + ec.message()};
}

asio::awaitable<Result<>> Connection::open(Timeouts timeouts,
                                           AddressPolicy policy,
                                           SocketRule rule) {
    auto connecting = within(connect(timeouts, policy, rule),
                             steady_clock::now() + timeouts.connect, "connecting to " + peer_);
    auto connected = co_await std::move(connecting);
    if (!connected || !origin_.tls) co_return connected;
    auto shaking = within(shake_hands(), steady_clock::now() + timeouts.tls,
                          "the TLS handshake with " + peer_);
    co_return co_await std::move(shaking);
}

asio::awaitable<Result<>> Connection::connect(Timeouts timeouts,
                                              AddressPolicy policy,
                                              SocketRule rule) {
    const auto until = steady_clock::now() + timeouts.connect;
    auto endpoints = co_await resolve(origin_, policy);
    if (!endpoints) co_return std::move(endpoints).error();
    Result<> last;
    for (std::size_t i = 0; i < endpoints->size(); ++i) {
        const bool is_last = i + 1 == endpoints->size();
        const auto at =
            is_last ? until
                    : std::min<steady_clock::time_point>(until, steady_clock::now() + one_address);
        auto attempt = within(connect_to((*endpoints)[i], rule), at, "connecting to " + peer_);
        last = co_await std::move(attempt);
        if (last || last.error().code() == Errc::cancelled) co_return last;
    }
    co_return last;
}

asio::awaitable<Result<>> Connection::connect_to(tcp::endpoint endpoint, SocketRule rule) {
    boost::system::error_code ec;
    socket_.close(ec);
    socket_.open(endpoint.protocol(), ec);
    if (ec) co_return failure(ec, "opening a socket for");
    socket_.set_option(tcp::no_delay(true), ec);
    if (!ec && rule == SocketRule::create)
        socket_.set_option(asio::socket_base::linger(true, 0), ec);
    if (!ec && rule == SocketRule::create &&
        ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout_ms,
                     sizeof user_timeout_ms) != 0)
        ec.assign(errno, boost::system::system_category());
    if (ec) co_return failure(ec, "preparing a socket for");
    const auto [connect_ec] = co_await socket_.async_connect(endpoint, as_values);
    if (connect_ec) co_return failure(connect_ec, "connecting to");
    co_return Result<>();
}

asio::awaitable<Result<>> Connection::shake_hands() {
    tls_.emplace(socket_, *context_);
    auto expected = expect_host(tls_->native_handle(), origin_.host);
    if (!expected) co_return expected;
    const auto [ec] = co_await tls_->async_handshake(asio::ssl::stream_base::client, as_values);
    if (!ec) co_return Result<>();
    const auto trouble = certificate_trouble(tls_->native_handle());
    if (trouble.empty() || ec == asio::error::operation_aborted)
        co_return failure(ec, "the TLS handshake with");
    ERR_clear_error();
    co_return Error(Errc::unavailable,
                    "the certificate of " + peer_ + " is not to be trusted: " + trouble);
}

asio::awaitable<Result<std::size_t>> Connection::read_some(asio::mutable_buffer to) {
    boost::system::error_code failed;
    std::size_t got = 0;
    if (tls_) {
        const auto [ec, n] = co_await tls_->async_read_some(to, as_values);
        failed = ec;
        got = n;
    } else {
        const auto [ec, n] = co_await socket_.async_read_some(to, as_values);
        failed = ec;
        got = n;
    }
    if (got > 0 || is_end(failed)) co_return got;
    co_return failure(failed, "receiving from");
}

asio::awaitable<Result<std::size_t>> Connection::write_some(asio::const_buffer from) {
    boost::system::error_code failed;
    std::size_t sent = 0;
    if (tls_) {
        const auto [ec, n] = co_await tls_->async_write_some(from, as_values);
        failed = ec;
        sent = n;
    } else {
        const auto [ec, n] = co_await socket_.async_write_some(from, as_values);
        failed = ec;
        sent = n;
    }
    if (!failed) co_return sent;
    co_return failure(failed, "sending to");
}

asio::awaitable<Result<>> Connection::shut_tls() {
    const auto [ec] = co_await tls_->async_shutdown(as_values);
    if (ec) co_return failure(ec, "ending the connection to");
    co_return Result<>();
}

asio::awaitable<Result<>> Connection::say_goodbye() {
    boost::system::error_code ec;
    socket_.set_option(asio::socket_base::linger(false, 0), ec);
    if (!tls_) co_return Result<>();
    auto goodbye =
        within(shut_tls(), steady_clock::now() + goodbye_time, "saying goodbye to " + peer_);
    co_return co_await std::move(goodbye);
}

bool Connection::readable() const noexcept {
    char byte = 0;
    auto& socket = const_cast<tcp::socket&>(socket_);
    const ssize_t n = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

bool Connection::ended() const noexcept {
    char byte = 0;
    auto& socket = const_cast<tcp::socket&>(socket_);
    const ssize_t n = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

}  // namespace overnight::net
