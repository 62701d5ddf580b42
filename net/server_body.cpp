// Reading a request's body.
#include "net/server_connection.hpp"

#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <array>

namespace overnight::net {

using core::Errc;
using core::Error;
using core::Result;

namespace http = boost::beast::http;

Result<std::size_t> ServerBody::read(char* to, std::size_t size) {
    if (size == 0 || parser_.is_done()) return std::size_t{0};
    if (continue_owed_) {
        continue_owed_ = false;
        OVERNIGHT_TRY(socket_.send("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    auto& body = parser_.get().body();
    body.data = to;
    body.size = size;
    while (body.size == size && !parser_.is_done()) {
        boost::system::error_code ec;
        http::read_some(socket_, buffer_, parser_, ec);
        if (!ec || ec == http::error::need_buffer) continue;
        if (ec == boost::asio::error::timed_out)
            return Error(Errc::timed_out, "the client stopped sending its request's body");
        if (ec == http::error::partial_message || ec == http::error::end_of_stream ||
            ec == boost::asio::error::eof || ec == boost::asio::error::connection_reset)
            return Error(Errc::unavailable, "the client went away within its request's body");
        return Error(Errc::protocol, "the request's body breaks HTTP: " + ec.message());
    }
    return size - body.size;
}

bool ServerBody::drain(std::uint64_t max_bytes) {
    if (parser_.is_done()) return true;
    if (continue_owed_)
        return false;  // whether a body follows is the client's choice: nothing can be known
    std::array<char, 64 << 10> sink;
    for (std::uint64_t total = 0; total <= max_bytes;) {
        const auto n = read(sink.data(), sink.size());
        if (!n) return false;
        if (*n == 0) return true;
        total += *n;
    }
    return false;
}

Result<std::string> BodyReader::read_all(std::size_t max_bytes) {
    constexpr std::size_t step = 64 << 10;
    std::string all;
    for (;;) {
        const std::size_t had = all.size();
        all.resize(std::max(all.capacity(), had + step));
        OVERNIGHT_TRY_ASSIGN(const std::size_t n, read(all.data() + had, all.size() - had));
        all.resize(had + n);
        if (n == 0) return all;
        if (all.size() > max_bytes)
            return Error(Errc::invalid_input, "the request's body is larger than " +
                                                  std::to_string(max_bytes) + " bytes");
        if (all.capacity() - all.size() < step) all.reserve(all.capacity() * 2);
    }
}

}  // namespace overnight::net
