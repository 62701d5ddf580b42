#include "recipe/toml_guard.hpp"

#include "recipe/toml_section.hpp"

#include <algorithm>
#include <cstddef>

namespace overnight::recipe {
namespace {

using core::Result;

constexpr std::size_t most_dots = 2000;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// The position behind the text that begins at `at` with a quote.
std::size_t behind_text(std::string_view text, std::size_t at) noexcept {
    const char quote = text[at];
    const bool escapes = quote == '"';
    const std::string_view triple = escapes ? R"(""")" : "'''";
    const bool lines = text.substr(at, 3) == triple;
    for (at += lines ? 3 : 1; at < text.size(); ++at) {
        if (escapes && text[at] == '\\') {
            ++at;
        } else if (!lines && (text[at] == quote || text[at] == '\n')) {
            return at + 1;
        } else if (lines && text.substr(at, 3) == triple) {
            at += 3;
            for (int more = 0; more < 2 && at < text.size() && text[at] == quote; ++more)
                ++at;  // they are its end
            return at;
        }
    }
    return text.size();
}

std::uint32_t line_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint32_t>(
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

}  // namespace

Result<> check_toml_text(std::string_view text, std::string_view file) {
    std::size_t dots = 0;
    for (std::size_t at = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
         at < text.size();) {
        const char c = text[at];
        if (c == '"' || c == '\'') {
            at = behind_text(text, at);
        } else if (c == '#') {
            at = std::min(text.find('\n', at), text.size());
        } else if (static_cast<unsigned char>(c) >= 0x80) {
            return toml_error(file, line_at(text, at),
                              "a character outside of quotes that TOML does not have there; texts "
                              "stand in straight "
                              "quotes (\"...\"), and so does a key with letters other than a-z");
        } else if (c == '.' && ++dots > most_dots) {
            return toml_error(file, line_at(text, at), "more than 2,000 dots in keys and numbers");
        } else {
            ++at;
        }
    }
    return {};
}

}  // namespace overnight::recipe
