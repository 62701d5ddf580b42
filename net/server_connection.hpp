// The HTTP side of one server connection: requests in turn, each with a streamed body and a
// streamed reply.
#pragma once

#include "net/server.hpp"
#include "net/server_socket.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::net {

using ServerParser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

/// Reads the body that follows the header that `parser` holds. All references outlive it.
class ServerBody final : public BodyReader {
public:
    ServerBody(ServerSocket& socket,
               boost::beast::flat_buffer& buffer,
               ServerParser& parser,
               bool asked_to_continue)
        : socket_(socket), buffer_(buffer), parser_(parser), continue_owed_(asked_to_continue) {}

    core::Result<std::size_t> read(char* to, std::size_t size) override;
    /// Throws what is left away. False when the connection cannot serve another request.
    bool drain(std::uint64_t max_bytes);

private:
    ServerSocket& socket_;
    boost::beast::flat_buffer& buffer_;
    ServerParser& parser_;
    bool continue_owed_;
};

class ServerReply final : public ResponseWriter {
public:
    enum class Body { allowed, none };  // none: the request was a HEAD
    enum class After { keep_alive, close };
    ServerReply(ServerSocket& socket, Body body, After after, std::stop_token stop)
        : socket_(socket), body_(body), after_(after), stop_(std::move(stop)) {}

    core::Result<> begin(int status,
                         const std::vector<model::HttpHeader>& headers,
                         std::optional<std::uint64_t> content_length) override;
    core::Result<> write(std::string_view bytes) override;
    core::Result<> finish() override;
    void close() override;
    void reset() override;
    core::Result<> write_raw(std::string_view bytes) override;
    std::stop_token stopping() const noexcept override { return stop_; }

    /// The reply was complete and well-formed, and the connection may go on.
    bool may_go_on() const noexcept {
        return state_ == State::finished && after_ == After::keep_alive;
    }

private:
    enum class State { fresh, begun, finished, broken };
    ServerSocket& socket_;
    Body body_;
    After after_;
    std::stop_token stop_;
    State state_ = State::fresh;
    std::string pending_;  // the header, until the first byte of body goes with it
    std::optional<std::uint64_t> left_;
    bool chunked_ = false;
};

/// Serves the connection until either side ends it. Blocks.
void serve_connection(ServerSocket& socket, const Handler& handler, std::stop_token stop);

}  // namespace overnight::net
