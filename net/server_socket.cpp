#include "net/server_socket.hpp"

#include <climits>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace overnight::net {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using namespace std::chrono_literals;

constexpr auto linger_time = 2s;               // how long a client may take to read a last reply
constexpr std::size_t linger_bytes = 8 << 20;  // and how much it may still send meanwhile

Error socket_error(int number, const char* doing) {
    if (number == EAGAIN || number == EWOULDBLOCK)
        return {Errc::timed_out,
                std::string("the connection was idle for too long while ") + doing};
    return {Errc::unavailable, std::string(doing) + ": " + std::strerror(number)};
}

void set_time_limits(int fd, std::chrono::milliseconds limit) {
    const timeval t{limit.count() / 1000, (limit.count() % 1000) * 1000};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
}

}  // namespace

ServerSocket::ServerSocket(int fd, SSL_CTX* context, std::chrono::milliseconds idle) : fd_(fd) {
    set_time_limits(fd_, idle);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (context != nullptr) {
        ssl_.reset(SSL_new(context));
        if (ssl_) SSL_set_fd(ssl_.get(), fd_);
    }
}

ServerSocket::~ServerSocket() {
    const std::lock_guard lock(closing_);
    if (fd_ >= 0) ::close(fd_);
}

Result<> ServerSocket::handshake() {
    if (!ssl_) return {};
    if (SSL_accept(ssl_.get()) == 1) return {};
    ERR_clear_error();
    return Error(Errc::unavailable, "the TLS handshake with a client failed");
}

Result<std::size_t> ServerSocket::receive(char* to, std::size_t size) {
    if (fd_ < 0) return std::size_t{0};
    if (ssl_) {
        std::size_t got = 0;
        if (SSL_read_ex(ssl_.get(), to, size, &got) == 1) return got;
        const int saved = errno;
        const int why = SSL_get_error(ssl_.get(), 0);
        ERR_clear_error();
        if (why == SSL_ERROR_ZERO_RETURN) return std::size_t{0};
        return socket_error(why == SSL_ERROR_WANT_READ ? EAGAIN : (saved != 0 ? saved : ECONNRESET),
                            "receiving");
    }
    for (;;) {
        const ssize_t n = ::recv(fd_, to, size, 0);
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno != EINTR) return socket_error(errno, "receiving");
    }
}

Result<> ServerSocket::send_tls(std::string_view bytes) {
    while (!bytes.empty()) {
        std::size_t sent = 0;
        if (SSL_write_ex(ssl_.get(), bytes.data(), std::min<std::size_t>(bytes.size(), INT_MAX),
                         &sent) != 1) {
            ERR_clear_error();
            return Error(Errc::unavailable, "sending over TLS failed");
        }
        bytes.remove_prefix(sent);
    }
    return {};
}

Result<> ServerSocket::send(std::string_view first, std::string_view second) {
    if (fd_ < 0) return Error(Errc::unavailable, "the connection has been closed");
    if (ssl_) {
        OVERNIGHT_TRY(send_tls(first));
        return send_tls(second);
    }
    while (!first.empty() || !second.empty()) {
        std::array<iovec, 2> parts{iovec{const_cast<char*>(first.data()), first.size()},
                                   iovec{const_cast<char*>(second.data()), second.size()}};
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        const ssize_t n = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EINTR) continue;
            return socket_error(errno, "sending");
        }
        const auto of_first = std::min(first.size(), static_cast<std::size_t>(n));
        first.remove_prefix(of_first);
        second.remove_prefix(static_cast<std::size_t>(n) - of_first);
    }
    return {};
}

void ServerSocket::shut() noexcept {
    const std::lock_guard lock(closing_);
    if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
}

void ServerSocket::linger() noexcept {
    ::shutdown(fd_, SHUT_WR);
    set_time_limits(fd_, 500ms);
    const auto until = std::chrono::steady_clock::now() + linger_time;
    std::array<char, 64 << 10> sink;
    std::size_t total = 0;
    while (total < linger_bytes && std::chrono::steady_clock::now() < until) {
        const ssize_t n = ::recv(fd_, sink.data(), sink.size(), 0);
        if (n <= 0) return;
        total += static_cast<std::size_t>(n);
    }
}

void ServerSocket::end_in_order() noexcept {
    if (fd_ < 0) return;
    if (ssl_) {
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
    cut();
}

void ServerSocket::cut() noexcept {
    if (fd_ < 0) return;
    linger();
    const std::lock_guard lock(closing_);
    ::close(std::exchange(fd_, -1));
}

void ServerSocket::reset() noexcept {
    if (fd_ < 0) return;
    // A reset drops what is still queued; the contract is that everything written before arrives
    // first.
    int queued = 0;
    for (int i = 0; i < 500 && ::ioctl(fd_, SIOCOUTQ, &queued) == 0 && queued > 0; ++i)
        std::this_thread::sleep_for(1ms);
    const ::linger abort{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    const std::lock_guard lock(closing_);
    ::close(std::exchange(fd_, -1));
}

}  // namespace overnight::net
