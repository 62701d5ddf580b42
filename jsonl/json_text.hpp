// JSON text: writing strings, and telling whether a token is a number.
#pragma once

#include <string>
#include <string_view>

namespace overnight::jsonl {

/// Appends `utf8` as a JSON string with its quotes. Escapes quotes, backslashes, control
/// characters, U+2028 and U+2029; every byte that is not part of well-formed UTF-8 becomes U+FFFD.
/// The result is one line.
void append_json_string(std::string& out, std::string_view utf8);

/// True when all of `text` is one number by the grammar of RFC 8259.
bool is_json_number(std::string_view text) noexcept;

}  // namespace overnight::jsonl
