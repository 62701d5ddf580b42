// How the roles reach a provider: four verbs. net::Client is the real one; tests script their own.
#pragma once

#include "core/error.hpp"
#include "model/http.hpp"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>
#include <variant>

namespace overnight::model {

/// What a create came to (SUBMISSION 3.1). Only NotSent proves that the provider cannot act on it.
struct NotSent {
    core::Error why;
};
struct NoReply {  ///< the commit byte was handed to the kernel, and no whole reply came back
    core::Error why;
};
using CreateOutcome = std::variant<NotSent, NoReply, HttpResponse>;

class Transport {
public:
    virtual ~Transport() = default;

    /// One control call. A reply of any status is a value; nothing is sent twice.
    virtual core::Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) = 0;

    /// As send(), without a total deadline: file pieces are streamed while bytes keep moving.
    virtual core::Result<HttpResponse> upload(const HttpRequest& request, std::stop_token stop) = 0;

    /// A create that costs money: all but the last byte is sent, then `commit` makes the intent
    /// durable (and may refuse), then the last byte goes.
    virtual CreateOutcome create(const HttpRequest& request,
                                 const std::function<core::Result<>()>& commit,
                                 std::stop_token stop) = 0;

    /// Streams a 2xx reply's body to `sink`, at most `max_bytes`; other replies come back with
    /// their body. A body that did not end as HTTP says is an error.
    virtual core::Result<HttpResponse> download(
        const HttpRequest& request,
        const std::function<core::Result<>(std::string_view)>& sink,
        std::uint64_t max_bytes,
        std::stop_token stop) = 0;

    /// Ends creates that are past their commit byte as well, those under way and those to come:
    /// NoReply with Errc::cancelled. For a process that has to go. Any thread.
    virtual void abandon() {}
};

}  // namespace overnight::model
