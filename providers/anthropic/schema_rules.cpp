#include "providers/anthropic/schema_rules.hpp"

#include "core/text.hpp"
#include "providers/wire_values.hpp"
#include "recipe/schema_rules.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace overnight::providers::anthropic {
namespace {

using core::Errc;
using core::Error;
using core::Result;
namespace json = boost::json;

constexpr std::size_t shown_bytes = 200;  // of a place in the schema

constexpr std::array refused_keywords{
    "minimum",   "maximum",  "exclusiveMinimum", "exclusiveMaximum", "multipleOf",    "minLength",
    "maxLength", "maxItems", "uniqueItems",      "minProperties",    "maxProperties",
};

Error refused(std::string_view pointer, std::string_view what) {
    std::string message = "the answer's schema: ";
    if (!pointer.empty())
        message.append("at ").append(core::printable(pointer, shown_bytes)).append(": ");
    return Error(Errc::invalid_input, message.append(what));
}

std::string not_known(std::string_view keyword) {
    return "\"" + std::string(keyword) +
           "\" is no part of Anthropic's structured output; leave it out, and say it in the "
           "instructions";
}

std::optional<std::string> problem_of(const json::object& schema) {
    for (const char* keyword : refused_keywords)
        if (schema.contains(keyword)) return not_known(keyword);
    // 0 and 1 it takes.
    if (const auto* least = schema.if_contains("minItems");
        least != nullptr && count_of(*least).value_or(2) > 1)
        return not_known("minItems") + " (0 and 1 it takes)";
    const auto* values = list_at(schema, "enum");
    const bool nested =
        values != nullptr && std::any_of(values->begin(), values->end(), [](const json::value& v) {
            return v.is_object() || v.is_array();
        });
    if (nested) return "an enumeration has no lists and no objects at Anthropic";
    return std::nullopt;
}

/// The references of a schema: where each stands, and where it leads.
class References {
public:
    void add(const std::string& pointer, const json::object& schema) {
        const std::string target = text_at(schema, "$ref");
        if (target.starts_with('#')) targets_.emplace(pointer, target.substr(1));
    }
    /// The place of a schema that stands within itself.
    std::optional<std::string> circle() {
        for (const auto& [pointer, target] : targets_)
            if (leads_back(target)) return pointer;
        return std::nullopt;
    }

private:
    bool leads_back(const std::string& from) {
        if (done_.count(from) != 0) return false;
        if (!open_.insert(from).second) return true;
        for (auto at = targets_.lower_bound(from);
             at != targets_.end() && at->first.starts_with(from); ++at) {
            const bool inside = at->first.size() == from.size() || at->first[from.size()] == '/';
            if (inside && leads_back(at->second)) return true;
        }
        open_.erase(from);
        done_.insert(from);
        return false;
    }

    std::map<std::string, std::string> targets_;
    std::set<std::string> open_, done_;
};

}  // namespace

Result<> check_schema(std::string_view json_schema) {
    auto root = parse_json(json_schema);
    if (!root) return refused("", "not valid JSON");
    std::optional<Error> problem;
    References references;
    recipe::visit_schemas(*root, [&](json::value& schema, const std::string& pointer, int) {
        const auto* object = schema.if_object();
        if (object == nullptr || problem) return;
        if (const auto what = problem_of(*object)) problem = refused(pointer, *what);
        references.add(pointer, *object);
    });
    if (problem) return *std::move(problem);
    if (const auto place = references.circle())
        return refused(*place,
                       "a schema that refers to itself is no part of Anthropic's "
                       "structured output; write out as many levels as an answer has");
    return {};
}

}  // namespace overnight::providers::anthropic
