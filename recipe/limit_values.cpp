#include "recipe/limit_values.hpp"

#include "recipe/recipe.hpp"

#include <algorithm>
#include <charconv>

namespace overnight::recipe {
namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// A two-digit number below `limit`.
bool two_digits_below(std::string_view text, int limit) noexcept {
    return text.size() == 2 && is_digit(text[0]) && is_digit(text[1]) &&
           (text[0] - '0') * 10 + (text[1] - '0') < limit;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, code] = std::from_chars(text.data(), end, number);
    if (code != std::errc{} || number < 0 || text[0] == '-') return std::nullopt;
    const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    std::int64_t factor = 0;
    if (unit == "ms") factor = 1;
    if (unit == "s") factor = 1000;
    if (unit == "m") factor = 60'000;
    if (unit == "h") factor = 3'600'000;
    if (unit == "d") factor = 86'400'000;
    constexpr std::int64_t longest = 366LL * 86'400'000;  // a year, so that sums never overflow
    if (factor == 0 || number > longest / factor) return std::nullopt;
    return std::chrono::milliseconds{number * factor};
}

std::optional<std::string> parse_usd(std::string_view text) {
    constexpr std::string_view currency = "USD";
    if (!text.ends_with(currency)) return std::nullopt;
    text.remove_suffix(currency.size());
    const std::size_t digits_end = text.find_last_not_of(' ');
    if (digits_end == std::string_view::npos || digits_end + 1 == text.size()) return std::nullopt;
    const std::string_view amount = text.substr(0, digits_end + 1);
    const std::size_t point = amount.find('.');
    const std::string_view whole = amount.substr(0, point);
    const std::string_view part =
        point == std::string_view::npos ? std::string_view("0") : amount.substr(point + 1);
    if (whole.empty() || part.empty() || whole.size() > 12 || part.size() > 9) return std::nullopt;
    if (!std::all_of(whole.begin(), whole.end(), is_digit)) return std::nullopt;
    if (!std::all_of(part.begin(), part.end(), is_digit)) return std::nullopt;
    if (amount.find_first_not_of("0.") == std::string_view::npos) return std::nullopt;
    return std::string(amount);
}

bool is_deadline(std::string_view text) {
    if (text.size() == 5 && text[2] == ':') {
        return two_digits_below(text.substr(0, 2), 24) && two_digits_below(text.substr(3), 60);
    }
    const auto duration = parse_duration(text);
    return duration && duration->count() > 0;
}

}  // namespace overnight::recipe
