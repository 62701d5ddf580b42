// Telling UTF-8 from other bytes, fast, and making text of what is not.
#pragma once

#include <string>
#include <string_view>

namespace overnight::jsonl {

/// True when all of `text` is well-formed UTF-8. Several gigabytes a second; core::valid_utf8 needs
/// no library.
bool is_utf8(std::string_view text) noexcept;

/// `text` with U+FFFD in place of every byte that is not part of a well-formed character.
std::string repaired_utf8(std::string_view text);

}  // namespace overnight::jsonl
