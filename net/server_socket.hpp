// One accepted socket, plain or TLS, blocking with a time limit. Models Beast's SyncReadStream.
#pragma once

#include "core/error.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <openssl/ssl.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>

namespace overnight::net {

struct SslDelete {
    void operator()(SSL* p) const noexcept { SSL_free(p); }
    void operator()(SSL_CTX* p) const noexcept { SSL_CTX_free(p); }
};
using SslHandle = std::unique_ptr<SSL, SslDelete>;
using SslContextHandle = std::unique_ptr<SSL_CTX, SslDelete>;

class ServerSocket {
public:
    /// Owns `fd`. `context` may be null: no TLS; else it outlives the socket. `idle` bounds
    /// every blocking call.
    ServerSocket(int fd, SSL_CTX* context, std::chrono::milliseconds idle);
    ~ServerSocket();
    ServerSocket(const ServerSocket&) = delete;
    ServerSocket& operator=(const ServerSocket&) = delete;

    /// Does nothing without TLS.
    core::Result<> handshake();
    /// Up to `size` bytes; 0 at the end of the stream.
    core::Result<std::size_t> receive(char* to, std::size_t size);
    /// All of `first`, then all of `second`, in as few packets as can be.
    core::Result<> send(std::string_view first, std::string_view second = {});

    /// Wakes every call that blocks, for good. Any thread.
    void shut() noexcept;
    /// Says goodbye (TLS close_notify, then FIN) and reads on for a moment, so that the client gets
    /// to read the last reply: a close with unread input would reset the connection.
    void end_in_order() noexcept;
    /// FIN without a TLS goodbye: a cut.
    void cut() noexcept;
    /// RST, once the kernel has delivered what was sent.
    void reset() noexcept;

    // Beast's SyncReadStream.
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, boost::system::error_code& ec) {
        const boost::asio::mutable_buffer to = *boost::asio::buffer_sequence_begin(buffers);
        const auto n = receive(static_cast<char*>(to.data()), to.size());
        if (n && *n > 0)
            ec = {};
        else if (n)
            ec = boost::asio::error::eof;
        else if (n.error().code() == core::Errc::timed_out)
            ec = boost::asio::error::timed_out;
        else
            ec = boost::asio::error::connection_reset;
        return n ? *n : 0;
    }
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers) {
        boost::system::error_code ec;
        const auto n = read_some(buffers, ec);
        if (ec) throw boost::system::system_error(ec);
        return n;
    }

private:
    core::Result<> send_tls(std::string_view bytes);
    void linger() noexcept;

    std::mutex closing_;  // between shut() on another thread and the close of the descriptor
    int fd_;
    SslHandle ssl_;
};

}  // namespace overnight::net
