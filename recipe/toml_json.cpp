#include "recipe/toml_json.hpp"

#include "jsonl/json_text.hpp"
#include "recipe/json_number.hpp"
#include "recipe/toml_section.hpp"

#include <cmath>

namespace overnight::recipe {
namespace {

using core::Result;

Result<> append_node(std::string& out, const toml::node& node, std::string_view file) {
    switch (node.type()) {
    case toml::node_type::table: {
        out += '{';
        bool first = true;
        for (const auto& [key, value] : *node.as_table()) {  // toml++ keeps them sorted
            if (!first) out += ',';
            first = false;
            jsonl::append_json_string(out, key.str());
            out += ':';
            OVERNIGHT_TRY(append_node(out, value, file));
        }
        out += '}';
        return {};
    }
    case toml::node_type::array: {
        out += '[';
        bool first = true;
        for (const toml::node& item : *node.as_array()) {
            if (!first) out += ',';
            first = false;
            OVERNIGHT_TRY(append_node(out, item, file));
        }
        out += ']';
        return {};
    }
    case toml::node_type::string:
        jsonl::append_json_string(out, node.as_string()->get());
        return {};
    case toml::node_type::integer:
        out += std::to_string(node.as_integer()->get());
        return {};
    case toml::node_type::boolean:
        out += node.as_boolean()->get() ? "true" : "false";
        return {};
    case toml::node_type::floating_point: {
        const double value = node.as_floating_point()->get();
        if (!std::isfinite(value)) {
            return toml_error(file, node.source().begin.line,
                              "a parameter cannot be nan or inf, which JSON does not have");
        }
        append_double(out, value);
        return {};
    }
    default:
        break;
    }
    return toml_error(file, node.source().begin.line,
                      "a parameter cannot be " + std::string(kind_words(node)) +
                          ", which JSON does not have; write it as a text in quotes");
}

}  // namespace

Result<std::string> toml_to_json(const toml::table& table, std::string_view file) {
    std::string out;
    OVERNIGHT_TRY(append_node(out, table, file));
    return out;
}

}  // namespace overnight::recipe
