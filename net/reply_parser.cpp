#include "net/reply_parser.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace overnight::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;
using core::Errc;
using core::Error;
using core::Result;
using View = boost::beast::string_view;

constexpr std::size_t max_header_bytes = 64 << 10;
constexpr std::size_t max_status_line_bytes = 1 << 10;
constexpr std::size_t max_fields = 200;
constexpr int max_interim_replies = 16;
constexpr std::uint64_t max_other_bytes = 8 << 20;
constexpr std::size_t kept_other_bytes = 64 << 10;

std::string_view text_of(const boost::beast::flat_buffer& buffer) {
    const auto data = buffer.data();
    return {static_cast<const char*>(data.data()), data.size()};
}

Error malformed(const std::string& what) {
    return {Errc::protocol, "the server's reply breaks HTTP: " + what};
}

// What Beast lets through: folded lines, and lines without a carriage return in some places.
Result<> check_lines(std::string_view head) {
    if (std::min(head.find("\r\n"), head.size()) > max_status_line_bytes)
        return malformed("a status line longer than 1 KiB");
    std::size_t lines = 0;
    for (std::size_t i = 0; i < head.size(); ++i) {
        if (head[i] == '\0') return malformed("a zero byte in the header");
        if (head[i] != '\n') continue;
        ++lines;
        if (i == 0 || head[i - 1] != '\r')
            return malformed("a line that ends without a carriage return");
        if (i + 1 < head.size() && (head[i + 1] == ' ' || head[i + 1] == '\t'))
            return malformed("a folded header line");
    }
    if (lines > max_fields + 2) return malformed("more than 200 header fields");
    return {};
}

}  // namespace

class ReplyParser::Message final : public http::basic_parser<false> {
public:
    explicit Message(const BodyPlan& plan) : plan_(plan) {
        header_limit(max_header_bytes);
        body_limit(boost::none);  // counted here: the limit depends on the status
        eager(true);
    }
    std::optional<Error> failure;
    model::HttpResponse response;

private:
    bool to_sink() const { return plan_.sink && response.status / 100 == 2; }
    std::uint64_t limit() const {
        return plan_.sink && !to_sink() ? max_other_bytes : plan_.max_bytes;
    }

    void fail(Error error, error_code& ec) {
        failure.emplace(std::move(error));
        ec = http::error::bad_value;  // any: `failure` is what counts
    }
    void take_body(View bytes, error_code& ec) {
        ec = {};
        total_ += bytes.size();
        if (total_ > limit())
            return fail(Error(Errc::protocol, "the reply's body is larger than " +
                                                  std::to_string(limit()) + " bytes"),
                        ec);
        if (to_sink()) {
            auto taken = plan_.sink(std::string_view(bytes.data(), bytes.size()));
            if (!taken) fail(std::move(taken).error(), ec);
            return;
        }
        const auto room = plan_.sink
                              ? kept_other_bytes - std::min(kept_other_bytes, response.body.size())
                              : bytes.size();
        response.body.append(bytes.data(), std::min<std::size_t>(room, bytes.size()));
    }

