// A small blocking HTTP/1.1 server on loopback, for the emulator and for tests. One thread a
// connection; bodies stream both ways, so a handler never holds a file in memory. It can also
// misbehave on purpose.
#pragma once

#include "core/error.hpp"
#include "model/http.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::net {

struct RequestHead {
    std::string method;
    std::string target;  ///< as sent: path and query
    std::vector<model::HttpHeader> headers;
    std::optional<std::uint64_t> content_length;

    std::optional<std::string_view> header(std::string_view name) const noexcept;
};

/// The request's body, read on demand; Content-Length and chunked alike. One thread.
class BodyReader {
public:
    virtual ~BodyReader() = default;
    /// Up to `size` bytes into `buffer`; 0 at the end. An error when the client went away or broke
    /// HTTP.
    virtual core::Result<std::size_t> read(char* buffer, std::size_t size) = 0;
    /// Everything that is left, up to `max_bytes`; Errc::invalid_input when there is more.
    core::Result<std::string> read_all(std::size_t max_bytes);
};

/// The reply. begin() once, write() any number of times, finish() once; or one of the failures. One
/// thread.
class ResponseWriter {
public:
    virtual ~ResponseWriter() = default;
    /// Without a length the body is chunked. Date, Server and Connection are added. The header
    /// travels with the first write() (an empty one will do) or with finish().
    virtual core::Result<> begin(int status,
                                 const std::vector<model::HttpHeader>& headers,
                                 std::optional<std::uint64_t> content_length) = 0;
    virtual core::Result<> write(std::string_view bytes) = 0;
    virtual core::Result<> finish() = 0;
    /// Ends the connection at once: in order (FIN), or with a reset. Whatever was written before
    /// has been flushed.
    virtual void close() = 0;
    virtual void reset() = 0;
    /// Raw bytes in place of a well-formed reply, for tests of broken servers.
    virtual core::Result<> write_raw(std::string_view bytes) = 0;
    /// Asked to stop when the server is being stopped: a handler that waits on purpose waits on
    /// this too.
    virtual std::stop_token stopping() const noexcept = 0;

    core::Result<> reply(int status,
                         std::string_view content_type,
                         std::string_view body,
                         std::vector<model::HttpHeader> more = {});
};

/// Called on the connection's thread, several at once. What is left of the body is drained
/// afterwards (up to 1 MiB, else the connection is closed). Errors end the connection.
using Handler = std::function<core::Result<>(const RequestHead&, BodyReader&, ResponseWriter&)>;

struct ServerConfig {
    std::string address = "127.0.0.1";        ///< loopback only: anything else is refused
    std::uint16_t port = 0;                   ///< 0: the kernel picks
    std::chrono::milliseconds idle{120'000};  ///< a connection without a byte either way ends
    std::string certificate_file;             ///< PEM; with a key file: TLS
    std::string private_key_file;
};

class Server {
public:
    static core::Result<std::unique_ptr<Server>> start(ServerConfig config, Handler handler);
    ~Server();  ///< stop()
    std::uint16_t port() const noexcept;
    /// Stops accepting, shuts every connection, joins every thread. Any thread but a handler's.
    void stop();

private:
    Server();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace overnight::net
