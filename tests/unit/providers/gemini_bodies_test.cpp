// The exact bytes of Gemini's request lines, and the way back from a line to its prompt.
#include "jsonl/json_text.hpp"
#include "providers/api.hpp"
#include "providers/json_parts.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

const Adapter& gemini() {
    return *find_adapter("gemini");
}

std::string line_of(const BodySpec& spec, std::string_view prompt) {
    const auto body = gemini().body(spec).value();
    std::string encoded;
    jsonl::append_json_string(encoded, prompt);
    std::string_view inside = encoded;
    if (gemini().caps(spec.endpoint).form == PromptForm::text)
        inside = inside.substr(1, inside.size() - 2);
    std::string line;
    gemini().append_line(line, "01234567890123456789012345_1z_1", spec.endpoint, body, inside);
    return line;
}

BodySpec spec_of(std::string_view endpoint = "generateContent") {
    BodySpec spec;
    spec.endpoint = endpoint;
    spec.model = "gemini-3.5-flash";
    return spec;
}

TEST(GeminiBodies, plain_text) {
    EXPECT_EQ(line_of(spec_of(), "Hello \"you\""),
              R"({"key":"01234567890123456789012345_1z_1","request":{"contents":[{"role":"user",)"
              R"("parts":[{"text":"Hello \"you\""}]}]}})"
              "\n");
}

TEST(GeminiBodies, instructions_schema_and_parameters) {
    BodySpec spec = spec_of();
    spec.instructions = "Be\nbrief.";
    spec.schema =
        "{\"type\":\"object\",\n\"properties\":{\"aB\":{\"type\":\"string\"}},"
        "\"required\":[\"aB\"],\"additionalProperties\":false}";
    spec.parameters =
        R"({"generationConfig":{"maxOutputTokens":400,"topP":0.5},"safetySettings":[{"category":"C"}]})";
    EXPECT_EQ(
        line_of(spec, "x"),
        R"({"key":"01234567890123456789012345_1z_1","request":{"system_instruction":{"parts":[{"text":"Be\nbrief."}]},)"
        R"("contents":[{"role":"user","parts":[{"text":"x"}]}],)"
        R"("generation_config":{"response_mime_type":"application/json","response_json_schema":)"
        R"({"type":"object", "properties":{"aB":{"type":"string"}},"required":["aB"],"additionalProperties":false},)"
        R"("max_output_tokens":400,"top_p":0.5},"safety_settings":[{"category":"C"}]}})"
        "\n");
}

TEST(GeminiBodies, an_embedding) {
    BodySpec spec = spec_of("embedContent");
    spec.parameters = R"({"outputDimensionality":512,"taskType":"CLUSTERING"})";
    EXPECT_EQ(line_of(spec, "a\nb"),
              R"({"key":"01234567890123456789012345_1z_1","request":{"content":{"parts":)"
              R"([{"text":"a\nb"}]},"output_dimensionality":512,"task_type":"CLUSTERING"}})"
              "\n");
}

TEST(GeminiBodies, the_id_is_in_the_first_64_bytes) {
    for (const auto* endpoint : {"generateContent", "embedContent"}) {
        const auto line = line_of(spec_of(endpoint), "x");
        EXPECT_LT(line.find("01234567890123456789012345"), 38u);
    }
}

TEST(GeminiBodies, a_prompt_is_read_back) {
    BodySpec with = spec_of();
    with.instructions = R"({"contents":[{"parts":[{"text":"not me"}]}]})";
    with.schema = R"({"type":"object"})";
    for (const auto& spec : {spec_of(), with, spec_of("embedContent")})
        for (const std::string prompt :
             {"x", "", "{\"r1\":\"a\"}\n{\"r2\":\"b\"}", "\xc3\xa9\xf0\x9f\x98\x80\t\\\"",
              "\"}]}],\"contents\":[]"}) {
            auto line = line_of(spec, prompt);
            line.pop_back();
            const auto read = gemini().read_prompt(line);
            ASSERT_TRUE(read) << line;
            EXPECT_EQ(*read, std::vector<std::string>{prompt});
        }
}

TEST(GeminiBodies, a_damaged_line_is_corrupt) {
    auto line = line_of(spec_of(), "prompt");
    line.pop_back();
    for (std::size_t n = 0; n < line.size(); ++n) {
        const auto read = gemini().read_prompt(line.substr(0, n));
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().code(), core::Errc::corrupt);
    }
    for (const char* other :
         {R"({"key":"k"})", R"({"key":"k","request":7})", R"({"key":"k","request":{}})",
          R"({"key":"k","request":{"contents":7}})", R"({"key":"k","request":{"contents":[]}})",
          R"({"key":"k","request":{"contents":[{"parts":[{"text":"a"}]},{}]}})",
          R"({"key":"k","request":{"contents":[{"parts":[{"text":"a"},{"text":"b"}]}]}})",
          R"({"key":"k","request":{"contents":[{"parts":[{"text":7}]}]}})"})
        EXPECT_EQ(gemini().read_prompt(other).error().code(), core::Errc::corrupt) << other;
}

TEST(GeminiBodies, a_changed_intent_does_not_change_the_prompt) {
    const auto line = line_of(spec_of(), "prompt");
    EXPECT_EQ(line.substr(0, 8), R"({"key":")");
}

TEST(GeminiBodies, refusals) {
    struct Row {
        std::string_view name;
        BodySpec spec;
        std::string_view says;
    };
    std::vector<Row> rows;
    const auto add = [&](std::string_view name, std::string_view says, auto change) {
        Row row{name, spec_of(), says};
        change(row.spec);
        rows.push_back(std::move(row));
    };
    add("no model", "no name", [](BodySpec& s) { s.model.clear(); });
    add("endpoint", "not an endpoint", [](BodySpec& s) { s.endpoint = "/v1/chat/completions"; });
    add("broken schema", "schema", [](BodySpec& s) { s.schema = "{"; });
    add("embedding with instructions", "instructions", [](BodySpec& s) {
        s.endpoint = "embedContent";
        s.instructions = "x";
    });
    add("embedding with a schema", "structured output", [](BodySpec& s) {
        s.endpoint = "embedContent";
        s.schema = "{}";
    });
    for (const auto& row : rows) {
        const auto body = gemini().body(row.spec);
        ASSERT_FALSE(body) << row.name;
        EXPECT_EQ(body.error().code(), core::Errc::invalid_input);
        EXPECT_NE(body.error().message().find(row.says), std::string::npos)
            << body.error().message();
    }
}

}  // namespace
}  // namespace overnight::providers
