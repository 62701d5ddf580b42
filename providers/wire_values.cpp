#include "providers/wire_values.hpp"

#include "providers/json_parts.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace overnight::providers {

namespace json = boost::json;

namespace {

constexpr std::size_t max_id_bytes = 1024;  // ours: the longest seen are some hundred bytes

/// Reads two or four digits at `at`; -1 for anything else.
int digits(std::string_view text, std::size_t at, std::size_t count) {
    int value = -1;
    if (text.size() < at + count) return value;
    const auto* first = text.data() + at;
    const auto [stop, code] = std::from_chars(first, first + count, value);
    return code == std::errc{} && stop == first + count ? value : -1;
}

/// 0 for what is no RFC 3339 time.
std::int64_t seconds_of_date(std::string_view text) {
    constexpr std::string_view form = "0000-00-00T00:00:00";
    if (text.size() < form.size() || (text[10] != 'T' && text[10] != 't' && text[10] != ' '))
        return 0;
    const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    const int hour = digits(text, 11, 2), minute = digits(text, 14, 2),
              second = digits(text, 17, 2);
    const auto date = std::chrono::year(year) / month / day;
    if (year < 1970 || month < 1 || day < 1 || !date.ok() || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59 || second < 0 || second > 60)
        return 0;
    std::string_view zone = text.substr(form.size());
    if (zone.starts_with('.')) {
        const auto behind = zone.find_first_not_of("0123456789", 1);
        zone = behind == std::string_view::npos ? std::string_view() : zone.substr(behind);
    }
    std::int64_t offset = 0;
    if (zone.starts_with('+') || zone.starts_with('-')) {
        const int hours = digits(zone, 1, 2), minutes = digits(zone, 4, 2);
        if (hours < 0 || minutes < 0) return 0;
        offset = (zone[0] == '-' ? -1 : 1) * (hours * 60 + minutes) * 60;
    }
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    return std::int64_t{days} * 86'400 + hour * 3'600 + minute * 60 + second - offset;
}

}  // namespace

std::optional<json::value> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = deepest_json;
    json::error_code code;
    auto value = json::parse(text, code, {}, options);
    if (code) return std::nullopt;
    return value;
}

const json::object* object_at(const json::object& o, const char* name) noexcept {
    const auto* v = o.if_contains(name);
    return v == nullptr ? nullptr : v->if_object();
}

const json::array* list_at(const json::object& o, const char* name) noexcept {
    const auto* v = o.if_contains(name);
    return v == nullptr ? nullptr : v->if_array();
}

std::string text_at(const json::object& o, const char* name) {
    const auto* v = o.if_contains(name);
    if (v == nullptr) return {};
    if (const auto* s = v->if_string()) return std::string(s->data(), s->size());
    if (const auto* n = v->if_int64()) return std::to_string(*n);
    if (const auto* n = v->if_uint64()) return std::to_string(*n);
    return {};
}

std::optional<std::uint64_t> count_of(const json::value& v) {
    if (const auto* n = v.if_uint64()) return *n;
    if (const auto* n = v.if_int64())
        return *n < 0 ? std::nullopt : std::optional<std::uint64_t>(*n);
    if (const auto* d = v.if_double()) {
        if (!(*d >= 0 && *d < 9e18)) return std::nullopt;
        return static_cast<std::uint64_t>(*d);
    }
    const auto* s = v.if_string();
    if (s == nullptr) return std::nullopt;
    std::uint64_t n = 0;
    const auto* end = s->data() + s->size();
    const auto [stop, code] = std::from_chars(s->data(), end, n);
    if (code != std::errc{} || stop != end) return std::nullopt;
    return n;
}

std::uint64_t count_at(const json::object& o, const char* name) {
    const auto* v = o.if_contains(name);
    return v == nullptr ? 0 : count_of(*v).value_or(0);
}

std::int64_t time_at(const json::object& o, const char* name) {
    constexpr std::uint64_t year_10000 = 253'402'300'800;
    const std::uint64_t seconds = count_at(o, name);
    return seconds < year_10000 ? static_cast<std::int64_t>(seconds) : 0;
}

std::int64_t date_at(const json::object& o, const char* name) {
    const auto* v = o.if_contains(name);
    if (v == nullptr) return 0;
    if (const auto* s = v->if_string())
        if (const auto seconds = seconds_of_date({s->data(), s->size()}); seconds > 0)
            return seconds;
    return time_at(o, name);
}

std::string_view cut_utf8(std::string_view text, std::size_t max) noexcept {
    if (text.size() <= max) return text;
    std::size_t end = max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    return text.substr(0, end);
}

core::Result<std::string> required_id(const json::object& o, const char* name) {
    OVERNIGHT_TRY_ASSIGN(std::string id, optional_id(o, name));
    if (id.empty())
        return core::Error(core::Errc::protocol, "an object without \"" + std::string(name) + "\"");
    return id;
}

core::Result<std::string> optional_id(const json::object& o, const char* name) {
    const auto* v = o.if_contains(name);
    if (v == nullptr || v->is_null()) return std::string{};
    const auto* s = v->if_string();
    const auto unusable = [](char c) { return c < 0x21 || c > 0x7e; };
    // An id of dots alone would climb out of its place in a path.
    if (s == nullptr || s->size() > max_id_bytes || std::any_of(s->begin(), s->end(), unusable) ||
        (!s->empty() && std::string_view(*s).find_first_not_of('.') == std::string_view::npos))
        return core::Error(core::Errc::protocol,
                           "an object whose \"" + std::string(name) + "\" is no usable id");
    return std::string(s->data(), s->size());
}

}  // namespace overnight::providers
