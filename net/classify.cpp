#include "net/classify.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace overnight::net {
namespace {

using std::chrono::milliseconds;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

std::optional<milliseconds> from_number(std::string_view text, double unit_ms) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (stop != end || text.empty()) return std::nullopt;
    if (ec == std::errc::result_out_of_range && text.front() != '-') return retry_after_cap;
    if (ec != std::errc{} || !std::isfinite(number) || number < 0) return std::nullopt;
    const double ms = std::min(number * unit_ms, static_cast<double>(retry_after_cap.count()));
    return milliseconds{static_cast<std::int64_t>(std::ceil(ms))};
}

// Takes words off the front of a date, whatever separates them: "Sun, 06 Nov 1994 08:49:37 GMT",
// "Sunday, 06-Nov-94 08:49:37 GMT" and "Sun Nov  6 08:49:37 1994" (RFC 9110 5.6.7).
struct Words {
    std::string_view rest;
    std::string_view next() {
        constexpr std::string_view separators = " ,-:";
        const auto from = std::min(rest.find_first_not_of(separators), rest.size());
        rest.remove_prefix(from);
        const auto size = std::min(rest.find_first_of(separators), rest.size());
        const auto word = rest.substr(0, size);
        rest.remove_prefix(size);
        return word;
    }
    std::optional<unsigned> number() { return to_number(next()); }
    static std::optional<unsigned> to_number(std::string_view word) {
        unsigned v = 0;
        const auto [stop, ec] = std::from_chars(word.data(), word.data() + word.size(), v);
        if (word.empty() || word.size() > 4 || ec != std::errc{} ||
            stop != word.data() + word.size())
            return std::nullopt;
        return v;
    }
};

std::optional<unsigned> month_number(std::string_view name) {
    constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto it = std::find(names.begin(), names.end(), name);
    if (it == names.end()) return std::nullopt;
    return static_cast<unsigned>(it - names.begin()) + 1;
}

std::optional<core::TimePoint> from_http_date(std::string_view text) {
    Words words{text};
    if (words.next().size() < 3) return std::nullopt;  // the day of the week
    const auto second = words.next();
    std::optional<unsigned> day = Words::to_number(second), month, year, hour, minute, secs;
    if (day) {
        month = month_number(words.next());
        year = words.number();
    } else {  // asctime: the year comes last
        month = month_number(second);
        day = words.number();
    }
    hour = words.number();
    minute = words.number();
    secs = words.number();
    if (!year) year = words.number();
    if (!day || !month || !year || !hour || !minute || !secs) return std::nullopt;
    if (*year < 70) *year += 2000;
    if (*year < 100) *year += 1900;
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                           std::chrono::month{*month}, std::chrono::day{*day}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *secs > 60) return std::nullopt;
    return core::TimePoint{std::chrono::sys_days{date}} + std::chrono::hours{*hour} +
           std::chrono::minutes{*minute} + std::chrono::seconds{*secs};
}

}  // namespace

std::optional<milliseconds> retry_after(const model::HttpResponse& response, core::TimePoint now) {
    if (const auto ms = response.header("retry-after-ms"))
        if (const auto wait = from_number(trimmed(*ms), 1)) return wait;
    const auto header = response.header("Retry-After");
    if (!header) return std::nullopt;
    const auto text = trimmed(*header);
    if (const auto wait = from_number(text, 1000)) return wait;
    const auto at = from_http_date(text);
    if (!at) return std::nullopt;
    return std::clamp(*at - now, milliseconds{0}, retry_after_cap);
}

}  // namespace overnight::net
