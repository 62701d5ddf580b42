// One connection to a server, plain or TLS, used from one event loop.
#pragma once

#include "core/error.hpp"
#include "net/base_url.hpp"
#include "net/client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace overnight::net {

/// `create`: the socket rule of SUBMISSION 3.1. Death or abort of this process resets the
/// connection and drops what the kernel has not sent, so that a create cannot travel on without us.
enum class SocketRule { ordinary, create };

class Connection {
public:
    /// `tls` may be null for plain http only; both outlive the connection.
    Connection(boost::asio::io_context& io, boost::asio::ssl::context* tls, BaseUrl origin);

    /// Resolves, connects and shakes hands; once. Not a byte of a request has been sent when it
    /// fails.
    boost::asio::awaitable<core::Result<>> open(Timeouts timeouts,
                                                AddressPolicy policy,
                                                SocketRule rule);

    /// At least one byte, or 0 at the end of the stream, whether or not TLS said goodbye: where a
    /// reply ends is HTTP's business.
    boost::asio::awaitable<core::Result<std::size_t>> read_some(boost::asio::mutable_buffer to);
    /// At least one byte. With TLS each call makes records of its own.
    boost::asio::awaitable<core::Result<std::size_t>> write_some(boost::asio::const_buffer from);
    /// The orderly end after a create: TLS goodbye, no more reset on close.
    boost::asio::awaitable<core::Result<>> say_goodbye();

    /// Something lies unread in the socket, or the peer has closed it. On an idle connection either
    /// makes it useless.
    bool readable() const noexcept;
    /// The peer has closed or reset it, and nothing is left to read.
    bool ended() const noexcept;

    const BaseUrl& origin() const noexcept { return origin_; }
    const std::string& peer() const noexcept { return peer_; }  ///< "host:port"

private:
    boost::asio::awaitable<core::Result<>> connect(Timeouts timeouts,
                                                   AddressPolicy policy,
                                                   SocketRule rule);
    boost::asio::awaitable<core::Result<>> connect_to(boost::asio::ip::tcp::endpoint endpoint,
                                                      SocketRule rule);
    boost::asio::awaitable<core::Result<>> shake_hands();
    boost::asio::awaitable<core::Result<>> shut_tls();
    core::Error failure(const boost::system::error_code& ec, const char* doing) const;

    boost::asio::ip::tcp::socket socket_;
    boost::asio::ssl::context* context_;
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
    BaseUrl origin_;
    std::string peer_;
};

}  // namespace overnight::net
