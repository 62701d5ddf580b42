// Reads one reply out of bytes as they come. No socket. Every byte is untrusted.
#pragma once

#include "core/error.hpp"
#include "model/http.hpp"

#include <boost/beast/core/flat_buffer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace overnight::net {

/// What to do with the body.
struct BodyPlan {
    /// Takes a 2xx body; empty: the body is kept in the response.
    std::function<core::Result<>(std::string_view)> sink;
    std::uint64_t max_bytes =
        8 << 20;  ///< of a 2xx body when there is a sink, else of any body; more is Errc::protocol
};

/// Limits (HARDENING 1.4): header 64 KiB, status line 1 KiB, 200 fields, 16 interim replies; with a
/// sink, of a body that is not 2xx 64 KiB are kept, and more than 8 MiB is an error. Refused: a
/// body that ends with the connection, obsolete line folding, a transfer coding other than chunked,
/// every content coding, protocol switches, what Beast finds malformed.
class ReplyParser {
public:
    explicit ReplyParser(BodyPlan plan);
    ~ReplyParser();

    /// Takes what it can from the front of `buffer`. After an error the parser is of no use. The
    /// sink's own error is passed on; others are Errc::protocol.
    core::Result<> feed(boost::beast::flat_buffer& buffer);
    /// The header has been read, interim replies apart.
    bool has_header() const noexcept;
    bool done() const noexcept;
    /// Once done: the server lets the connection go on.
    bool keep_alive() const noexcept;
    /// Once done, once.
    model::HttpResponse take();

private:
    class Message;
    core::Result<> feed_header(boost::beast::flat_buffer& buffer);
    core::Result<> feed_body(boost::beast::flat_buffer& buffer);

    BodyPlan plan_;
    std::unique_ptr<Message> message_;  // null until the header is complete
    std::size_t searched_ = 0;
    int interim_ = 0;
};

}  // namespace overnight::net
