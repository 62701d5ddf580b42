// JSON Schema in the words of response_schema.
#include "providers/gemini/openapi_schema.hpp"

#include <gtest/gtest.h>

namespace overnight::providers::gemini {
namespace {

std::string made(std::string_view schema) {
    const auto result = openapi_schema(schema);
    return result ? *result : "error: " + result.error().message();
}

TEST(GeminiSchema, words) {
    struct Row {
        std::string_view name, from, to;
    };
    const Row rows[] = {
        {"scalars", R"({"type":"integer","minimum":1,"maximum":5,"description":"d","title":"t"})",
         R"({"type":"INTEGER","title":"t","description":"d","minimum":1,"maximum":5})"},
        {"enumeration", R"({"type":"string","enum":["a","b"]})",
         R"({"type":"STRING","enum":["a","b"]})"},
        {"enumeration without a type", R"({"enum":["a"]})", R"({"type":"STRING","enum":["a"]})"},
        {"enumeration of numbers", R"({"type":"integer","enum":[1,2]})", R"({"type":"INTEGER"})"},
        {"enumeration of numbers without a type", R"({"enum":[1,2,null]})",
         R"({"nullable":true,"type":"INTEGER"})"},
        {"constant that is no text", R"({"const":true})", R"({"type":"BOOLEAN"})"},
        {"constant", R"({"const":"x"})", R"({"type":"STRING","enum":["x"]})"},
        {"nullable", R"({"type":["string","null"]})", R"({"nullable":true,"type":"STRING"})"},
        {"nullable by a branch", R"({"anyOf":[{"type":"null"},{"type":"number"}]})",
         R"({"nullable":true,"type":"NUMBER"})"},
        {"branches", R"({"oneOf":[{"type":"number"},{"type":"string"}]})",
         R"({"any_of":[{"type":"NUMBER"},{"type":"STRING"}]})"},
        {"list", R"({"type":"array","items":{"type":"boolean"},"minItems":1,"maxItems":3})",
         R"({"type":"ARRAY","min_items":1,"max_items":3,"items":{"type":"BOOLEAN"}})"},
        {"known format", R"({"type":"string","format":"date-time"})",
         R"({"type":"STRING","format":"date-time"})"},
        {"unknown format", R"({"type":"string","format":"email","pattern":"^a"})",
         R"({"type":"STRING","pattern":"^a"})"},
        {"what has no word there",
         R"({"type":"string","default":"x","examples":[],"$schema":"s","multipleOf":2})",
         R"({"type":"STRING"})"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(made(row.from), row.to) << row.name;
}

TEST(GeminiSchema, objects_keep_their_order_and_their_names) {
    EXPECT_EQ(
        made(
            R"({"type":"object","properties":{"zB":{"type":"string"},"type":{"type":"number"}},"required":["zB","type"],"additionalProperties":false})"),
        R"({"type":"OBJECT","properties":{"zB":{"type":"STRING"},"type":{"type":"NUMBER"}},"required":["zB","type"],"property_ordering":["zB","type"]})");
}

TEST(GeminiSchema, a_packs_references_are_written_out) {
    EXPECT_EQ(
        made(
            R"({"type":"object","properties":{"r1":{"$ref":"#/$defs/row"},"r2":{"$ref":"#/$defs/row","description":"second"}},"required":["r1","r2"],"additionalProperties":false,"$defs":{"row":{"type":"string"}}})"),
        R"({"type":"OBJECT","properties":{"r1":{"type":"STRING"},"r2":{"type":"STRING","description":"second"}},"required":["r1","r2"],"property_ordering":["r1","r2"]})");
}

TEST(GeminiSchema, what_cannot_be_said_is_refused) {
    std::string laughs = R"({"type":"object","properties":{"a":{"$ref":"#/$defs/d0"}},"$defs":{)";
    for (int i = 0; i < 20; ++i) {
        const auto next = "\"$ref\":\"#/$defs/d" + std::to_string(i + 1) + "\"";
        laughs += "\"d" + std::to_string(i) + R"(":{"type":"object","properties":{"x":{)" + next +
                  R"(},"y":{)" + next + "}}},";
    }
    laughs += R"("d20":{"type":"string"}}})";
    const std::string_view rows[] = {
        R"({"type":["string","number"]})",
        R"({"type":7})",
        R"({"enum":["a",1]})",
        R"({"enum":[{"a":1}]})",
        R"({"anyOf":[]})",
        R"({"anyOf":[{"type":"null"}]})",
        R"({"type":"array"})",
        R"({"type":"array","prefixItems":[{"type":"string"}]})",
        R"({"type":"object","properties":{"a":{}}})",
        R"({"type":"object","properties":{"a":true}})",
        R"({"type":"object","properties":{"a":{"$ref":"#"}}})",
        R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}})",
        R"({"$ref":"#/$defs/nowhere"})",
        R"({"$ref":"other.json"})",
        R"([])",
        R"({)",
        laughs,
    };
    for (const auto row : rows) {
        const auto result = openapi_schema(row);
        ASSERT_FALSE(result) << row << *result;
        EXPECT_EQ(result.error().code(), core::Errc::invalid_input);
        EXPECT_NE(result.error().message().find("schema"), std::string::npos);
    }
}

}  // namespace
}  // namespace overnight::providers::gemini
