// The HTTP client. Calls block the calling thread; each runs its own event loop with deadlines, and ends early when the
// stop token asks. No call retries: who may send twice is decided by the submitter, never here.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>

#include "core/error.hpp"
#include "core/redacted.hpp"
#include "model/http.hpp"

namespace overnight::net {

/// Where an account lives. Made by parse_base_url(); the key goes only to this scheme, host and port.
struct BaseUrl {
    bool tls = true;
    std::string host;
    std::uint16_t port = 443;
    std::string path;  ///< "/v1"; no slash at the end
};

/// Refuses other schemes than https, and http to anything but loopback (127.0.0.0/8, ::1, localhost), user information,
/// a query or fragment, and bytes below 0x21. Errc::configuration.
core::Result<BaseUrl> parse_base_url(std::string_view url);

/// How the key travels: "Authorization: Bearer KEY", "x-api-key: KEY", "x-goog-api-key: KEY".
struct KeyHeader {
    std::string name = "Authorization";
    std::string prefix = "Bearer ";
};

struct Timeouts {
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds tls{10'000};
    std::chrono::milliseconds header{60'000};     ///< from the last request byte to the end of the reply's header
    std::chrono::milliseconds inactivity{60'000};  ///< without a byte of body, either way
    std::chrono::milliseconds total{120'000};      ///< whole control call; transfers of files have no total
};

struct ClientConfig {
    BaseUrl base;
    core::Secret key;
    KeyHeader key_header;
    Timeouts timeouts;
    std::string ca_file;  ///< empty: the system's store, which must not be empty
    std::string user_agent = "overnight";
};

/// What a create came to (SUBMISSION 3.1). Only `not_sent` proves that the provider cannot act on it.
struct NotSent {
    core::Error why;
};
struct NoReply {  ///< the commit byte was handed to the kernel, and no whole reply came back
    core::Error why;
};
using CreateOutcome = std::variant<NotSent, NoReply, model::HttpResponse>;

class Client {
public:
    explicit Client(ClientConfig config);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// One control call; the reply's body is kept up to 8 MiB. A reply of any status is a value. GET follows at most
    /// three redirects, https only, and drops the key when host, port or scheme change; other methods follow none.
    /// Errors: unavailable (connect, TLS, cut), timed_out, cancelled, protocol (malformed, oversized).
    core::Result<model::HttpResponse> send(const model::HttpRequest& request, std::stop_token stop = {});

    /// As send(), without a total deadline: file pieces are streamed from disk while bytes keep moving.
    core::Result<model::HttpResponse> upload(const model::HttpRequest& request, std::stop_token stop = {});

    /// A create that costs money: a fresh connection, linger 0, everything but the last byte of the body is written,
    /// then `commit` runs (it makes the intent durable and may refuse), then the last byte goes, in its own TLS record.
    /// An error from `commit`, or 30 s spent in it, closes the connection with the byte unsent.
    CreateOutcome create(const model::HttpRequest& request,
                         const std::function<core::Result<>()>& commit,
                         std::stop_token stop = {});

    /// Streams a 2xx reply's body to `sink` (at most `max_bytes`); other replies come back with their body, up to
    /// 64 KiB. The body must end as HTTP says it ends: Content-Length or last chunk, else Errc::protocol. The returned
    /// response of a 2xx has an empty body.
    core::Result<model::HttpResponse> download(const model::HttpRequest& request,
                                               const std::function<core::Result<>(std::string_view)>& sink,
                                               std::uint64_t max_bytes,
                                               std::stop_token stop = {});

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace overnight::net
