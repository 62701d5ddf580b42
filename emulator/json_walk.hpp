// Small steps through a document that simdjson reads on demand: one pass, members in any order.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace overnight::emulator {

/// Calls `visit(key, value)` for each member. A visitor that does not use a value has it skipped.
template <class Visit>
void members(simdjson::ondemand::value value, const Visit& visit) {
    simdjson::ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return;
    for (auto field : object) {
        std::string_view key;
        simdjson::ondemand::value member;
        if (field.unescaped_key().get(key) != simdjson::SUCCESS) return;
        if (field.value().get(member) != simdjson::SUCCESS) return;
        visit(key, member);
    }
}

template <class Visit>
void elements(simdjson::ondemand::value value, const Visit& visit) {
    simdjson::ondemand::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return;
    for (auto item : array) {
        simdjson::ondemand::value element;
        if (item.get(element) != simdjson::SUCCESS) return;
        visit(element);
    }
}

inline bool is(simdjson::ondemand::value value, simdjson::ondemand::json_type wanted) {
    simdjson::ondemand::json_type type{};
    return value.type().get(type) == simdjson::SUCCESS && type == wanted;
}

/// Empty for what is not a string. Lives as long as the parser's document.
inline std::string_view text_of(simdjson::ondemand::value value) {
    std::string_view text;
    if (!is(value, simdjson::ondemand::json_type::string) ||
        value.get_string().get(text) != simdjson::SUCCESS)
        return {};
    return text;
}

inline std::optional<std::uint64_t> count_of(simdjson::ondemand::value value) {
    std::uint64_t n = 0;
    if (!is(value, simdjson::ondemand::json_type::number) ||
        value.get_uint64().get(n) != simdjson::SUCCESS)
        return std::nullopt;
    return n;
}

/// The bytes of an object, as they stand in the document, perhaps with blanks behind.
inline std::string_view raw_of(simdjson::ondemand::value value) {
    simdjson::ondemand::object object;
    std::string_view raw;
    if (value.get_object().get(object) != simdjson::SUCCESS) return {};
    if (object.raw_json().get(raw) != simdjson::SUCCESS) return {};
    return raw;
}

inline bool true_in(simdjson::ondemand::value value) {
    bool on = false;
    return is(value, simdjson::ondemand::json_type::boolean) &&
           value.get_bool().get(on) == simdjson::SUCCESS && on;
}

}  // namespace overnight::emulator
