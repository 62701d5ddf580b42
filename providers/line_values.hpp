// Steps through a result line. A value of the wrong type counts as absent; only broken JSON is an
// error. For the line readers alone.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string_view>
#include <utility>

namespace overnight::providers {

namespace od = simdjson::ondemand;

inline std::string_view without_blanks(std::string_view token) noexcept {
    while (!token.empty() && (token.back() == ' ' || token.back() == '\t' || token.back() == '\r' ||
                              token.back() == '\n'))
        token.remove_suffix(1);
    return token;
}

inline simdjson::error_code forgive_type(simdjson::error_code code) noexcept {
    return code == simdjson::INCORRECT_TYPE ? simdjson::SUCCESS : code;
}

inline bool is_null(od::value value) noexcept {
    return without_blanks(value.raw_json_token()) == "null";
}

/// Calls each(key, value), which returns a simdjson::error_code, for an object's members.
template <class Each>
simdjson::error_code each_member(od::object& object, Each each) {
    for (auto entry : object) {
        od::field field;
        if (const auto code = std::move(entry).get(field)) return code;
        std::string_view key;
        if (const auto code = field.unescaped_key().get(key)) return code;
        if (const auto code = each(key, field.value())) return code;
    }
    return simdjson::SUCCESS;
}

template <class Each>
simdjson::error_code each_member(od::value value, Each each) {
    od::object object;
    if (const auto code = value.get_object().get(object)) return forgive_type(code);
    return each_member(object, std::move(each));
}

/// Calls each(value) for a list's elements.
template <class Each>
simdjson::error_code each_element(od::value value, Each each) {
    od::array array;
    if (const auto code = value.get_array().get(array)) return forgive_type(code);
    for (auto entry : array) {
        od::value element;
        if (const auto code = std::move(entry).get(element)) return code;
        if (const auto code = each(element)) return code;
    }
    return simdjson::SUCCESS;
}

inline simdjson::error_code read_text(od::value value, std::string_view& out) {
    return forgive_type(value.get_string().get(out));
}

/// A whole number that is not negative; anything else leaves `out` alone.
inline simdjson::error_code read_count(od::value value, std::uint64_t& out) {
    std::uint64_t number = 0;
    if (!value.get_uint64().get(number)) out = number;
    return simdjson::SUCCESS;
}

}  // namespace overnight::providers
