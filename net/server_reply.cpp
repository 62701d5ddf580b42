// Writing a reply.
#include "net/server_connection.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <cstdio>
#include <ctime>

namespace overnight::net {
namespace {

using core::Errc;
using core::Error;
using core::Result;

// RFC 9110 5.6.7, whatever the locale.
std::string http_date() {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t now = std::time(nullptr);
    std::tm t{};
    gmtime_r(&now, &t);
    std::array<char, 80> text{};
    std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                  days[static_cast<std::size_t>(t.tm_wday)], t.tm_mday,
                  months[static_cast<std::size_t>(t.tm_mon)], t.tm_year + 1900, t.tm_hour, t.tm_min,
                  t.tm_sec);
    return text.data();
}

std::string chunk_head(std::size_t size) {
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "%zx\r\n", size);
    return text.data();
}

}  // namespace

Result<> ServerReply::begin(int status,
                            const std::vector<model::HttpHeader>& headers,
                            std::optional<std::uint64_t> content_length) {
    if (state_ != State::fresh) return Error(Errc::internal, "a reply was begun twice");
    state_ = State::begun;
    const bool no_body = status == 204 || status == 304 || status / 100 == 1;
    const auto reason = boost::beast::http::obsolete_reason(
        boost::beast::http::int_to_status(static_cast<unsigned>(status)));
    pending_ = "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason) +
               "\r\nDate: " + http_date() + "\r\nServer: overnight\r\n";
    for (const auto& h : headers)
        pending_ += h.name + ": " + h.value + "\r\n";
    if (content_length && !no_body)
        pending_ += "Content-Length: " + std::to_string(*content_length) + "\r\n";
    if (!content_length && !no_body) pending_ += "Transfer-Encoding: chunked\r\n";
    pending_ +=
        after_ == After::close ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n";
    if (no_body) body_ = Body::none;
    chunked_ = !content_length;
    left_ = content_length;
    return {};
}

Result<> ServerReply::write(std::string_view bytes) {
    if (state_ != State::begun)
        return Error(Errc::internal, "a reply was written before it was begun");
    if (left_ && bytes.size() > *left_) {
        state_ = State::broken;
        return Error(Errc::internal, "a reply is longer than it said");
    }
    if (left_) *left_ -= bytes.size();
    if (body_ == Body::none) bytes = {};
    Result<> sent;
    if (chunked_ && !bytes.empty()) {
        pending_ += chunk_head(bytes.size());
        sent = socket_.send(pending_, bytes);
        pending_ = "\r\n";  // ends the chunk; goes with whatever comes next
    } else {
        sent = socket_.send(pending_, bytes);
        pending_.clear();
    }
    if (!sent) state_ = State::broken;
    return sent;
}

Result<> ServerReply::finish() {
    if (state_ != State::begun)
        return Error(Errc::internal, "a reply was finished before it was begun");
    state_ = State::broken;
    if (left_ && *left_ > 0 && body_ == Body::allowed)
        return Error(Errc::internal, "a reply is shorter than it said");
    if (chunked_ && body_ == Body::allowed) pending_ += "0\r\n\r\n";
    OVERNIGHT_TRY(socket_.send(pending_));
    pending_.clear();
    state_ = State::finished;
    return {};
}

void ServerReply::close() {
    if (!pending_.empty()) static_cast<void>(socket_.send(pending_));
    pending_.clear();
    state_ = State::broken;
    socket_.cut();
}

void ServerReply::reset() {
    if (!pending_.empty()) static_cast<void>(socket_.send(pending_));
    pending_.clear();
    state_ = State::broken;
    socket_.reset();
}

Result<> ServerReply::write_raw(std::string_view bytes) {
    state_ = State::broken;  // whatever this was, the connection cannot be trusted after it
    const std::string held = std::move(pending_);
    pending_.clear();
    return socket_.send(held, bytes);
}

Result<> ResponseWriter::reply(int status,
                               std::string_view content_type,
                               std::string_view body,
                               std::vector<model::HttpHeader> more) {
    if (!content_type.empty()) more.push_back({"Content-Type", std::string(content_type)});
    OVERNIGHT_TRY(begin(status, more, body.size()));
    OVERNIGHT_TRY(write(body));
    return finish();
}

}  // namespace overnight::net
