#include "recipe/toml_depth.hpp"

#include <cstddef>

namespace overnight::recipe {
namespace {

constexpr std::size_t most_dots = 2000;

/// The position behind the text that begins at `at` with a quote.
std::size_t behind_text(std::string_view text, std::size_t at) noexcept {
    const char quote = text[at];
    const bool escapes = quote == '"';
    const bool lines = text.substr(at, 3) == (escapes ? R"(""")" : "'''");
    for (at += lines ? 3 : 1; at < text.size(); ++at) {
        if (escapes && text[at] == '\\') {
            ++at;
        } else if (!lines && (text[at] == quote || text[at] == '\n')) {
            return at + 1;
        } else if (lines && text[at] == quote &&
                   text.substr(at, 3) == std::string_view(escapes ? R"(""")" : "'''")) {
            at += 3;
            while (at < text.size() && text[at] == quote)
                ++at;  // the text itself may end in one or two quotes
            return at;
        }
    }
    return text.size();
}

}  // namespace

bool has_dot_flood(std::string_view text) noexcept {
    std::size_t dots = 0;
    for (std::size_t at = 0; at < text.size() && dots <= most_dots;) {
        const char c = text[at];
        if (c == '"' || c == '\'') {
            at = behind_text(text, at);
        } else if (c == '#') {
            const std::size_t line_end = text.find('\n', at);
            at = line_end == std::string_view::npos ? text.size() : line_end;
        } else {
            dots += c == '.' ? 1 : 0;
            ++at;
        }
    }
    return dots > most_dots;
}

}  // namespace overnight::recipe
