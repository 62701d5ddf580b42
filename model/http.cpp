#include "model/http.hpp"

#include <algorithm>
#include <cctype>

namespace overnight::model {

std::string_view name(HttpMethod method) noexcept {
    switch (method) {
    case HttpMethod::get:
        return "GET";
    case HttpMethod::post:
        return "POST";
    case HttpMethod::del:
        return "DELETE";
    }
    return "GET";
}

std::uint64_t HttpRequest::body_bytes() const noexcept {
    std::uint64_t total = 0;
    for (const auto& piece : body) {
        if (const auto* text = std::get_if<std::string>(&piece)) total += text->size();
        if (const auto* file = std::get_if<FilePiece>(&piece)) total += file->length;
    }
    return total;
}

std::optional<std::string_view> HttpResponse::header(std::string_view wanted) const noexcept {
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    for (const auto& h : headers)
        if (std::equal(h.name.begin(), h.name.end(), wanted.begin(), wanted.end(),
                       [&](char a, char b) { return lower(a) == lower(b); }))
            return h.value;
    return std::nullopt;
}

std::string url_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto b = static_cast<unsigned char>(c);
        if (std::isalnum(b) || c == '-' || c == '.' || c == '_' || c == '~') {
            out.push_back(c);
        } else {
            out.push_back('%');
            out.push_back(digits[b >> 4]);
            out.push_back(digits[b & 15]);
        }
    }
    return out;
}

}  // namespace overnight::model