    void on_request_impl(http::verb, View, View, int, error_code&) override {}
    void on_response_impl(int status, View, int, error_code& ec) override {
        ec = {};
        response.status = status;
        if (status < 100 || status > 599)
            fail(malformed("the status " + std::to_string(status)), ec);
    }
    void on_field_impl(http::field, View name, View value, error_code& ec) override {
        ec = {};
        if (in_body_) return;  // trailers mean nothing to us
        response.headers.push_back({std::string(name), std::string(value)});
    }
    void on_header_impl(error_code& ec) override {
        ec = {};
        in_body_ = true;
        if (response.status / 100 == 1) return;
        const auto coding = response.header("Transfer-Encoding");
        if (coding && !boost::beast::iequals(*coding, "chunked"))
            return fail(malformed("an unknown transfer coding"), ec);
        for (const auto& h : response.headers)
            if (boost::beast::iequals(h.name, "Content-Encoding") &&
                !boost::beast::iequals(h.value, "identity"))
                return fail(Error(Errc::protocol,
                                  "the reply is compressed, though we asked for it as it is"),
                            ec);
        if (need_eof() && !is_done())
            return fail(Error(Errc::protocol,
                              "the reply has no length, so that it could be cut without a trace"),
                        ec);
        if (const auto length = content_length(); length && *length > limit() && !is_done())
            fail(Error(Errc::protocol,
                       "the reply's body is larger than " + std::to_string(limit()) + " bytes"),
                 ec);
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override {
        ec = {};
        if (length && !plan_.sink)
            response.body.reserve(static_cast<std::size_t>(std::min(*length, limit())));
    }
    std::size_t on_body_impl(View bytes, error_code& ec) override {
        take_body(bytes, ec);
        return bytes.size();
    }
    void on_chunk_header_impl(std::uint64_t, View, error_code& ec) override { ec = {}; }
    std::size_t on_chunk_body_impl(std::uint64_t, View bytes, error_code& ec) override {
        take_body(bytes, ec);
        return bytes.size();
    }
    void on_finish_impl(error_code& ec) override { ec = {}; }

    const BodyPlan& plan_;
    std::uint64_t total_ = 0;
    bool in_body_ = false;
};

ReplyParser::ReplyParser(BodyPlan plan) : plan_(std::move(plan)) {}
ReplyParser::~ReplyParser() = default;

Result<> ReplyParser::feed(boost::beast::flat_buffer& buffer) {
    while (!message_ && buffer.size() > 0) {
        const auto before = buffer.size();
        OVERNIGHT_TRY(feed_header(buffer));
        if (buffer.size() == before) return {};  // more of the header is to come
    }
    if (!message_) return {};
    return feed_body(buffer);
}

// Waits for the whole header, so that it is judged in one piece.
Result<> ReplyParser::feed_header(boost::beast::flat_buffer& buffer) {
    const std::string_view all = text_of(buffer);
    const auto end = all.find("\r\n\r\n", searched_);
    if (std::min(end, all.size()) > max_header_bytes)
        return malformed("a header longer than 64 KiB");
    if (end == std::string_view::npos) {
        searched_ = all.size() < 3 ? 0 : all.size() - 3;
        constexpr std::string_view begin = "HTTP/1.";
        if (all.substr(0, begin.size()) != begin.substr(0, all.size()))
            return malformed("no HTTP/1 status line");
        return {};
    }
    searched_ = 0;
    const std::string_view head = all.substr(0, end + 4);
    OVERNIGHT_TRY(check_lines(head.substr(0, end + 2)));
    message_ = std::make_unique<Message>(plan_);
    error_code ec;
    const auto used = message_->put(boost::asio::const_buffer(head.data(), head.size()), ec);
    if (message_->failure) return std::move(*message_->failure);
    if (ec == http::error::need_more && message_->is_header_done()) ec = {};
    if (ec) return malformed(ec.message());
    if (!message_->is_header_done() || used != head.size())
        return malformed("a header that ends too early");
    buffer.consume(used);
    const int status = message_->response.status;
    if (status == 101) return malformed("a protocol switch that nobody asked for");
    if (status / 100 != 1) return {};
    message_.reset();
    if (++interim_ > max_interim_replies) return malformed("more than 16 interim replies");
    return {};
}

Result<> ReplyParser::feed_body(boost::beast::flat_buffer& buffer) {
    while (buffer.size() > 0 && !message_->is_done()) {
        error_code ec;
        const auto used = message_->put(buffer.data(), ec);
        if (message_->failure) return std::move(*message_->failure);
        buffer.consume(used);
        if (ec == http::error::need_more) {
            if (buffer.size() > max_header_bytes)
                return malformed("a chunk's header or a trailer longer than 64 KiB");
            return {};
        }
        if (ec) return malformed(ec.message());
    }
    return {};
}

bool ReplyParser::has_header() const noexcept {
    return message_ != nullptr;
}
bool ReplyParser::done() const noexcept {
    return message_ && message_->is_done();
}
bool ReplyParser::keep_alive() const noexcept {
    return message_ && message_->is_done() && message_->keep_alive();
}
model::HttpResponse ReplyParser::take() {
    return std::move(message_->response);
}

}  // namespace overnight::net
