// Text for people: escaping what is not ours, naming sizes, guessing what was meant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace overnight::core {

/// Makes untrusted text safe for a terminal or a log line: C0 (also newline and tab), DEL, C1,
/// escape sequences, bidi controls and invalid UTF-8 come out as \u{XX}; longer than `max_bytes` is
/// cut, with "..." behind.
std::string printable(std::string_view untrusted, std::size_t max_bytes = 400);

/// True when `text` is well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF).
bool valid_utf8(std::string_view text) noexcept;

/// "1,234,567".
std::string grouped(std::uint64_t n);
/// "12.3 MB": powers of 1000, one decimal from kB up.
std::string bytes_text(std::uint64_t n);

/// The candidate nearest to `word` by edit distance, or "" when none is near enough to suggest.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace overnight::core
