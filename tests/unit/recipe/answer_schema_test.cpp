// A schema file: what is refused, how it stands in packs, and how answers are checked against it.
#include "made.hpp"
#include "recipe/answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace overnight::recipe {
namespace {

using testing::checked;
using ::testing::HasSubstr;
using testing::schema_shape;

constexpr std::string_view rich = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "title": { "type": "string", "minLength": 2, "pattern": "^(a+)+$" },
    "score": { "type": ["number", "null"], "minimum": 0.5 },
    "tags": { "type": "array", "items": { "$ref": "#/$defs/tag" } },
    "tree": { "$ref": "#/$defs/row" },
    "again": { "anyOf": [ { "type": "null" }, { "$ref": "#" } ] },
    "any": { "description": "whatever" }
  },
  "required": [ "title", "score", "tags", "tree", "again", "any" ],
  "additionalProperties": false,
  "$defs": {
    "tag": { "type": "string", "enum": [ "x", "y" ] },
    "row": {
      "type": "object",
      "properties": {
        "name": { "type": "string" },
        "children": { "type": "array", "items": { "$ref": "#/$defs/row" } }
      },
      "required": [ "name", "children" ],
      "additionalProperties": false
    }
  }
})";

/// Compares with a file in tests/golden/recipe; OVERNIGHT_ACCEPT=1 writes it anew.
void expect_golden(const std::string& name, const std::string& text) {
    const std::string path = std::string(OVERNIGHT_GOLDEN_FOLDER) + "/" + name;
    if (std::getenv("OVERNIGHT_ACCEPT") != nullptr)
        std::ofstream(path, std::ios::binary) << text << '\n';
    std::ifstream file(path, std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    EXPECT_EQ(content.str(), text + "\n") << path;
}

AnswerShape rich_shape(std::uint32_t pack_rows = 2) {
    auto shape = schema_shape(rich, pack_rows);
    return std::move(shape).value();
}

TEST(AnswerSchema, is_sent_compact_and_in_the_users_order) {
    expect_golden("rich.row.json", rich_shape().row_schema());
}

TEST(AnswerSchema, stands_once_in_a_packs_schema_with_its_references) {
    expect_golden("rich.pack2.json", rich_shape().request_schema(2));
}

TEST(AnswerSchema, gives_the_columns) {
    const AnswerShape shape = rich_shape();
    std::vector<std::pair<std::string, bool>> columns;
    for (const auto& column : shape.columns())
        columns.emplace_back(column.name, column.text);
    EXPECT_THAT(columns, ::testing::ElementsAre(std::pair("title", true), std::pair("score", false),
                                                std::pair("tags", true), std::pair("tree", true),
                                                std::pair("again", true), std::pair("any", true)));
}

TEST(AnswerSchema, checks_answers) {
    const AnswerShape shape = rich_shape();
    EXPECT_EQ(
        checked(
            shape,
            R"({"any": [1.10, "\u00e4"], "title":"aab", "score": 0.50, "tags":["x","y"], "again":null,
                          "tree":{"name":"n","children":[{"name":"m","children":[]}]}})"),
        "{\"title\":\"aab\",\"score\":0.50,\"tags\":[\"x\",\"y\"],\"tree\":{\"name\":\"n\","
        "\"children\":[{\"name\":\"m\","
        "\"children\":[]}]},\"again\":null,\"any\":[1.10,\"\xC3\xA4\"]}");
    const std::string good =
        R"("title":"aa","score":null,"tags":[],"tree":{"name":"n","children":[]},"any":7)";
    EXPECT_FALSE(checked(shape, "{" + good + R"(,"again":null})").starts_with("ERROR"));
    EXPECT_FALSE(checked(shape, "{" + good + R"(,"again":{)" + good + R"(,"again":null}})")
                     .starts_with("ERROR"));
    const struct {
        const char* answer;
        const char* part;
    } bad[] = {
        {R"({"title":"a","score":1,"tags":[],"tree":{"name":"n","children":[]},"again":null,"any":1})",
         "[title]"},
        {R"({"title":"aa","score":0.1,"tags":[],"tree":{"name":"n","children":[]},"again":null,"any":1})",
         "[score]"},
        {R"({"title":"aa","score":1,"tags":["z"],"tree":{"name":"n","children":[]},"again":null,"any":1})",
         "[tags][0]"},
        {R"({"title":"aa","score":1,"tags":[],"tree":{"name":"n"},"again":null,"any":1})",
         "children"},
        {R"({"title":"aa","score":1,"tags":[],"tree":{"name":"n","children":[{"name":1,"children":[]}]},"again":null,"any":1})",
         "[tree][children][0][name]"},
        {R"({"title":"aa","score":1,"tags":[],"tree":{"name":"n","children":[]},"again":7,"any":1})",
         "[again]"},
        {R"({"title":"aa","score":1,"tags":[],"tree":{"name":"n","children":[]},"again":null})",
         "any"},
        {R"({"title":"aa","score":1,"tags":[],"tree":{"name":"n","children":[]},"again":null,"any":1,"more":2})",
         "more"},
    };
    for (const auto& [answer, part] : bad) {
        const std::string result = checked(shape, answer);
        EXPECT_THAT(result, HasSubstr("ERROR: the answer does not satisfy the schema: ")) << answer;
        EXPECT_THAT(result, HasSubstr(part));
    }
    EXPECT_EQ(checked(shape, "[]"), "ERROR: the answer is not a JSON object");
    EXPECT_EQ(checked(shape, "7"), "ERROR: the answer is not a JSON object");
    EXPECT_THAT(checked(shape, R"({"title":"aa","title":"bb"})"),
                HasSubstr("'title' occurs twice"));
}

