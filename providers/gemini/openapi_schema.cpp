#include "providers/gemini/openapi_schema.hpp"

#include "core/text.hpp"
#include "providers/wire_values.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace overnight::providers::gemini {
namespace {

using core::Errc;
using core::Error;
using core::Result;
namespace json = boost::json;

constexpr int deepest = 32;          // ours; a reference that leads back to itself ends here
constexpr int most_schemas = 5'000;  // ours: references written out may multiply

/// Members that mean the same on both sides, under both names.
constexpr std::array<std::pair<const char*, const char*>, 9> kept{{{"title", "title"},
                                                                   {"description", "description"},
                                                                   {"pattern", "pattern"},
                                                                   {"minimum", "minimum"},
                                                                   {"maximum", "maximum"},
                                                                   {"minItems", "min_items"},
                                                                   {"maxItems", "max_items"},
                                                                   {"minLength", "min_length"},
                                                                   {"maxLength", "max_length"}}};
/// All others are refused by the provider.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> formats{
    {{"STRING", "date-time"},
     {"NUMBER", "float"},
     {"NUMBER", "double"},
     {"INTEGER", "int32"},
     {"INTEGER", "int64"}}};

Error cannot(std::string_view what) {
    return Error(Errc::invalid_input, "the answer's schema: response_schema " + std::string(what) +
                                          "; change the schema or leave schema_field out");
}

std::string upper(std::string_view word) {
    std::string out(word);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return out;
}

bool is_null_type(const json::value& schema) {
    const auto* o = schema.if_object();
    return o != nullptr && text_at(*o, "type") == "null";
}

class Translator {
public:
    explicit Translator(const json::value& root) : root_(root) {}

    Result<json::object> schema(const json::value& from, int depth) {
        if (depth > deepest || ++schemas_ > most_schemas)
            return cannot("has no references, and written out the schema has no end");
        const auto* o = from.if_object();
        if (o == nullptr) return cannot("needs a type for every value");
        if (o->contains("$ref")) return referred(*o, depth);
        json::object out;
        OVERNIGHT_TRY(type(*o, out));
        OVERNIGHT_TRY(choices(*o, out, depth));
        words(*o, out);
        OVERNIGHT_TRY(members(*o, out, depth));
        OVERNIGHT_TRY(elements(*o, out, depth));
        if (!out.contains("type") && !out.contains("any_of"))
            return cannot("needs a type for every value");
        return out;
    }

private:
    Result<json::object> referred(const json::object& from, int depth) {
        const std::string reference = text_at(from, "$ref");
        json::error_code code;
        const auto* target =
            reference.starts_with('#') ? root_.find_pointer(reference.substr(1), code) : nullptr;
        if (target == nullptr) return cannot("has no place for " + core::printable(reference, 80));
        OVERNIGHT_TRY_ASSIGN(json::object out, schema(*target, depth + 1));
        if (const auto text = text_at(from, "description"); !text.empty())
            out["description"] = text;
        return out;
    }

    static Result<> type(const json::object& from, json::object& out) {
        const auto* given = from.if_contains("type");
        std::optional<std::string> word;
        const auto take = [&](const json::value& one) {
            const auto* s = one.if_string();
            if (s == nullptr) return false;
            if (*s == "null") {
                out["nullable"] = true;
                return true;
            }
            return !std::exchange(word, upper(std::string_view(s->data(), s->size())));
        };
        const auto* several = given == nullptr ? nullptr : given->if_array();
        const bool said = given == nullptr ||
                          (several != nullptr ? std::all_of(several->begin(), several->end(), take)
                                              : take(*given));
        if (!said) return cannot("gives a value one type");
        if (!word && from.contains("properties")) word = "OBJECT";
        if (!word) {
            OVERNIGHT_TRY_ASSIGN(word, type_of_values(from, out));
        }
        if (word) out["type"] = *word;
        return {};
    }

