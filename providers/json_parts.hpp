// Takes one JSON value apart by one level, with every part as it is written: how request bodies are
// checked, extended and read back without rounding a number or moving a member.
#pragma once

#include "core/error.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace overnight::providers {

constexpr int deepest_json = 64;  ///< levels; the value's own is the first

enum class JsonKind { object, list, text, number, boolean, null };

struct JsonPart {
    std::string name;  ///< decoded; "" in a list
    JsonKind kind = JsonKind::null;
    std::string_view raw;  ///< a view into the text that was taken apart
};

/// The members of the object that is all of `json`, in its order. The whole text is checked:
/// grammar, UTF-8, at most 64 levels, no member named twice in the outermost object.
/// Errc::invalid_input, in plain words.
core::Result<std::vector<JsonPart>> json_members(std::string_view json);
/// As json_members(), of a list.
core::Result<std::vector<JsonPart>> json_elements(std::string_view json);
/// The value of the JSON string that is all of `json`. A lone surrogate escape counts as U+FFFD.
/// Errc::invalid_input.
core::Result<std::string> json_string(std::string_view json);

/// The first part of that name, or null.
const JsonPart* find_part(const std::vector<JsonPart>& parts, std::string_view name) noexcept;

/// The part of that name, if it is of that kind. Errc::invalid_input, which calls it by `path`
/// (default: its name) and the kind by `what`: "must be a string".
core::Result<const JsonPart*> required_part(const std::vector<JsonPart>& parts,
                                            std::string_view name,
                                            JsonKind kind,
                                            std::string_view what,
                                            std::string_view path = {});
/// Errc::invalid_input: why a user's line or parameter cannot be sent.
inline core::Error refused(std::string why) {
    return {core::Errc::invalid_input, std::move(why)};
}

}  // namespace overnight::providers