TEST(AnswerSchema, survives_deep_answers_to_a_recursive_schema) {
    const AnswerShape shape = rich_shape();
    std::string deep;
    for (int i = 0; i < 60; ++i)
        deep += R"({"name":"n","children":[)";
    for (int i = 0; i < 60; ++i)
        deep += "]}";
    EXPECT_THAT(checked(shape, R"({"tree":)" + deep + "}"), HasSubstr("more than 64 levels"));
}

TEST(AnswerSchema, nested_values_are_json_cells) {
    const AnswerShape shape = rich_shape();
    const std::string payload = checked(
        shape,
        R"({"any":{"b" : [ ]},"title":"aa","score":null,"tags":["x"],"tree":{"name":"n","children":[]},"again":null})");
    std::string scratch;
    std::vector<AnswerShape::Cell> cells;
    ASSERT_TRUE(shape.cells(payload, scratch, cells));
    EXPECT_EQ(cells[0].value, "aa");
    EXPECT_EQ(cells[1].kind, jsonl::ValueKind::null);
    EXPECT_EQ(cells[1].value, "");
    EXPECT_EQ(cells[2].value, R"(["x"])");
    EXPECT_EQ(cells[2].kind, jsonl::ValueKind::json);
    EXPECT_EQ(cells[3].value, R"({"name":"n","children":[]})");
    EXPECT_EQ(cells[5].value, R"({"b":[]})");
}

struct Case {
    const char* name;
    std::string schema;
    const char* message;
};

std::string object(std::string_view property) {
    return R"({"type":"object","properties":{"a":)" + std::string(property) +
           R"(},"required":["a"],"additionalProperties":false})";
}

