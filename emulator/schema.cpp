// The schema compiler.
#include "emulator/schema.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>

namespace overnight::emulator {

namespace json = boost::json;

namespace {

core::Error invalid(std::string what) {
    return {core::Errc::invalid_input, "Invalid schema: " + std::move(what)};
}

double number_in(const json::object& object, json::string_view key, double fallback) {
    const auto* const v = object.if_contains(key);
    if (v == nullptr || !v->is_number()) return fallback;
    return v->to_number<double>();
}

std::size_t size_in(const json::object& object, json::string_view key, std::size_t fallback) {
    constexpr double most = 1e6;
    const double n = number_in(object, key, -1);
    return n < 0 ? fallback : static_cast<std::size_t>(std::min(n, most));
}

}  // namespace

class SchemaCompiler {
public:
    SchemaCompiler(const json::value& root, Strictness strictness)
        : root_(root), strictness_(strictness) {}

    core::Result<Schema> run() {
        OVERNIGHT_TRY_ASSIGN(const std::size_t first, compile(root_));
        (void)first;
        measure();
        if (strictness_ == Strictness::strict && schema_.root().kind != SchemaNode::Kind::object) {
            return invalid("schema must be a JSON Schema of 'type: \"object\"'.");
        }
        if (schema_.root().depth >= SchemaNode::unreachable)
            return invalid("it has no finite instance");
        return std::move(schema_);
    }

private:
    static constexpr std::size_t max_nodes = 20'000;

    // A schema value is compiled once; its index exists before its members are looked at, so that a
    // $ref may point back to it.
    core::Result<std::size_t> compile(const json::value& value) {
        if (const auto known = indices_.find(&value); known != indices_.end()) return known->second;
        if (!value.is_object()) {
            if (value.is_bool() && value.get_bool()) return add(value, SchemaNode{});
            return invalid("a schema must be an object");
        }
        const json::object& object = value.get_object();
        if (const auto* const reference = object.if_contains("$ref"))
            return follow(value, *reference);
        OVERNIGHT_TRY_ASSIGN(const std::size_t index, add(value, SchemaNode{}));
        SchemaNode node;
        OVERNIGHT_TRY(fill(object, node));
        schema_.nodes_[index] = std::move(node);
        return index;
    }

    core::Result<std::size_t> add(const json::value& value, SchemaNode node) {
        if (schema_.nodes_.size() >= max_nodes) return invalid("it has too many parts");
        schema_.nodes_.push_back(std::move(node));
        indices_.emplace(&value, schema_.nodes_.size() - 1);
        return schema_.nodes_.size() - 1;
    }

    core::Result<std::size_t> follow(const json::value& from, const json::value& reference) {
        if (!reference.is_string() || !reference.get_string().starts_with('#')) {
            return invalid("$ref must point into the schema");
        }
        boost::system::error_code error;
        const json::string& text = reference.get_string();
        const json::value* const target =
            root_.find_pointer(json::string_view(text).substr(1), error);
        if (target == nullptr || target == &from) return invalid("$ref points to nothing");
        if (++hops_ > 100) return invalid("$ref runs in a circle");
        OVERNIGHT_TRY_ASSIGN(const std::size_t index, compile(*target));
        --hops_;
        return index;
    }

    core::Result<> fill(const json::object& object, SchemaNode& node) {
        if (const auto* const constant = object.if_contains("const")) {
            node.kind = SchemaNode::Kind::constant;
            node.constants.push_back(json::serialize(*constant));
            return {};
        }
        if (const auto* const choices = object.if_contains("enum");
            choices != nullptr && choices->is_array()) {
            node.kind = SchemaNode::Kind::constant;
            for (const auto& choice : choices->get_array())
                node.constants.push_back(json::serialize(choice));
            if (node.constants.empty()) return invalid("enum is empty");
            return {};
        }
        for (const char* const keyword : {"anyOf", "oneOf"}) {
            const auto* const options = object.if_contains(keyword);
            if (options == nullptr || !options->is_array() || options->get_array().empty())
                continue;
            node.kind = SchemaNode::Kind::any_of;
            for (const auto& option : options->get_array()) {
                OVERNIGHT_TRY_ASSIGN(const std::size_t index, compile(option));
                node.options.push_back(index);
            }
            return {};
        }
        if (const auto* const all = object.if_contains("allOf");
            all != nullptr && all->is_array()) {
            return invalid("'allOf' is not permitted");
        }
        return fill_type(object, node);
    }

    core::Result<> fill_type(const json::object& object, SchemaNode& node) {
        const auto* const type = object.if_contains("type");
        if (type != nullptr && type->is_array()) {
            node.kind = SchemaNode::Kind::any_of;
            for (const auto& one : type->get_array()) {
                if (!one.is_string()) return invalid("type must name types");
                SchemaNode option;
                OVERNIGHT_TRY(fill_simple(one.get_string(), object, option));
                if (schema_.nodes_.size() >= max_nodes) return invalid("it has too many parts");
                schema_.nodes_.push_back(std::move(option));
                node.options.push_back(schema_.nodes_.size() - 1);
            }
            if (node.options.empty()) return invalid("type is empty");
            return {};
        }
        if (type != nullptr && type->is_string())
            return fill_simple(type->get_string(), object, node);
        if (object.contains("properties")) return fill_simple("object", object, node);
        if (object.contains("items")) return fill_simple("array", object, node);
        return fill_simple("string", object, node);
    }

