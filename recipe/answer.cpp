#include "recipe/answer.hpp"

#include "core/text.hpp"
#include "recipe/answer_flat.hpp"
#include "recipe/answer_impl.hpp"
#include "recipe/answer_text.hpp"
#include "recipe/compact_json.hpp"
#include "recipe/schema_rules.hpp"

#include <algorithm>

namespace overnight::recipe {
namespace {

using core::Errc;
using core::Error;
using core::Result;

/// A strict schema in which every row of a pack is a property of its own must stay within the
/// limits as well.
Result<> check_pack_room(std::size_t properties, int levels, std::uint32_t pack_rows) {
    if (pack_rows < 2) return {};
    if (properties + pack_rows > most_schema_properties) {
        return Error(Errc::invalid_input, "the answer's " + core::grouped(properties) +
                                              " properties and " + core::grouped(pack_rows) +
                                              " rows in a pack are more than the 5,000 that a "
                                              "strict schema may have; lower 'rows' in [pack]");
    }
    if (levels >= deepest_schema) {
        return Error(Errc::invalid_input,
                     "the answer's schema nests 10 levels deep, and a pack adds one more than a "
                     "strict schema may "
                     "have; set rows = 1 in [pack]");
    }
    return {};
}

Result<> check_list_endpoint(const Recipe& recipe, std::string_view endpoint) {
    const auto refuse = [&](std::string_view why) {
        return Error(Errc::invalid_input, core::printable(endpoint) + " " + std::string(why));
    };
    if (!recipe.answer.fields.empty() || !recipe.answer.schema_file.empty()) {
        return refuse("has an answer of its own kind; leave [answer] out");
    }
    if (!recipe.instructions.empty()) {
        return refuse(
            "takes no instructions; leave 'instructions' out of [prompt], or put its text into "
            "'row'");
    }
    return {};
}

/// An embedding: numbers only. A moderation: the provider's result object.
Result<> check_item(AnswerKind kind,
                    std::string_view answer,
                    JsonWalker& walker,
                    std::string& payload) {
    struct Numbers final : JsonVisitor {
        void begin_object(std::string_view) override { good = false; }
        void begin_list(std::string_view) override { good = good && depth++ == 0; }
        void key(std::string_view) override {}
        void end() override {}
        void text(std::string_view) override { good = false; }
        void literal(jsonl::ValueKind what, std::string_view value) override {
            good = good && depth == 1 && what == jsonl::ValueKind::number;
            if (!out.empty()) out += ',';
            out += value;
        }
        int depth = 0;
        bool good = true;
        std::string out;
    };
    if (kind == AnswerKind::vector) {
        Numbers numbers;
        OVERNIGHT_TRY(walker.walk(answer, numbers));
        if (!numbers.good || numbers.out.empty())
            return Error(Errc::protocol, "the answer is not a list of numbers");
        payload.assign(1, '[').append(numbers.out).append(1, ']');
        return {};
    }
    CompactWriter writer;
    OVERNIGHT_TRY(walker.walk(answer, writer));
    if (!writer.is_object()) return Error(Errc::protocol, "the answer is not a moderation result");
    payload = writer.text();
    return {};
}

}  // namespace

AnswerShape::AnswerShape() : impl_(std::make_unique<Impl>()) {}
AnswerShape::AnswerShape(AnswerShape&&) noexcept = default;
AnswerShape& AnswerShape::operator=(AnswerShape&&) noexcept = default;
AnswerShape::~AnswerShape() = default;

Result<AnswerShape> AnswerShape::make(const Recipe& recipe,
                                      std::string_view endpoint,
                                      std::string_view schema_text) {
    AnswerShape shape;
    Impl& impl = *shape.impl_;
    const EndpointForm form = form_of(endpoint);
    if (form != EndpointForm::prompt) {
        OVERNIGHT_TRY(check_list_endpoint(recipe, endpoint));
        const bool vector = form == EndpointForm::embeddings;
        impl.kind = vector ? AnswerKind::vector : AnswerKind::scores;
        impl.columns.push_back({vector ? "embedding" : "moderation", true});
        return shape;
    }
    if (!recipe.answer.schema_file.empty()) {
        OVERNIGHT_TRY_ASSIGN(
            impl.schema,
            AnswerSchema::make(schema_text, core::printable(recipe.answer.schema_file)));
        OVERNIGHT_TRY(
            check_pack_room(impl.schema->properties(), impl.schema->levels(), recipe.pack_rows));
        impl.kind = AnswerKind::object;
        impl.columns = impl.schema->columns();
        impl.row_schema = impl.schema->text();
        impl.pack = impl.schema->pack();
        return shape;
    }
    if (!recipe.answer.fields.empty()) {
        OVERNIGHT_TRY(check_pack_room(recipe.answer.fields.size(), 2, recipe.pack_rows));
        impl.kind = AnswerKind::object;
        impl.fields = recipe.answer.fields;
        for (const AnswerField& field : impl.fields) {
            const bool text =
                field.type == FieldType::string || field.type == FieldType::enumeration;
            impl.columns.push_back({field.name, text});
        }
        impl.row_schema = flat_schema(impl.fields);
        impl.pack.definitions = "\"row\":" + impl.row_schema;
        return shape;
    }
    impl.columns.push_back({"answer", true});
    impl.pack.definitions = R"("row":{"type":"string"})";
    return shape;
}

AnswerKind AnswerShape::kind() const noexcept {
    return impl_->kind;
}
const std::vector<AnswerColumn>& AnswerShape::columns() const noexcept {
    return impl_->columns;
}
const std::string& AnswerShape::row_schema() const noexcept {
    return impl_->row_schema;
}

std::string AnswerShape::request_schema(std::uint32_t rows) const {
    if (rows < 2 || impl_->pack.definitions.empty()) return impl_->row_schema;
    std::string properties;
    std::string required;
    for (std::uint32_t row = 1; row <= rows; ++row) {
        const std::string name = "\"r" + std::to_string(row) + "\"";
        const std::string_view comma = row == 1 ? "" : ",";
        properties.append(comma).append(name).append(R"(:{"$ref":"#/$defs/)");
        properties.append(impl_->pack.name).append("\"}");
        required.append(comma).append(name);
    }
    return R"({"type":"object","properties":{)" + properties + R"(},"required":[)" + required +
           R"(],"additionalProperties":false,"$defs":{)" + impl_->pack.definitions + "}}";
}

Result<> AnswerShape::check(std::string_view answer, std::string& payload) const {
    Impl& impl = *impl_;
    if (impl.kind == AnswerKind::text) {
        if (trim(answer).empty()) return Error(Errc::protocol, "the answer is empty");
        payload = answer;
        return {};
    }
    const std::string_view json = without_fence(answer);
    if (json.empty()) return Error(Errc::protocol, "the answer is empty");
    Result<> result = impl.kind != AnswerKind::object
                          ? check_item(impl.kind, json, impl.walker, payload)
                      : impl.schema ? impl.schema->check(json, impl.walker, payload)
                                    : check_flat(impl.fields, json, impl.walker, payload);
    if (result || result.error().code() != Errc::invalid_input) return result;
    return Error(Errc::protocol,
                 "the answer is " + result.error().message());  // "not valid JSON: ..."
}

Result<> check_output_columns(const AnswerShape& shape,
                              const std::vector<std::string>& input_columns) {
    const auto in_input = [&](std::string_view name) {
        return std::find(input_columns.begin(), input_columns.end(), name) != input_columns.end();
    };
    for (const std::string_view own : {"_status", "_error"}) {
        if (!in_input(own)) continue;
        return Error(Errc::invalid_input,
                     "the input has a column '" + std::string(own) +
                         "', which every output has for itself; rename it in the input");
    }
    for (const AnswerColumn& column : shape.columns()) {
        if (!in_input(column.name)) continue;
        const std::string_view advice = shape.kind() == AnswerKind::object
                                            ? "rename the one in [answer]"
                                            : "rename the one in the input";
        return Error(Errc::invalid_input, "'" + core::printable(column.name) +
                                              "' would stand twice in the output: it is a column "
                                              "of the input and of the answer; " +
                                              std::string(advice));
    }
    return {};
}

}  // namespace overnight::recipe
