// Listening, one thread a connection, and the end of all of them.
#include "net/server.hpp"

#include "net/server_connection.hpp"
#include "net/server_socket.hpp"

#include <openssl/err.h>

#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stop_token>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace overnight::net {
namespace {

using core::Errc;
using core::Error;
using core::Result;

struct Address {
    sockaddr_storage bytes{};
    socklen_t size = 0;
};

Result<Address> loopback_address(const std::string& text, std::uint16_t port) {
    Address address;
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (::inet_pton(AF_INET, text == "localhost" ? "127.0.0.1" : text.c_str(), &v4.sin_addr) == 1 &&
        (ntohl(v4.sin_addr.s_addr) >> 24) == 127) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&address.bytes, &v4, sizeof v4);
        address.size = sizeof v4;
        return address;
    }
    if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1 &&
        IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr)) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        std::memcpy(&address.bytes, &v6, sizeof v6);
        address.size = sizeof v6;
        return address;
    }
    return Error(Errc::configuration, "a server listens on loopback only, not on \"" + text + "\"");
}

Result<SslContextHandle> tls_context(const ServerConfig& config) {
    SslContextHandle context(SSL_CTX_new(TLS_server_method()));
    // Whether a certificate is any good is for the client to judge: tests show it bad ones.
    if (context) SSL_CTX_set_security_level(context.get(), 0);
    const bool ready =
        context && SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1 &&
        SSL_CTX_use_certificate_chain_file(context.get(), config.certificate_file.c_str()) == 1 &&
        SSL_CTX_use_PrivateKey_file(context.get(), config.private_key_file.c_str(),
                                    SSL_FILETYPE_PEM) == 1;
    ERR_clear_error();
    if (!ready)
        return Error(Errc::configuration, "cannot use " + config.certificate_file + " and " +
                                              config.private_key_file + " for TLS");
    return context;
}

Error system_failure(const std::string& doing) {
    return {errno == EADDRINUSE ? Errc::conflict : Errc::configuration,
            doing + ": " + std::strerror(errno)};
}

}  // namespace

struct Server::Impl {
    struct Connection {
        explicit Connection(int fd, SSL_CTX* context, std::chrono::milliseconds idle)
            : socket(fd, context, idle) {}
        ServerSocket socket;
        std::atomic<bool> done{false};
        std::thread thread;
    };

    ServerConfig config;
    Handler handler;
    SslContextHandle context;
    int listener = -1;
    std::uint16_t port = 0;
    std::stop_source stopping;
    std::mutex mutex;  // guards connections
    std::list<Connection> connections;
    std::thread acceptor;
    std::once_flag stopped;

    ~Impl() {
        if (listener >= 0) ::close(listener);
    }

    Result<> listen() {
        OVERNIGHT_TRY_ASSIGN(Address address, loopback_address(config.address, config.port));
        auto* const raw = reinterpret_cast<sockaddr*>(&address.bytes);
        listener = ::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (listener < 0) return system_failure("opening a socket");
        const int on = 1;
        ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (::bind(listener, raw, address.size) != 0 || ::listen(listener, SOMAXCONN) != 0)
            return system_failure("listening on " + config.address + ":" +
                                  std::to_string(config.port));
        address.size = sizeof address.bytes;
        if (::getsockname(listener, raw, &address.size) != 0)
            return system_failure("reading the port");
        port = ntohs(address.bytes.ss_family == AF_INET
                         ? reinterpret_cast<sockaddr_in*>(raw)->sin_port
                         : reinterpret_cast<sockaddr_in6*>(raw)->sin6_port);
        return {};
    }

    // Signals belong to the program's own threads, and OpenSSL writes without MSG_NOSIGNAL.
    static void block_signals() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, nullptr);
    }

    void serve(Connection& connection) {
        block_signals();
        serve_connection(connection.socket, handler, stopping.get_token());
        connection.socket.shut();  // the descriptor itself lives until the thread is joined
        connection.done = true;
    }

    void join_finished() {
        std::list<Connection> finished;
        {
            const std::lock_guard lock(mutex);
            for (auto it = connections.begin(); it != connections.end();) {
                const auto next = std::next(it);
                if (it->done) finished.splice(finished.end(), connections, it);
                it = next;
            }
        }
        for (auto& c : finished)
            c.thread.join();
    }

    void accept_one() {
        const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) {  // no descriptor to be had, perhaps: the client still waits, so do we
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            return;
        }
        const std::lock_guard lock(mutex);
        auto& c = connections.emplace_back(fd, context.get(), config.idle);
        try {
            c.thread = std::thread([this, &c] { serve(c); });
        } catch (const std::system_error&) {
            connections.pop_back();  // no thread to be had: the client sees a closed connection and
                                     // comes again
        }
    }

    // The limit makes finished connections go away on an idle server too; stop() does not wait for
    // it.
    void accept_loop() {
        block_signals();
        while (!stopping.stop_requested()) {
            pollfd waiting{listener, POLLIN, 0};
            const int n = ::poll(&waiting, 1, 1000);
            if (n > 0 && !stopping.stop_requested()) accept_one();
            join_finished();
        }
    }

    void stop() {
        stopping.request_stop();
        ::shutdown(listener, SHUT_RDWR);  // wakes poll()
        acceptor.join();
        {
            const std::lock_guard lock(mutex);
            for (auto& c : connections)
                c.socket.shut();
        }
        for (auto& c : connections)
            c.thread.join();  // nobody else touches the list any more
        connections.clear();
    }
};

Server::Server() : impl_(std::make_unique<Impl>()) {}

Result<std::unique_ptr<Server>> Server::start(ServerConfig config, Handler handler) {
    std::unique_ptr<Server> server(new Server);
    Impl& impl = *server->impl_;
    impl.config = std::move(config);
    impl.handler = std::move(handler);
    if (!impl.config.certificate_file.empty()) {
        OVERNIGHT_TRY_ASSIGN(impl.context, tls_context(impl.config));
    }
    OVERNIGHT_TRY(impl.listen());
    impl.acceptor = std::thread([&impl] { impl.accept_loop(); });
    return server;
}

Server::~Server() {
    stop();
}

std::uint16_t Server::port() const noexcept {
    return impl_->port;
}

void Server::stop() {
    std::call_once(impl_->stopped, [this] {
        if (impl_->acceptor.joinable()) impl_->stop();
    });
}

}  // namespace overnight::net
