#include "recipe/schema_rules.hpp"

#include "core/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace overnight::recipe {
namespace {

using core::Errc;
using core::Error;
using core::Result;
namespace json = boost::json;

constexpr std::size_t most_schemas = 10'000;

constexpr std::string_view refused_keywords[] = {"allOf",
                                                 "not",
                                                 "if",
                                                 "then",
                                                 "else",
                                                 "dependencies",
                                                 "dependentRequired",
                                                 "dependentSchemas",
                                                 "patternProperties"};

json::string_view sv(std::string_view text) {
    return {text.data(), text.size()};
}
std::string text_of(json::string_view text) {
    return std::string(text.data(), text.size());
}

/// One token of a JSON pointer.
std::string token(json::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

void visit(json::value& schema, const std::string& pointer, int level, const SchemaVisitor& each) {
    each(schema, pointer, level);
    json::object* object = schema.if_object();
    if (object == nullptr) return;
    const auto named = [&](std::string_view keyword, int inner) {
        json::value* value = object->if_contains(sv(keyword));
        json::object* children = value != nullptr ? value->if_object() : nullptr;
        if (children == nullptr) return;
        for (auto& child : *children) {
            visit(child.value(), pointer + "/" + std::string(keyword) + "/" + token(child.key()),
                  inner, each);
        }
    };
    const auto listed = [&](std::string_view keyword, int inner) {
        json::value* value = object->if_contains(sv(keyword));
        json::array* children = value != nullptr ? value->if_array() : nullptr;
        if (children == nullptr) return;
        for (std::size_t i = 0; i < children->size(); ++i) {
            visit((*children)[i], pointer + "/" + std::string(keyword) + "/" + std::to_string(i),
                  inner, each);
        }
    };
    named("properties", level + 1);
    named("$defs", level);
    named("definitions", level);
    listed("anyOf", level);
    listed("oneOf", level);
    listed("items", level + 1);
    listed("prefixItems", level + 1);
    if (json::value* items = object->if_contains("items"); items != nullptr && items->is_object()) {
        visit(*items, pointer + "/items", level + 1, each);
    }
}

bool may_be_object(const json::object& schema) {
    if (schema.contains("properties")) return true;
    const json::value* type = schema.if_contains("type");
    if (type == nullptr) return false;
    if (type->is_string()) return type->get_string() == "object";
    if (!type->is_array()) return false;
    return std::any_of(
        type->get_array().begin(), type->get_array().end(),
        [](const json::value& one) { return one.is_string() && one.get_string() == "object"; });
}

/// What is wrong with an object's properties, or "".
std::string object_problem(const json::object& schema) {
    const json::value* closed = schema.if_contains("additionalProperties");
    if (closed == nullptr || !closed->is_bool() || closed->get_bool()) {
        return "an object must have \"additionalProperties\": false";
    }
    const json::value* properties = schema.if_contains("properties");
    if (properties == nullptr || !properties->is_object())
        return "an object must have \"properties\"";
    const json::value* required = schema.if_contains("required");
    if (required == nullptr || !required->is_array())
        return "an object must list all its properties in \"required\"";
    std::vector<std::string> names;
    for (const json::value& name : required->get_array()) {
        if (!name.is_string()) return "\"required\" must hold names";
        names.push_back(text_of(name.get_string()));
    }
    for (const auto& property : properties->get_object()) {
        if (std::find(names.begin(), names.end(), text_of(property.key())) == names.end()) {
            return "the property '" + core::printable(text_of(property.key())) +
                   "' must be in \"required\"; allow null in its type if it may be missing";
        }
    }
    for (const std::string& name : names) {
        if (!properties->get_object().contains(sv(name))) {
            return "\"required\" names '" + core::printable(name) + "', which is no property";
        }
    }
    return {};
}

class Rules {
public:
    Rules(json::value& root, std::string_view where) : root_(root), where_(where) {}

    Result<> check() {
        const json::object* root = root_.if_object();
        if (root == nullptr)
            return Error(Errc::invalid_input, where_ + ": a schema must be a JSON object");
        const json::value* type = root->if_contains("type");
        if (type == nullptr || !type->is_string() || type->get_string() != "object" ||
            root->contains("anyOf")) {
            return at("", "the answer as a whole must be \"type\": \"object\"");
        }
        visit_schemas(root_, [this](json::value& schema, const std::string& pointer, int level) {
            one(schema, pointer, level);
        });
        if (problem_) return *problem_;
        if (properties_ == 0) return at("", "it has no property, so there is nothing to answer");
        for (const json::value* schema : in_order_) {
            std::vector<const json::value*> path;
            OVERNIGHT_TRY(follow(*schema, path));
        }
        return {};
    }

private:
    Error at(const std::string& pointer, std::string_view what) const {
        return Error(Errc::invalid_input,
                     where_ + ": " +
                         (pointer.empty() ? "" : "at " + core::printable(pointer) + ": ") +
                         std::string(what));
    }
    void fail(const std::string& pointer, std::string_view what) {
        if (!problem_) problem_ = at(pointer, what);
    }

    void one(const json::value& schema, const std::string& pointer, int level) {
        if (problem_) return;
        schemas_.emplace(&schema, pointer);
        in_order_.push_back(&schema);
        if (schemas_.size() > most_schemas)
            return fail(pointer, "there are more than 10,000 schemas in it");
        if (level > deepest_schema) return fail(pointer, "it nests more than 10 levels deep");
        const json::object* object = schema.if_object();
        if (object == nullptr) return fail(pointer, "a schema must be a JSON object");
        for (const std::string_view keyword : refused_keywords) {
            if (!object->contains(sv(keyword))) continue;
            return fail(pointer,
                        "'" + std::string(keyword) + "' is not part of strict structured output");
        }
        if (const json::value* properties = object->if_contains("properties")) {
            if (properties->is_object()) properties_ += properties->get_object().size();
            if (properties_ > most_schema_properties)
                return fail(pointer, "there are more than 5,000 properties");
        }
        for (const char* keyword : {"$defs", "definitions"}) {
            const json::value* named = object->if_contains(keyword);
            if (named != nullptr && !named->is_object())
                return fail(pointer, "its definitions must be an object");
        }
        if (may_be_object(*object)) {
            const std::string problem = object_problem(*object);
            if (!problem.empty()) return fail(pointer, problem);
        }
        if (object->contains("$ref")) check_reference(*object, pointer);
    }

    void check_reference(const json::object& object, const std::string& pointer) {
        const json::value& reference = object.at("$ref");
        if (!reference.is_string() || !text_of(reference.get_string()).starts_with("#")) {
            return fail(pointer, "\"$ref\" must begin with '#': a schema stands in one file");
        }
        if (target(reference) == nullptr) fail(pointer, "\"$ref\" leads to nothing");
    }

    const json::value* target(const json::value& reference) const {
        const std::string pointer = text_of(reference.get_string()).substr(1);
        boost::system::error_code code;
        return root_.find_pointer(sv(pointer), code);
    }

    /// Refuses a way from a schema to itself that consumes nothing of the answer: checking it would
    /// never end.
    Result<> follow(const json::value& schema, std::vector<const json::value*>& path) {
        if (done_.count(&schema) != 0) return {};
        const auto known = schemas_.find(&schema);
        if (known == schemas_.end()) return at("", "a \"$ref\" leads to a place that is no schema");
        if (std::find(path.begin(), path.end(), &schema) != path.end()) {
            return at(known->second, "its \"$ref\" leads back to itself");
        }
        path.push_back(&schema);
        const json::object& object = schema.get_object();
        if (const json::value* reference = object.if_contains("$ref")) {
            OVERNIGHT_TRY(follow(*target(*reference), path));
        }
        for (const char* keyword : {"anyOf", "oneOf"}) {
            const json::value* choices = object.if_contains(keyword);
            if (choices == nullptr || !choices->is_array()) continue;
            for (const json::value& choice : choices->get_array())
                OVERNIGHT_TRY(follow(choice, path));
        }
        path.pop_back();
        done_.insert(&schema);
        return {};
    }

    json::value& root_;
    std::string where_;
    std::map<const json::value*, std::string> schemas_;  ///< with their pointers
    std::vector<const json::value*> in_order_;           ///< the same, as they stand in the file
    std::set<const json::value*> done_;
    std::size_t properties_ = 0;
    std::optional<Error> problem_;
};

}  // namespace

void visit_schemas(json::value& schema, const SchemaVisitor& each) {
    visit(schema, "", 1, each);
}

Result<> check_strict_schema(json::value& root, std::string_view where) {
    return Rules(root, where).check();
}

}  // namespace overnight::recipe
