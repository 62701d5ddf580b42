#include "recipe/answer_text.hpp"

namespace overnight::recipe {

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\r\n\v\f";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string_view without_fence(std::string_view text) noexcept {
    constexpr std::string_view fence = "```";
    const std::string_view whole = trim(text);
    if (!whole.starts_with(fence)) return whole;
    const std::size_t line_end = whole.find('\n');
    if (line_end == std::string_view::npos) return whole;
    std::string_view inside = trim(whole.substr(line_end + 1));
    if (inside.ends_with(fence)) inside.remove_suffix(fence.size());
    return trim(inside);
}

}  // namespace overnight::recipe
