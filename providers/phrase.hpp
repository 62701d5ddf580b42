// Looking for fixed phrases in a provider's words.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

namespace overnight::providers {

/// True when `text` holds `phrase`, which is in lower case; ASCII letters compare without case.
inline bool holds(std::string_view text, std::string_view phrase) noexcept {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::search(text.begin(), text.end(), phrase.begin(), phrase.end(),
                       [&](char a, char b) { return lower(a) == b; }) != text.end();
}

inline bool holds_one_of(std::string_view text,
                         std::span<const std::string_view> phrases) noexcept {
    return std::any_of(phrases.begin(), phrases.end(), [&](auto p) { return holds(text, p); });
}

}  // namespace overnight::providers