const Case refused[] = {
    {"not_json", "{\n  \"type\": object\n}", "s.json:2: not valid JSON: "},
    {"empty", "", "s.json:1: not valid JSON: "},
    {"cut_off", "{\n\n\"type\":", "s.json:3: not valid JSON: "},
    {"text_behind", "{}\n{}", "s.json:"},
    {"list", "[]", "s.json: a schema must be a JSON object"},
    {"no_type", "{}", "s.json: the answer as a whole must be \"type\": \"object\""},
    {"root_list", R"({"type":"array","items":{"type":"string"}})",
     "s.json: the answer as a whole must be \"type\": \"object\""},
    {"root_any_of",
     R"({"type":"object","anyOf":[],"properties":{},"required":[],"additionalProperties":false})",
     "s.json: the answer as a whole must be \"type\": \"object\""},
    {"open_object", R"({"type":"object","properties":{"a":{}},"required":["a"]})",
     "s.json: an object must have \"additionalProperties\": false"},
    {"additional_true",
     R"({"type":"object","properties":{"a":{}},"required":["a"],"additionalProperties":true})",
     "s.json: an object must have \"additionalProperties\": false"},
    {"no_properties", R"({"type":"object","required":["a"],"additionalProperties":false})",
     "s.json: an object must have \"properties\""},
    {"empty_properties",
     R"({"type":"object","properties":{},"required":[],"additionalProperties":false})",
     "s.json: it has no property, so there is nothing to answer"},
    {"no_required", R"({"type":"object","properties":{"a":{}},"additionalProperties":false})",
     "s.json: an object must list all its properties in \"required\""},
    {"optional_property",
     R"({"type":"object","properties":{"a":{},"b":{}},"required":["a"],"additionalProperties":false})",
     "s.json: the property 'b' must be in \"required\"; allow null in its type if it may be "
     "missing"},
    {"required_unknown",
     R"({"type":"object","properties":{"a":{}},"required":["a","b"],"additionalProperties":false})",
     "s.json: \"required\" names 'b', which is no property"},
    {"nested_open_object",
     object(
         R"({"type":"array","items":{"type":["object","null"],"properties":{"b":{}},"required":["b"]}})"),
     "s.json: at /properties/a/items: an object must have \"additionalProperties\": false"},
    {"all_of", object(R"({"allOf":[{}]})"),
     "s.json: at /properties/a: 'allOf' is not part of strict structured output"},
    {"not", object(R"({"not":{}})"),
     "s.json: at /properties/a: 'not' is not part of strict structured output"},
    {"if", object(R"({"if":{}})"),
     "s.json: at /properties/a: 'if' is not part of strict structured output"},
    {"pattern_properties", object(R"({"patternProperties":{"(a+)+":{}}})"),
     "s.json: at /properties/a: 'patternProperties' is not part of strict structured output"},
    {"boolean_schema", object("true"), "s.json: at /properties/a: a schema must be a JSON object"},
    {"ref_number", object(R"({"$ref":7})"),
     "s.json: at /properties/a: \"$ref\" must begin with '#': a schema stands in one file"},
    {"ref_elsewhere", object(R"({"$ref":"http://example.com/x"})"),
     "s.json: at /properties/a: \"$ref\" must begin with '#': a schema stands in one file"},
    {"ref_to_nothing", object(R"({"$ref":"#/$defs/b"})"),
     "s.json: at /properties/a: \"$ref\" leads to nothing"},
    {"ref_to_no_schema", object(R"({"$ref":"#/properties"})"),
     "s.json: a \"$ref\" leads to a place that is no schema"},
    {"ref_to_itself", object(R"({"$ref":"#/properties/a"})"),
     "s.json: at /properties/a: its \"$ref\" leads back to itself"},
    {"ref_circle_through_any_of",
     object(R"({"anyOf":[{"type":"null"},{"$ref":"#/properties/a"}]})"),
     "s.json: at /properties/a: its \"$ref\" leads back to itself"},
    {"defs_list",
     R"({"type":"object","properties":{"a":{}},"required":["a"],"additionalProperties":false,"$defs":[]})",
     "s.json: its definitions must be an object"},
    {"reserved_column",
     R"({"type":"object","properties":{"_status":{}},"required":["_status"],"additionalProperties":false})",
     "s.json: the property '_status' cannot be an answer column: the output has a column of its "
     "own by that name"},
};

class RefusedSchemas : public ::testing::TestWithParam<Case> {};

TEST_P(RefusedSchemas, say_why) {
    const auto shape = schema_shape(GetParam().schema);
    ASSERT_FALSE(shape);
    EXPECT_EQ(shape.error().code(), core::Errc::invalid_input);
    EXPECT_TRUE(shape.error().message().starts_with(GetParam().message)) << shape.error().message();
}

INSTANTIATE_TEST_SUITE_P(AnswerSchema,
                         RefusedSchemas,
                         ::testing::ValuesIn(refused),
                         [](const auto& one) { return std::string(one.param.name); });

std::string nested(int levels) {
    std::string schema = R"({"type":"string"})";
    for (int i = 1; i < levels; ++i)
        schema = object(schema);
    return schema;
}

TEST(AnswerSchema, may_nest_ten_levels_and_one_less_in_packs) {
    EXPECT_TRUE(schema_shape(nested(10)));
    EXPECT_FALSE(schema_shape(nested(11)));
    EXPECT_TRUE(schema_shape(nested(9), 2));
    EXPECT_FALSE(schema_shape(nested(10), 2));
}

TEST(AnswerSchema, counts_a_packs_rows_as_properties) {
    std::string properties;
    std::string required;
    for (int i = 0; i < 4990; ++i) {
        const std::string name = "\"p" + std::to_string(i) + "\"";
        properties += (i == 0 ? "" : ",") + name + ":{}";
        required += (i == 0 ? "" : ",") + name;
    }
    const std::string wide = R"({"type":"object","properties":{)" + properties +
                             R"(},"required":[)" + required + R"(],"additionalProperties":false})";
    EXPECT_TRUE(schema_shape(wide, 10));
    EXPECT_FALSE(schema_shape(wide, 11));
}

TEST(AnswerSchema, keywords_as_names_are_only_names) {
    const auto shape = schema_shape(
        R"({"type":"object","properties":{"pattern":{"type":"string"},"not":{"type":"string"},"$ref":{"type":"string"},
            "properties":{"type":"string"}},"required":["pattern","not","$ref","properties"],"additionalProperties":false})");
    ASSERT_TRUE(shape) << shape.error().message();
    EXPECT_EQ(shape->columns().size(), 4U);
    EXPECT_FALSE(checked(*shape, R"({"pattern":"a","not":"b","$ref":"c","properties":"d"})")
                     .starts_with("ERROR"));
    EXPECT_TRUE(checked(*shape, R"({"pattern":1,"not":"b","$ref":"c","properties":"d"})")
                    .starts_with("ERROR"));
}

TEST(AnswerSchema, never_breaks_on_mutations) {
    std::uint64_t state = 3;
    const std::string bytes = "{}[]\",:$#/0truefals";
    for (int round = 0; round < 1000; ++round) {
        std::string text(rich);
        for (int edits = 0; edits < 2; ++edits) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            text[(state >> 33) % text.size()] = bytes[(state >> 20) % bytes.size()];
        }
        const auto shape = schema_shape(text);
        std::string payload;
        if (shape)
            (void)shape->check(R"({"title":"aa","tree":{"name":"n","children":[]}})", payload)
                .has_value();
    }
}

}  // namespace
}  // namespace overnight::recipe
