#include "net/server_connection.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <limits>

namespace overnight::net {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t read_bytes = 256 << 10;
constexpr std::uint32_t header_bytes = 64 << 10;
constexpr std::uint64_t drain_bytes = 1 << 20;

RequestHead head_of(const ServerParser& parser) {
    const auto& message = parser.get();
    RequestHead head;
    head.method = std::string(message.method_string());
    head.target = std::string(message.target());
    for (const auto& field : message)
        head.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    if (const auto length = parser.content_length()) head.content_length = *length;
    return head;
}

// One request and its reply. True when the connection may carry another one.
bool serve_one(ServerSocket& socket,
               boost::beast::flat_buffer& buffer,
               ServerParser& parser,
               const Handler& handler,
               std::stop_token stop) {
    const RequestHead head = head_of(parser);
    const auto expect = head.header("Expect");
    ServerBody body(socket, buffer, parser,
                    expect && boost::beast::iequals(*expect, "100-continue"));
    ServerReply reply(
        socket, head.method == "HEAD" ? ServerReply::Body::none : ServerReply::Body::allowed,
        parser.keep_alive() ? ServerReply::After::keep_alive : ServerReply::After::close, stop);
    if (!handler(head, body, reply)) return false;
    if (!reply.may_go_on()) return false;
    return body.drain(drain_bytes);
}

}  // namespace

std::optional<std::string_view> RequestHead::header(std::string_view name) const noexcept {
    for (const auto& h : headers)
        if (boost::beast::iequals(h.name, name)) return h.value;
    return std::nullopt;
}

void serve_connection(ServerSocket& socket, const Handler& handler, std::stop_token stop) {
    if (!socket.handshake()) return;
    boost::beast::flat_buffer buffer(read_bytes);
    buffer.reserve(read_bytes);
    for (bool go_on = true; go_on && !stop.stop_requested();) {
        ServerParser parser;
        parser.header_limit(header_bytes);
        parser.body_limit(boost::none);
        boost::system::error_code ec;
        http::read_header(socket, buffer, parser, ec);
        if (ec == http::make_error_code(http::error::end_of_stream)) break;
        if (ec.category() == http::make_error_code(http::error::end_of_stream).category() &&
            ec != http::error::partial_message) {
            static_cast<void>(socket.send(
                "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            break;
        }
        if (ec) return;
        go_on = serve_one(socket, buffer, parser, handler, stop);
    }
    socket.end_in_order();
}

}  // namespace overnight::net
