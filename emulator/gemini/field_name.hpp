// Names of proto fields as JSON has them: the API takes camelCase and snake_case
// (providers/gemini.md 1).
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace overnight::emulator::gemini {

/// "responseMimeType" and "response_mime_type" both give the latter.
inline std::string snake_case(std::string_view name) {
    std::string snake;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z') {
            snake += '_';
            snake += static_cast<char>(c - 'A' + 'a');
        } else {
            snake += c;
        }
    }
    return snake;
}

/// Whether a message has the field; `fields` in snake_case.
inline bool has_field(std::span<const std::string_view> fields, std::string_view snake) {
    return std::find(fields.begin(), fields.end(), snake) != fields.end();
}

}  // namespace overnight::emulator::gemini
