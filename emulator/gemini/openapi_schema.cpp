// From the Schema message to JSON Schema.
#include "emulator/gemini/openapi_schema.hpp"

#include "emulator/gemini/field_name.hpp"

#include <boost/json.hpp>

#include <array>
#include <charconv>

namespace overnight::emulator::gemini {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 22> keywords{
    "type",       "format",     "title",          "description",      "nullable", "enum",
    "items",      "max_items",  "min_items",      "properties",       "required", "max_properties",
    "min_length", "max_length", "min_properties", "pattern",          "example",  "any_of",
    "default",    "minimum",    "maximum",        "property_ordering"};
// The keywords that JSON Schema has under another name or in another form are not in here.
struct Same {
    std::string_view openapi;
    const char* schema;
};
constexpr std::array same_numbers{Same{"max_items", "maxItems"},   Same{"min_items", "minItems"},
                                  Same{"min_length", "minLength"}, Same{"max_length", "maxLength"},
                                  Same{"minimum", "minimum"},      Same{"maximum", "maximum"}};
constexpr std::array<std::string_view, 7> types{"string", "number", "integer", "boolean",
                                                "array",  "object", "null"};

core::Error invalid(std::string what) {
    return {core::Errc::invalid_input, std::move(what)};
}

// Documentation writes types in capitals; the service takes them in small letters, too.
std::string lower(json::string_view text) {
    std::string small(text.data(), text.size());
    for (char& c : small)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return small;
}

// 64 bits may stand in quotes.
json::value number_of(const json::value& value) {
    if (!value.is_string()) return value;
    const json::string& text = value.get_string();
    std::int64_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc{} || end != text.data() + text.size()) return value;
    return n;
}

class Converter {
public:
    core::Result<json::value> convert(const json::value& schema) {
        if (!schema.is_object()) return invalid("Invalid value at 'response_schema'");
        json::object known;
        for (const auto& member : schema.get_object()) {
            const std::string snake = snake_case({member.key().data(), member.key().size()});
            if (!has_field(keywords, snake))
                return invalid("no such field: '" + std::string(member.key()) + "'");
            known[snake] = member.value();
        }
        return fill(known);
    }

private:
    core::Result<json::value> fill(const json::object& from) {
        json::object to;
        if (const auto* const options = from.if_contains("any_of")) {
            OVERNIGHT_TRY_ASSIGN(to["anyOf"], convert_all(*options));
        }
        OVERNIGHT_TRY(put_type(from, to));
        if (const auto* const items = from.if_contains("items")) {
            OVERNIGHT_TRY_ASSIGN(to["items"], convert(*items));
        }
        if (const auto* const properties = from.if_contains("properties")) {
            OVERNIGHT_TRY_ASSIGN(to["properties"], convert_properties(from, *properties));
        }
        if (const auto* const choices = from.if_contains("enum")) {
            if (!choices->is_array()) return invalid("Invalid value at 'enum'");
            for (const auto& choice : choices->get_array()) {
                if (!choice.is_string()) return invalid("enum: only strings are allowed");
            }
            to["enum"] = *choices;
        }
        for (const Same& same : same_numbers) {
            if (const auto* const value =
                    from.if_contains({same.openapi.data(), same.openapi.size()}))
                to[same.schema] = number_of(*value);
        }
        if (const auto* const format = from.if_contains("format");
            format != nullptr && *format != "enum")
            to["format"] = *format;
        const auto* const nullable = from.if_contains("nullable");
        if (nullable != nullptr && nullable->is_bool() && nullable->get_bool()) add_null(to);
        return json::value(std::move(to));
    }

    static core::Result<> put_type(const json::object& from, json::object& to) {
        const auto* const value = from.if_contains("type");
        if (value == nullptr) return {};
        if (!value->is_string()) return invalid("Invalid value at 'type'");
        const std::string type = lower(value->get_string());
        if (!has_field(types, type))
            return invalid("Invalid value at 'type': \"" + std::string(value->get_string()) + '"');
        const auto* const properties = from.if_contains("properties");
        const bool empty =
            properties == nullptr || !properties->is_object() || properties->get_object().empty();
        if (type == "object" && empty)
            return invalid("properties: should be non-empty for OBJECT type");
        if (type == "array" && !from.contains("items")) return invalid("items: missing field.");
        to["type"] = type;
        return {};
    }

    core::Result<json::value> convert_all(const json::value& schemas) {
        if (!schemas.is_array() || schemas.get_array().empty())
            return invalid("Invalid value at 'any_of'");
        json::array all;
        for (const auto& schema : schemas.get_array()) {
            OVERNIGHT_TRY_ASSIGN(json::value one, convert(schema));
            all.push_back(std::move(one));
        }
        return json::value(std::move(all));
    }

    core::Result<json::value> convert_properties(const json::object& from,
                                                 const json::value& properties) {
        if (!properties.is_object()) return invalid("Invalid value at 'properties'");
        const json::object& all = properties.get_object();
        json::object ordered;
        const auto* const ordering = from.if_contains("property_ordering");
        if (ordering != nullptr && ordering->is_array()) {
            for (const auto& name : ordering->get_array()) {
                const auto* const known =
                    name.is_string() ? all.if_contains(name.get_string()) : nullptr;
                if (known == nullptr) return invalid("property_ordering: unknown property");
                OVERNIGHT_TRY_ASSIGN(ordered[name.get_string()], convert(*known));
            }
        }
        for (const auto& property : all) {
            if (ordered.contains(property.key())) continue;
            OVERNIGHT_TRY_ASSIGN(ordered[property.key()], convert(property.value()));
        }
        OVERNIGHT_TRY(check_required(from, all));
        return json::value(std::move(ordered));
    }

    static core::Result<> check_required(const json::object& from, const json::object& properties) {
        const auto* const required = from.if_contains("required");
        if (required == nullptr) return {};
        if (!required->is_array()) return invalid("Invalid value at 'required'");
        for (const auto& name : required->get_array()) {
            if (!name.is_string() || !properties.contains(name.get_string()))
                return invalid("required: property is not defined");
        }
        return {};
    }

    // As strict schemas of other dialects say it, so that the same rows get the same answers.
    static void add_null(json::object& to) {
        if (auto* const choices = to.if_contains("enum")) {
            choices->get_array().emplace_back(nullptr);
        } else if (auto* const options = to.if_contains("anyOf")) {
            options->get_array().emplace_back(json::object{{"type", "null"}});
        } else if (auto* const type = to.if_contains("type")) {
            *type = json::array{*type, "null"};
        }
    }
};

}  // namespace

core::Result<std::string> json_schema_of_openapi(std::string_view openapi) {
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = 128;
    const json::value document =
        json::parse(json::string_view(openapi.data(), openapi.size()), error, {}, options);
    if (error) return invalid("Invalid value at 'response_schema'");
    OVERNIGHT_TRY_ASSIGN(const json::value schema, Converter().convert(document));
    return json::serialize(schema);
}

}  // namespace overnight::emulator::gemini
