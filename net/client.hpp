// The HTTP client. Calls block the calling thread; each runs its own event loop with deadlines, and
// ends early when the stop token asks. No call retries (but for a GET whose idle connection turned
// out to be closed): who may send twice is decided by the submitter, never here.
#pragma once

#include "core/error.hpp"
#include "core/redacted.hpp"
#include "model/http.hpp"
#include "model/transport.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>

namespace overnight::net {

/// Where an account lives. Made by parse_base_url(); the key goes only to this scheme, host and
/// port.
struct BaseUrl {
    bool tls = true;
    std::string host;
    std::uint16_t port = 443;
    std::string path;  ///< "/v1"; no slash at the end
};

/// Refuses other schemes than https, and http to anything but loopback (127.0.0.0/8, ::1,
/// localhost), user information, a query or fragment, and bytes below 0x21. Errc::configuration.
core::Result<BaseUrl> parse_base_url(std::string_view url);

/// How the key travels: "Authorization: Bearer KEY", "x-api-key: KEY", "x-goog-api-key: KEY".
struct KeyHeader {
    std::string name = "Authorization";
    std::string prefix = "Bearer ";
};

struct Timeouts {
    std::chrono::milliseconds connect{10'000};  ///< the name's look-up included
    std::chrono::milliseconds tls{10'000};
    /// From the last request byte to the end of the reply's header.
    std::chrono::milliseconds header{60'000};
    /// Within it the body must move by slowest_bytes_per_second, either way: a trickle is as good
    /// as silence.
    std::chrono::milliseconds inactivity{60'000};
    /// Whole control call; of a create, from the commit byte on; transfers of files have no total.
    std::chrono::milliseconds total{120'000};
    /// What a create's commit may take, time of suspension included: an older record is not acted
    /// on.
    std::chrono::milliseconds commit{30'000};
};

inline constexpr std::uint64_t slowest_bytes_per_second = 1024;

struct ClientConfig {
    BaseUrl base;
    core::Secret key;
    KeyHeader key_header;
    Timeouts timeouts;
    std::string ca_file;  ///< empty: the system's store, which must not be empty
    std::string user_agent = "overnight";
    /// Called on the thread of the call whenever bytes move either way; may be empty.
    std::function<void()> on_bytes;
};

using model::CreateOutcome;
using model::NoReply;
using model::NotSent;

/// Any thread, several at once: each call has its own connection while it lasts. Idle ones are kept
/// for later GETs. The server's own words are in Error::remote_detail().
class Client final : public model::Transport {
public:
    explicit Client(ClientConfig config);
    ~Client() override;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// One control call; the reply's body is kept up to 8 MiB. A reply of any status is a value.
    /// GET follows at most three redirects, https only, and drops the key and the caller's headers
    /// when host, port or scheme change; other methods follow none. A GET may use an idle
    /// connection, and is sent a second time if the server had closed that before the first byte of
    /// a reply; other methods use fresh connections.
    ///
    /// Errors: invalid_input (a header, target or file that cannot be sent; nothing was sent),
    /// configuration (no certificates to trust; nothing was sent), unavailable (resolve, connect,
    /// TLS, cut), timed_out, cancelled, protocol (malformed, oversized, compressed, without a
    /// length, a redirect that may not be followed).
    core::Result<model::HttpResponse> send(const model::HttpRequest& request,
                                           std::stop_token stop = {}) override;

    /// As send(), without a total deadline: file pieces are streamed from disk while bytes keep
    /// moving. A reply that comes before everything was sent ends the sending and is returned.
    core::Result<model::HttpResponse> upload(const model::HttpRequest& request,
                                             std::stop_token stop = {}) override;

    /// A create that costs money: a fresh connection, linger 0, everything but the last byte of the
    /// body is written, then `commit` runs, on this thread (it makes the intent durable and may
    /// refuse), then the last byte goes, in its own TLS record. An error from `commit`, a stop, or
    /// more than Timeouts::commit spent in it, closes the connection with the byte unsent: NotSent
    /// with that error. So does a reply that comes before the byte went (unauthorized for 401 and
    /// 403, rate_limited for 429, else unavailable). After it a stop changes nothing, but for
    /// abandon(): the reply is waited for, within the deadlines, and is a value whatever its
    /// status. The connection is closed when this returns.
    CreateOutcome create(const model::HttpRequest& request,
                         const std::function<core::Result<>()>& commit,
                         std::stop_token stop = {}) override;

    /// Streams a 2xx reply's body to `sink` (at most `max_bytes`), on this thread; other replies
    /// come back with their body, up to 64 KiB. The body must end as HTTP says it ends, with its
    /// Content-Length or its last chunk: a cut one is Errc::unavailable, one that has neither, or
    /// is too large, Errc::protocol. An error of the sink ends the call and is returned. The
    /// returned response of a 2xx has an empty body.
    core::Result<model::HttpResponse> download(
        const model::HttpRequest& request,
        const std::function<core::Result<>(std::string_view)>& sink,
        std::uint64_t max_bytes,
        std::stop_token stop = {}) override;

    /// From then on a create whose reply is waited for ends as NoReply with Errc::cancelled.
    void abandon() override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace overnight::net
