#include "recipe/json_number.hpp"

#include <charconv>
#include <cstdint>

namespace overnight::recipe {

bool is_whole_number(std::string_view number) noexcept {
    const std::size_t e = number.find_first_of("eE");
    const std::string_view mantissa = number.substr(0, e);
    const std::size_t point = mantissa.find('.');
    if (mantissa.find_first_of("123456789") == std::string_view::npos) return true;  // zero
    // The value is a digit string times ten to the power of (exponent - digits behind the point):
    // whole when that many zeros end the string.
    std::int64_t exponent = 0;
    if (e != std::string_view::npos) {
        std::string_view text = number.substr(e + 1);
        if (text.starts_with('+')) text.remove_prefix(1);
        if (std::from_chars(text.data(), text.data() + text.size(), exponent).ec != std::errc{}) {
            return !text.starts_with('-');
        }
    }
    std::int64_t behind_point = 0;
    std::int64_t trailing_zeros = 0;
    if (point != std::string_view::npos)
        behind_point = static_cast<std::int64_t>(mantissa.size() - point - 1);
    for (std::size_t i = mantissa.size(); i > 0; --i) {
        if (mantissa[i - 1] == '.') continue;
        if (mantissa[i - 1] != '0') break;
        ++trailing_zeros;
    }
    return exponent >= behind_point - trailing_zeros;
}

bool is_finite_number(std::string_view number) noexcept {
    double value = 0;
    return std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc{};
}

void append_double(std::string& out, double value) {
    char text[32];
    const char* const end = std::to_chars(text, text + sizeof text, value).ptr;
    const std::string_view written(text, static_cast<std::size_t>(end - text));
    out += written;
    if (written.find_first_of(".e") == std::string_view::npos) out += ".0";
}

}  // namespace overnight::recipe