    /// Of an enumeration or a constant that says no type: the one that its values have.
    static Result<std::optional<std::string>> type_of_values(const json::object& from,
                                                             json::object& out) {
        json::array values;
        if (const auto* list = list_at(from, "enum")) values = *list;
        if (const auto* one = from.if_contains("const")) values.push_back(*one);
        std::optional<std::string> word;
        for (const auto& value : values) {
            if (value.is_null()) {
                out["nullable"] = true;
                continue;
            }
            const auto own = type_of_value(value);
            if (own.empty() || (word && *word != own)) return cannot("gives a value one type");
            word = own;
        }
        return word;
    }

    static std::string type_of_value(const json::value& value) {
        if (value.is_string()) return "STRING";
        if (value.is_bool()) return "BOOLEAN";
        if (value.is_int64() || value.is_uint64()) return "INTEGER";
        return value.is_double() ? "NUMBER" : "";
    }

    /// anyOf and oneOf; a branch of nothing but null becomes `nullable`.
    Result<> choices(const json::object& from, json::object& out, int depth) {
        const auto* list = list_at(from, "anyOf");
        if (list == nullptr) list = list_at(from, "oneOf");
        if (list == nullptr) return {};
        json::array any;
        for (const auto& branch : *list) {
            if (is_null_type(branch)) {
                out["nullable"] = true;
                continue;
            }
            OVERNIGHT_TRY_ASSIGN(json::object made, schema(branch, depth + 1));
            any.emplace_back(std::move(made));
        }
        if (any.size() == 1) {
            for (const auto& member : any.front().get_object())
                out.insert_or_assign(member.key(), member.value());
        } else if (!any.empty()) {
            out["any_of"] = std::move(any);
        }
        return {};
    }

    static void words(const json::object& from, json::object& out) {
        const std::string type = text_at(out, "type");
        for (const auto& [name, theirs] : kept)
            if (const auto* value = from.if_contains(name)) out[theirs] = *value;
        const std::string format = text_at(from, "format");
        for (const auto& [of, word] : formats)
            if (type == of && format == word) out["format"] = format;
        if (type != "STRING") return;  // an enumeration has strings only
        json::array words;
        if (const auto* list = list_at(from, "enum")) {
            for (const auto& one : *list)
                if (one.is_string()) words.push_back(one);
        } else if (const auto* one = from.if_contains("const");
                   one != nullptr && one->is_string()) {
            words.push_back(*one);
        }
        if (!words.empty()) out["enum"] = std::move(words);
    }

    Result<> members(const json::object& from, json::object& out, int depth) {
        const auto* properties = object_at(from, "properties");
        if (properties == nullptr) return {};
        json::object made;
        json::array order;
        for (const auto& property : *properties) {
            OVERNIGHT_TRY_ASSIGN(json::object one, schema(property.value(), depth + 1));
            made.emplace(property.key(), std::move(one));
            order.emplace_back(property.key());
        }
        out["properties"] = std::move(made);
        if (const auto* required = list_at(from, "required")) out["required"] = *required;
        out["property_ordering"] = std::move(order);
        return {};
    }

    Result<> elements(const json::object& from, json::object& out, int depth) {
        if (from.contains("prefixItems")) return cannot("has no lists of fixed places");
        const auto* items = from.if_contains("items");
        if (items == nullptr) {
            if (text_at(out, "type") == "ARRAY" && !out.contains("items"))
                return cannot("needs \"items\" for every list");
            return {};
        }
        OVERNIGHT_TRY_ASSIGN(json::object made, schema(*items, depth + 1));
        out["items"] = std::move(made);
        return {};
    }

    const json::value& root_;
    int schemas_ = 0;
};

}  // namespace

Result<std::string> openapi_schema(std::string_view json_schema) {
    const auto root = parse_json(json_schema);
    if (!root) return Error(Errc::invalid_input, "the answer's schema: not valid JSON");
    OVERNIGHT_TRY_ASSIGN(const json::object made, Translator(*root).schema(*root, 1));
    return json::serialize(made);
}

}  // namespace overnight::providers::gemini
