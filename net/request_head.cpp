#include "net/request_head.hpp"

#include "net/base_url.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace overnight::net {
namespace {

using core::Errc;
using core::Error;
using core::Result;

constexpr std::size_t max_head_bytes = 32 << 10;

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

bool is_field_value(std::string_view value) {
    return std::none_of(value.begin(), value.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_target(std::string_view target) {
    return !target.empty() && target.front() == '/' &&
           std::all_of(target.begin(), target.end(), [](char c) {
               return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
           });
}

// Headers that decide how the message is framed, where it goes and who pays: a caller that sets one
// has a bug.
bool is_ours(std::string_view name, const KeyHeader& key) {
    constexpr std::array<std::string_view, 12> ours{
        "Host",      "Content-Length", "Transfer-Encoding", "Connection",      "Expect",
        "TE",        "Upgrade",        "Trailer",           "Accept-Encoding", "Authorization",
        "x-api-key", "x-goog-api-key"};
    return same_name(name, key.name) ||
           std::any_of(ours.begin(), ours.end(),
                       [name](std::string_view o) { return same_name(name, o); });
}

void add(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
}

Result<> add_callers(std::string& head, const model::HttpRequest& request, const KeyHeader& key) {
    for (const auto& h : request.headers) {
        if (!is_token(h.name))
            return Error(Errc::invalid_input,
                         "a request header's name has bytes that HTTP does not allow");
        if (is_ours(h.name, key))
            return Error(Errc::invalid_input,
                         "the header " + h.name + " is not the caller's to set");
        if (!is_field_value(h.value))
            return Error(Errc::invalid_input,
                         "the header " + h.name + " holds a control character");
        add(head, h.name, h.value);
    }
    return {};
}

}  // namespace

Result<std::string> request_head(const model::HttpRequest& request,
                                 const ClientConfig& config,
                                 const BaseUrl& origin,
                                 std::string_view target,
                                 Audience audience) {
    if (!is_target(target))
        return Error(Errc::invalid_input,
                     "a request's target must begin with a slash and be visible ASCII");
    if (!is_field_value(config.user_agent))
        return Error(Errc::invalid_input, "the user agent holds a control character");
    std::string head(model::name(request.method));
    head.append(" ").append(target).append(" HTTP/1.1\r\n");
    add(head, "Host", host_header(origin));
    if (audience == Audience::home && !config.key.empty()) {
        if (!is_token(config.key_header.name) || !is_field_value(config.key_header.prefix) ||
            !is_field_value(config.key.reveal()))
            return Error(
                Errc::invalid_input,
                "the key or its header holds a control character (a line end in the key file?)");
        head.append(config.key_header.name).append(": ").append(config.key_header.prefix);
        head.append(config.key.reveal()).append("\r\n");
    }
    add(head, "User-Agent", config.user_agent);
    add(head, "Accept-Encoding", "identity");
    if (audience == Audience::home) OVERNIGHT_TRY(add_callers(head, request, config.key_header));
    const auto bytes = request.body_bytes();
    if (bytes > 0 || request.method == model::HttpMethod::post)
        add(head, "Content-Length", std::to_string(bytes));
    head.append("\r\n");
    if (head.size() > max_head_bytes)
        return Error(Errc::invalid_input, "a request's header is longer than 32 KiB");
    return head;
}

}  // namespace overnight::net