    core::Result<> fill_simple(json::string_view type,
                               const json::object& object,
                               SchemaNode& node) {
        if (type == "object") {
            node.kind = SchemaNode::Kind::object;
            if (strictness_ == Strictness::strict) OVERNIGHT_TRY(check_strict(object));
            const auto* const properties = object.if_contains("properties");
            if (properties == nullptr || !properties->is_object()) return {};
            for (const auto& property : properties->get_object()) {
                OVERNIGHT_TRY_ASSIGN(const std::size_t index, compile(property.value()));
                node.properties.emplace_back(std::string(property.key()), index);
            }
        } else if (type == "array") {
            node.kind = SchemaNode::Kind::array;
            node.min_size = size_in(object, "minItems", 0);
            node.max_size =
                std::max(node.min_size,
                         size_in(object, "maxItems", std::max<std::size_t>(node.min_size, 3)));
            if (const auto* const items = object.if_contains("items")) {
                OVERNIGHT_TRY_ASSIGN(node.items, compile(*items));
            } else {
                schema_.nodes_.emplace_back();
                node.items = schema_.nodes_.size() - 1;
            }
        } else if (type == "string") {
            node.kind = SchemaNode::Kind::string;
            node.min_size = size_in(object, "minLength", 0);
            node.max_size = size_in(object, "maxLength", node.max_size);
            const auto* const format = object.if_contains("format");
            if (format != nullptr && format->is_string()) node.format = format->get_string();
        } else if (type == "number" || type == "integer") {
            node.kind = type == "number" ? SchemaNode::Kind::number : SchemaNode::Kind::integer;
            fill_range(object, node);
        } else if (type == "boolean") {
            node.kind = SchemaNode::Kind::boolean;
        } else if (type == "null") {
            node.kind = SchemaNode::Kind::null;
        } else {
            return invalid("there is no type called '" + std::string(type) + "'");
        }
        return {};
    }

    static core::Result<> check_strict(const json::object& object) {
        const auto* const more = object.if_contains("additionalProperties");
        if (more == nullptr || !more->is_bool() || more->get_bool()) {
            return invalid("'additionalProperties' is required to be supplied and to be false.");
        }
        const auto* const properties = object.if_contains("properties");
        if (properties == nullptr || !properties->is_object()) return {};
        const auto* const required = object.if_contains("required");
        for (const auto& property : properties->get_object()) {
            const bool listed =
                required != nullptr && required->is_array() &&
                std::any_of(required->get_array().begin(), required->get_array().end(),
                            [&](const json::value& one) { return one == property.key(); });
            if (!listed) {
                return invalid(
                    "'required' is required to be supplied and to be an array including every key "
                    "in "
                    "properties. Missing '" +
                    std::string(property.key()) + "'.");
            }
        }
        return {};
    }

    static void fill_range(const json::object& object, SchemaNode& node) {
        const double step = node.kind == SchemaNode::Kind::integer ? 1 : 0.01;
        node.minimum = number_in(object, "minimum", node.minimum);
        node.maximum = number_in(object, "maximum", node.maximum);
        node.minimum = std::max(node.minimum,
                                number_in(object, "exclusiveMinimum", node.minimum - step) + step);
        node.maximum = std::min(node.maximum,
                                number_in(object, "exclusiveMaximum", node.maximum + step) - step);
        node.multiple_of = number_in(object, "multipleOf", 0);
    }

    // Depths settle from the leaves upwards; a node that never gets one has no finite instance.
    void measure() {
        bool changed = true;
        while (changed) {
            changed = false;
            for (SchemaNode& node : schema_.nodes_) {
                const std::size_t depth = depth_of(node);
                if (depth < node.depth) {
                    node.depth = depth;
                    changed = true;
                }
            }
        }
    }

    std::size_t depth_of(const SchemaNode& node) const {
        std::size_t depth = 0;
        switch (node.kind) {
        case SchemaNode::Kind::object:
            for (const auto& [name, index] : node.properties)
                depth = std::max(depth, schema_.nodes_[index].depth + 1);
            return depth;
        case SchemaNode::Kind::array:
            return node.min_size == 0 ? 0 : schema_.nodes_[node.items].depth + 1;
        case SchemaNode::Kind::any_of:
            depth = SchemaNode::unreachable;
            for (const std::size_t index : node.options)
                depth = std::min(depth, schema_.nodes_[index].depth + 1);
            return depth;
        default:
            return 0;
        }
    }

    const json::value& root_;
    const Strictness strictness_;
    Schema schema_;
    std::map<const json::value*, std::size_t> indices_;
    unsigned hops_ = 0;
};

core::Result<Schema> Schema::compile(std::string_view text, Strictness strictness) {
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = 128;
    const json::value document =
        json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error) return invalid("it is not JSON");
    return SchemaCompiler(document, strictness).run();
}

}  // namespace overnight::emulator
