#include "providers/openai/wire_values.hpp"

#include "providers/json_parts.hpp"
#include "providers/openai/limits.hpp"

#include <algorithm>
#include <charconv>

namespace overnight::providers::openai {

namespace json = boost::json;

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

}  // namespace overnight::providers::openai
