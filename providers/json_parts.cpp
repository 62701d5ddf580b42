#include "providers/json_parts.hpp"

#include "jsonl/json_text.hpp"
#include "recipe/json_walk.hpp"

#include <simdjson.h>

#include <algorithm>

namespace overnight::providers {
namespace {

using core::Errc;
using core::Error;
using core::Result;
namespace od = simdjson::ondemand;

Error not_json(std::string_view why) {
    return Error(Errc::invalid_input, "not valid JSON: " + std::string(why));
}

Error failure(simdjson::error_code code) {
    return not_json(simdjson::error_message(code));
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

JsonKind kind_of(od::json_type type) noexcept {
    switch (type) {
    case od::json_type::object:
        return JsonKind::object;
    case od::json_type::array:
        return JsonKind::list;
    case od::json_type::string:
        return JsonKind::text;
    case od::json_type::number:
        return JsonKind::number;
    case od::json_type::boolean:
        return JsonKind::boolean;
    case od::json_type::null:
        break;
    }
    return JsonKind::null;
}

Result<> check(od::value value, int depth);

/// `depth` is the level of the children.
template <class Container>
Result<> check_children(Container& container, int depth) {
    if (depth > deepest_json + 1) return not_json("more than 64 levels");
    for (auto entry : container) {
        if constexpr (std::is_same_v<Container, od::object>) {
            od::field field;
            if (const auto code = std::move(entry).get(field)) return failure(code);
            std::string_view key;
            if (const auto code = field.unescaped_key().get(key)) return failure(code);
            OVERNIGHT_TRY(check(field.value(), depth));
        } else {
            od::value value;
            if (const auto code = std::move(entry).get(value)) return failure(code);
            OVERNIGHT_TRY(check(value, depth));
        }
    }
    return {};
}

Result<> check_scalar(od::value value, od::json_type type) {
    const std::string_view token = trimmed(value.raw_json_token());
    if (type == od::json_type::string) {
        std::string_view text;
        // Only a lone surrogate is let through here: json_string() has the last word.
        if (value.get_string().get(text)) OVERNIGHT_TRY(json_string(token));
        return {};
    }
    const bool good = type == od::json_type::number    ? jsonl::is_json_number(token)
                      : type == od::json_type::boolean ? token == "true" || token == "false"
                                                       : token == "null";
    if (!good) return not_json("a word that is no value");
    return {};
}

/// Checks all of `value`, which stands at level `depth`.
Result<> check(od::value value, int depth) {
    od::json_type type{};
    if (const auto code = value.type().get(type)) return failure(code);
    if (type == od::json_type::object) {
        od::object object;
        if (const auto code = value.get_object().get(object)) return failure(code);
        return check_children(object, depth + 1);
    }
    if (type == od::json_type::array) {
        od::array array;
        if (const auto code = value.get_array().get(array)) return failure(code);
        return check_children(array, depth + 1);
    }
    return check_scalar(value, type);
}

/// Checks `value` and gives its text, a view into the parser's copy.
Result<JsonPart> part_of(od::value value) {
    JsonPart part;
    od::json_type type{};
    if (const auto code = value.type().get(type)) return failure(code);
    part.kind = kind_of(type);
    const auto container = [&](auto& opened) -> Result<> {
        if (const auto code = opened.raw_json().get(part.raw)) return failure(code);
        bool has_children = false;
        if (const auto code = opened.reset().get(has_children)) return failure(code);
        return check_children(opened, 3);
    };
    if (part.kind == JsonKind::object) {
        od::object object;
        if (const auto code = value.get_object().get(object)) return failure(code);
        OVERNIGHT_TRY(container(object));
    } else if (part.kind == JsonKind::list) {
        od::array array;
        if (const auto code = value.get_array().get(array)) return failure(code);
        OVERNIGHT_TRY(container(array));
    } else {
        part.raw = value.raw_json_token();
        OVERNIGHT_TRY(check_scalar(value, type));
    }
    part.raw = trimmed(part.raw);
    return part;
}

/// One value in a padded copy, and the way back from a view into the copy to one into the original.
class Opened {
public:
    explicit Opened(std::string_view json) : json_(json), copy_(json) {}

    Result<> open() {
        if (const auto code = parser_.iterate(copy_).get(document_)) return failure(code);
        return {};
    }
    od::document& document() noexcept { return document_; }
    std::string_view original(std::string_view part) const noexcept {
        return json_.substr(static_cast<std::size_t>(part.data() - copy_.data()), part.size());
    }
    Result<> at_end() {
        const char* behind = nullptr;
        if (document_.current_location().get(behind)) return {};  // out of bounds: all was read
        return not_json("there is something behind the value");
    }

private:
    std::string_view json_;
    simdjson::padded_string copy_;
    od::parser parser_;
    od::document document_;
};

Result<> each_once(const std::vector<JsonPart>& parts) {
    std::vector<std::string_view> names;
    names.reserve(parts.size());
    for (const auto& part : parts)
        names.push_back(part.name);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice == names.end()) return {};
    return not_json("the member '" + std::string(twice->substr(0, 100)) + "' occurs twice");
}

}  // namespace

Result<std::vector<JsonPart>> json_members(std::string_view json) {
    Opened opened(json);
    OVERNIGHT_TRY(opened.open());
    od::object object;
    if (opened.document().get_object().get(object)) return not_json("it is no object, or cut off");
    std::vector<JsonPart> parts;
    for (auto entry : object) {
        od::field field;
        if (const auto code = std::move(entry).get(field)) return failure(code);
        std::string_view key;
        if (const auto code = field.unescaped_key().get(key)) return failure(code);
        OVERNIGHT_TRY_ASSIGN(JsonPart part, part_of(field.value()));
        part.name.assign(key);
        part.raw = opened.original(part.raw);
        parts.push_back(std::move(part));
    }
    OVERNIGHT_TRY(opened.at_end());
    OVERNIGHT_TRY(each_once(parts));
    return parts;
}

Result<std::vector<JsonPart>> json_elements(std::string_view json) {
    Opened opened(json);
    OVERNIGHT_TRY(opened.open());
    od::array array;
    if (opened.document().get_array().get(array)) return not_json("it is no list, or cut off");
    std::vector<JsonPart> parts;
    for (auto entry : array) {
        od::value value;
        if (const auto code = std::move(entry).get(value)) return failure(code);
        OVERNIGHT_TRY_ASSIGN(JsonPart part, part_of(value));
        part.raw = opened.original(part.raw);
        parts.push_back(std::move(part));
    }
    OVERNIGHT_TRY(opened.at_end());
    return parts;
}

Result<std::string> json_string(std::string_view json) {
    std::string mended(json);
    recipe::mend_lone_surrogates(mended);
    Opened opened(mended);
    OVERNIGHT_TRY(opened.open());
    std::string_view text;
    if (const auto code = opened.document().get_string().get(text)) return failure(code);
    OVERNIGHT_TRY(opened.at_end());
    return std::string(text);
}

const JsonPart* find_part(const std::vector<JsonPart>& parts, std::string_view name) noexcept {
    for (const auto& part : parts)
        if (part.name == name) return &part;
    return nullptr;
}

core::Result<const JsonPart*> required_part(const std::vector<JsonPart>& parts,
                                            std::string_view name,
                                            JsonKind kind,
                                            std::string_view what,
                                            std::string_view path) {
    const std::string shown = "\"" + std::string(path.empty() ? name : path) + "\"";
    const auto* part = find_part(parts, name);
    if (part == nullptr) return refused(shown + " is missing");
    if (part->kind != kind) return refused(shown + " must be " + std::string(what));
    return part;
}

}  // namespace overnight::providers
