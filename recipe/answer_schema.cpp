#include "recipe/answer_schema.hpp"

#include "core/text.hpp"
#include "recipe/compact_json.hpp"
#include "recipe/recipe_sections.hpp"
#include "recipe/schema_rules.hpp"

#include <boost/json.hpp>
#define VALIJSON_USE_EXCEPTIONS 1  // else it ends the process over a schema that it does not know
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace overnight::recipe {
namespace {

using core::Errc;
using core::Error;
using core::Result;
namespace json = boost::json;
using valijson::adapters::BoostJsonAdapter;

std::string text_of(json::string_view text) {
    return std::string(text.data(), text.size());
}

Result<json::value> read_json(std::string_view text, std::string_view where) {
    json::stream_parser parser;
    boost::system::error_code code;
    const std::size_t read = parser.write_some(text.data(), text.size(), code);
    const std::size_t rest = text.find_first_not_of(" \t\r\n", read);
    if (!code && parser.done() && rest == std::string_view::npos) return parser.release();
    const std::string_view before = text.substr(0, code ? read : std::min(rest, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::string why = code             ? code.message()
                            : !parser.done() ? std::string("it ends too early")
                                             : std::string("more text behind the schema");
    return Error(Errc::invalid_input, std::string(where) + ":" + std::to_string(line) +
                                          ": not valid JSON: " + core::printable(why));
}

bool all_texts(const json::value& value) {
    const json::array* list = value.if_array();
    return list != nullptr && !list->empty() &&
           std::all_of(list->begin(), list->end(),
                       [](const json::value& v) { return v.is_string(); });
}

/// Whether a property's values can be text that a model made up, as far as its own schema tells.
bool is_text(const json::value& schema) {
    const auto plain = [](json::string_view type) {
        return type == "number" || type == "integer" || type == "boolean" || type == "null";
    };
    const json::value* type = schema.get_object().if_contains("type");
    if (type == nullptr) return true;
    if (type->is_string()) return !plain(type->get_string());
    if (!all_texts(*type)) return true;
    return !std::all_of(type->get_array().begin(), type->get_array().end(),
                        [&](const json::value& v) { return plain(v.get_string()); });
}

/// A pack puts the row's schema under $defs of a new root and the row's own definitions beside it,
/// so what is referred to from the old root has to be found from the new one.
PackDefinition make_pack_definition(json::value root) {
    PackDefinition pack;
    json::object& object = root.get_object();
    const json::value* own = object.if_contains("$defs");
    while (own != nullptr && own->get_object().contains(pack.name))
        pack.name += '_';

    const std::string new_root = "#/$defs/" + pack.name;
    visit_schemas(root, [&](json::value& schema, const std::string&, int) {
        json::value* reference = schema.get_object().if_contains("$ref");
        if (reference == nullptr) return;
        const std::string target = text_of(reference->get_string());
        if (!target.starts_with("#/$defs/")) *reference = json::string(new_root + target.substr(1));
    });

    std::string row(1, '{');
    std::string definitions;
    for (const auto& member : object) {
        const std::string name = text_of(member.key());
        if (name == "$schema" || name == "$id") continue;
        if (name == "$defs") {
            for (const auto& definition : member.value().get_object()) {
                definitions += ',';
                append_member(definitions, text_of(definition.key()), definition.value());
            }
            continue;
        }
        if (row.size() > 1) row += ',';
        append_member(row, name, member.value());
    }
    pack.definitions = "\"" + pack.name + "\":" + row + "}" + definitions;
    return pack;
}

/// Keywords that only the provider checks: patterns on a stranger's text can take for ever or all
/// the stack, and names of the schema itself would have it looked for elsewhere.
void drop_unchecked(json::value& root) {
    visit_schemas(root, [](json::value& schema, const std::string&, int) {
        for (const char* keyword : {"pattern", "format", "$id", "$schema"})
            schema.get_object().erase(keyword);
    });
}

/// valijson reports from the inside out, so the first error is the most precise one.
std::string first_error(valijson::ValidationResults& results) {
    valijson::ValidationResults::Error error;
    if (!results.popError(error)) return "no reason given";
    std::string place;
    for (const std::string& step : error.context) {
        if (step != "<root>") place += step;
    }
    return core::printable((place.empty() ? "" : "at " + place + ": ") + error.description, 300);
}

}  // namespace

struct AnswerSchema::Impl {
    std::string text;
    PackDefinition pack;
    std::vector<AnswerColumn> columns;
    std::vector<std::string> names;  ///< of the columns
    std::size_t properties = 0;
    int levels = 0;
    valijson::Schema compiled;
    mutable valijson::Validator validator;
};

AnswerSchema::AnswerSchema(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AnswerSchema::AnswerSchema(AnswerSchema&&) noexcept = default;
AnswerSchema& AnswerSchema::operator=(AnswerSchema&&) noexcept = default;
AnswerSchema::~AnswerSchema() = default;

Result<AnswerSchema> AnswerSchema::make(std::string_view text, std::string_view where) {
    OVERNIGHT_TRY_ASSIGN(json::value root, read_json(text, where));
    OVERNIGHT_TRY(check_strict_schema(root, where));

    auto impl = std::make_unique<Impl>();
    for (const auto& property : root.get_object().at("properties").get_object()) {
        const std::string name = text_of(property.key());
        if (const std::string_view bad = bad_column_name(name); !bad.empty()) {
            return Error(Errc::invalid_input,
                         std::string(where) + ": the property '" + core::printable(name) +
                             "' cannot be an answer column: " + std::string(bad));
        }
        impl->columns.push_back({name, is_text(property.value())});
        impl->names.push_back(name);
    }
    if (impl->columns.empty()) {
        return Error(Errc::invalid_input,
                     std::string(where) + ": the schema has no property at its top");
    }
    visit_schemas(root, [&](json::value& schema, const std::string&, int level) {
        impl->levels = std::max(impl->levels, level);
        if (const json::value* properties = schema.get_object().if_contains("properties")) {
            impl->properties += properties->get_object().size();
        }
    });
    append_json(impl->text, root);
    impl->pack = make_pack_definition(root);

    drop_unchecked(root);
    try {  // valijson tells a schema that it does not understand by exceptions
        valijson::SchemaParser parser;
        parser.populateSchema(BoostJsonAdapter(root), impl->compiled);
    } catch (const std::exception& error) {
        return Error(Errc::invalid_input,
                     std::string(where) + ": " + core::printable(error.what()));
    }
    return AnswerSchema(std::move(impl));
}

const std::string& AnswerSchema::text() const noexcept {
    return impl_->text;
}
const PackDefinition& AnswerSchema::pack() const noexcept {
    return impl_->pack;
}
const std::vector<AnswerColumn>& AnswerSchema::columns() const noexcept {
    return impl_->columns;
}
std::size_t AnswerSchema::properties() const noexcept {
    return impl_->properties;
}
int AnswerSchema::levels() const noexcept {
    return impl_->levels;
}

Result<> AnswerSchema::check(std::string_view json_text,
                             JsonWalker& walker,
                             std::string& payload) const {
    CompactWriter writer;
    OVERNIGHT_TRY(walker.walk(json_text, writer));  // strict; so what follows only meets good JSON
    if (!writer.is_object()) return Error(Errc::protocol, "the answer is not a JSON object");

    json::parse_options options;
    options.max_depth = 80;  // more than the walker lets through
    boost::system::error_code code;
    const json::value value = json::parse(
        json::string_view(writer.text().data(), writer.text().size()), code, {}, options);
    if (code) return Error(Errc::protocol, "not valid JSON: " + core::printable(code.message()));
    try {
        valijson::ValidationResults results;
        if (!impl_->validator.validate(impl_->compiled, BoostJsonAdapter(value), &results)) {
            return Error(Errc::protocol,
                         "the answer does not satisfy the schema: " + first_error(results));
        }
    } catch (const std::exception& error) {
        return Error(Errc::protocol,
                     "the answer cannot be checked: " + core::printable(error.what()));
    }
    writer.write_object(impl_->names, payload);
    return {};
}

}  // namespace overnight::recipe
