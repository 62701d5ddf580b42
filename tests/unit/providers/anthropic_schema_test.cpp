// What Anthropic's structured output has no room for is refused before anything is sent.
#include "providers/anthropic/schema_rules.hpp"
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers::anthropic {
namespace {

std::string object(std::string_view property) {
    return R"({"type":"object","properties":{"a":)" + std::string(property) +
           R"(},"required":["a"],"additionalProperties":false})";
}

TEST(AnthropicSchema, what_it_takes) {
    for (
        const std::string_view property :
        {R"({"type":"integer","description":"d"})", R"({"type":["string","null"]})",
         R"({"enum":["a",1,true,null]})", R"({"const":"x"})",
         R"({"anyOf":[{"type":"null"},{"type":"number"}]})",
         R"({"type":"string","format":"date-time","pattern":"^a"})",
         R"({"type":"array","items":{"type":"string"},"minItems":1})",
         // names of properties are no keywords
         R"({"type":"object","properties":{"minimum":{"type":"string"}},"required":["minimum"],"additionalProperties":false})"})
        EXPECT_TRUE(check_schema(object(property))) << property;
    EXPECT_TRUE(check_schema(
        R"({"type":"object","properties":{"r1":{"$ref":"#/$defs/row"},"r2":{"$ref":"#/$defs/row"}},"$defs":{"row":{"type":"object","properties":{"x":{"$ref":"#/$defs/x"},"y":{"$ref":"#/$defs/x"}}},"x":{"type":"string"}}})"));
}

TEST(AnthropicSchema, bounds_are_refused_at_plan_and_not_at_night) {
    struct Row {
        std::string_view property, word;
    };
    const Row rows[] = {
        {R"({"type":"integer","minimum":1})", R"("minimum")"},
        {R"({"type":"integer","maximum":1})", R"("maximum")"},
        {R"({"type":"number","exclusiveMinimum":0})", R"("exclusiveMinimum")"},
        {R"({"type":"number","multipleOf":2})", R"("multipleOf")"},
        {R"({"type":"string","minLength":1})", R"("minLength")"},
        {R"({"type":"string","maxLength":1})", R"("maxLength")"},
        {R"({"type":"array","items":{"type":"string"},"minItems":2})", R"("minItems")"},
        {R"({"type":"array","items":{"type":"string"},"maxItems":3})", R"("maxItems")"},
        {R"({"type":"array","items":{"type":"string"},"uniqueItems":true})", R"("uniqueItems")"},
        {R"({"enum":[["a"],["b"]]})", "enumeration"},
    };
    for (const auto& row : rows) {
        BodySpec spec;
        spec.endpoint = "/v1/messages";
        spec.model = "m";
        spec.schema = object(row.property);
        const auto body = find_adapter("anthropic")->body(spec);
        ASSERT_FALSE(body) << row.property;
        const auto& message = body.error().message();
        EXPECT_EQ(body.error().code(), core::Errc::invalid_input);
        EXPECT_NE(message.find(row.word), std::string::npos) << message;
        EXPECT_NE(message.find("at /properties/a: "), std::string::npos) << message;
    }
}

TEST(AnthropicSchema, a_schema_that_refers_to_itself) {
    for (
        const std::string_view schema :
        {R"({"type":"object","properties":{"a":{"$ref":"#"}}})",
         R"({"type":"object","properties":{"a":{"$ref":"#/properties/b"},"b":{"type":"array","items":{"$ref":"#/properties/a"}}}})",
         R"({"type":"object","properties":{"t":{"$ref":"#/$defs/t"}},"$defs":{"t":{"type":"object","properties":{"next":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/t"}]}}}}})"}) {
        const auto checked = check_schema(schema);
        ASSERT_FALSE(checked) << schema;
        EXPECT_NE(checked.error().message().find("refers to itself"), std::string::npos);
    }
    // "/$defs/t" is no part of "/$defs/tt"
    EXPECT_TRUE(check_schema(
        R"({"type":"object","properties":{"t":{"$ref":"#/$defs/t"}},"$defs":{"t":{"type":"string"},"tt":{"type":"array","items":{"$ref":"#/$defs/t"}}}})"));
}

TEST(AnthropicSchema, references_that_multiply_are_followed_once) {
    std::string laughs = R"({"type":"object","properties":{"a":{"$ref":"#/$defs/d0"}},"$defs":{)";
    for (int i = 0; i < 60; ++i) {
        const auto next = R"({"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"}";
        laughs += "\"d" + std::to_string(i) + R"(":{"type":"object","properties":{"x":)" + next +
                  R"(,"y":)" + next + "}},";
    }
    EXPECT_TRUE(check_schema(laughs + R"("d60":{"type":"string"}}})"));
}

}  // namespace
}  // namespace overnight::providers::anthropic
