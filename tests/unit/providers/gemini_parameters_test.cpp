// A recipe's parameters and portable settings in Gemini's requests.
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

const Adapter& gemini() {
    return *find_adapter("gemini");
}

BodySpec with(std::string_view parameters, std::string_view schema = "") {
    BodySpec spec;
    spec.endpoint = "generateContent";
    spec.model = "gemini-3.5-flash";
    spec.parameters = parameters;
    spec.schema = schema;
    return spec;
}

std::string after(const BodySpec& spec) {
    const auto body = gemini().body(spec);
    EXPECT_TRUE(body) << body.error().message();
    return body ? body->after : "";
}

std::string refusal(const core::Result<BodyTemplate>& body) {
    EXPECT_FALSE(body) << body->after;
    if (body) return "";
    EXPECT_EQ(body.error().code(), core::Errc::invalid_input);
    return body.error().message();
}

constexpr std::string_view plain = R"("}]}])";

TEST(GeminiParameters, both_spellings_come_out_as_snake_case) {
    for (
        const char* parameters :
        {R"({"generationConfig":{"topP":1,"thinkingConfig":{"includeThoughts":false,"thinkingBudget":-1}},"toolConfig":{"aB":1},"cachedContent":"cachedContents/x"})",
         R"({"generation_config":{"top_p":1,"thinking_config":{"include_thoughts":false,"thinking_budget":-1}},"tool_config":{"aB":1},"cached_content":"cachedContents/x"})"}) {
        std::string cut = parameters;  // toolConfig cannot stand beside a cache
        cut.replace(cut.find(R"("tool)"), cut.find(R"("cached)") - cut.find(R"("tool)"), "");
        EXPECT_EQ(
            after(with(cut)),
            std::string(plain) +
                R"(,"generation_config":{"top_p":1,"thinking_config":{"include_thoughts":false,"thinking_budget":-1}},"cached_content":"cachedContents/x"})");
    }
    // What is deeper belongs to the user: names of functions, schemas, labels.
    EXPECT_EQ(
        after(with(R"({"tools":[{"functionDeclarations":[]}],"labels":{"aB":"c"}})")),
        std::string(plain) + R"(,"tools":[{"functionDeclarations":[]}],"labels":{"aB":"c"}})");
}

TEST(GeminiParameters, none_leave_no_trace) {
    EXPECT_EQ(after(with("")), std::string(plain) + "}");
    EXPECT_EQ(after(with("{}")), std::string(plain) + "}");
    EXPECT_EQ(after(with(R"({"generationConfig":{}})")), std::string(plain) + "}");
}

TEST(GeminiParameters, refusals_name_the_parameter_and_the_place) {
    struct Row {
        std::string_view parameters, schema, says;
    };
    const Row rows[] = {
        {R"({"model":"x"})", "", "\"model\""},
        {R"({"contents":[]})", "", "[prompt]"},
        {R"({"systemInstruction":{}})", "", "\"systemInstruction\" belongs"},
        {R"({"serviceTier":"flex"})", "", "\"serviceTier\""},
        {R"({"stream":true})", "", "\"stream\""},
        {R"({"temperature":1})", "", "generationConfig = { temperature"},
        {R"({"topP":1})", "", "\"topP\" belongs into generationConfig"},
        {R"({"max_output_tokens":1})", "", "generationConfig"},
        {R"({"thinkingConfig":{}})", "", "generationConfig"},
        {R"({"responseSchema":{}})", "", "generationConfig"},
        {R"({"generationConfig":7})", "", "must be a table"},
        {R"({"generationConfig":{},"generation_config":{}})", "", "are the same"},
        {R"({"generationConfig":{"topP":1,"top_p":1}})", "", "are the same"},
        {R"({"generationConfig":{"candidateCount":2}})", "", "generationConfig.candidateCount"},
        {R"({"generationConfig":{"responseMimeType":"x"}})", "{}", "[answer]"},
        {R"({"generationConfig":{"response_schema":{}}})", "{}", "[answer]"},
        {R"({"generationConfig":{"responseFormat":{}}})", "{}", "[answer]"},
        {R"({"generationConfig":{"responseModalities":["TEXT","IMAGE"]}})", "", "is text"},
        {R"({"generationConfig":{"responseModalities":"IMAGE"}})", "", "is text"},
        {R"({"cachedContent":"c","tools":[]})", "", "tools"},
        {R"({"schema_field":"x"})", "", "response_json_schema"},
        {R"({"schema_field":7})", "", "response_json_schema"},
        {R"(["a"])", "", "parameters"},
        {R"({"a":1,"a":2})", "", "twice"},
        {R"({"a":1)", "", "parameters"},
    };
    for (const auto& row : rows) {
        const auto message = refusal(gemini().body(with(row.parameters, row.schema)));
        EXPECT_NE(message.find(row.says), std::string::npos) << row.parameters << ": " << message;
    }
    BodySpec cached = with(R"({"cachedContent":"c"})");
    cached.instructions = "x";
    EXPECT_NE(refusal(gemini().body(cached)).find("[pack]"), std::string::npos);
    for (const char* useless :
         {R"({"generationConfig":{}})", R"({"schema_field":"response_schema"})"}) {
        BodySpec embed = with(useless);
        embed.endpoint = "embedContent";
        EXPECT_NE(refusal(gemini().body(embed)).find("embedContent"), std::string::npos);
    }
}

TEST(GeminiParameters, schema_field_chooses_and_is_not_sent) {
    const std::string_view schema =
        R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false})";
    const std::string head =
        std::string(plain) + R"(,"generation_config":{"response_mime_type":"application/json",)";
    const std::string json = head + R"("response_json_schema":)" + std::string(schema) + "}}";
    const std::string openapi =
        head +
        R"("response_schema":{"type":"OBJECT","properties":{"a":{"type":"STRING"}},"required":["a"],"property_ordering":["a"]}}})";
    EXPECT_EQ(after(with("", schema)), json);
    EXPECT_EQ(after(with(R"({"schema_field":"response_json_schema"})", schema)), json);
    EXPECT_EQ(after(with(R"({"schema_field":"response_schema"})", schema)), openapi);
    EXPECT_EQ(after(with(R"({"schema_field":"responseSchema"})", schema)), openapi);
    EXPECT_EQ(after(with(R"({"schema_field":"response_schema"})")), std::string(plain) + "}");
}

TEST(GeminiParameters, an_output_limit_is_raised) {
    BodySpec spec = with(R"({"generationConfig":{"maxOutputTokens":400,"topK":5}})");
    spec.output_factor = 2;
    EXPECT_NE(after(spec).find(R"({"max_output_tokens":800,"top_k":5})"), std::string::npos);
}

recipe::Recipe recipe_of(std::string_view model, std::string_view effort = "") {
    recipe::Recipe recipe;
    recipe.model = model;
    recipe.reasoning_effort = effort;
    return recipe;
}

std::string translated(const recipe::Recipe& recipe) {
    const auto made = gemini().parameters(recipe, "generateContent");
    return made ? *made : "error: " + made.error().message();
}

TEST(GeminiParameters, portable_settings_go_into_the_generation_config) {
    auto recipe = recipe_of("gemini-3.5-flash", "low");
    EXPECT_EQ(translated(recipe_of("gemini-3.5-flash")), "{}");
    recipe.max_output_tokens = 300;
    recipe.temperature = 0.5;
    EXPECT_EQ(translated(recipe),
              R"({"generation_config":{"max_output_tokens":300,"temperature":0.5,)"
              R"("thinking_config":{"thinking_level":"LOW"}}})");
    recipe.parameters = R"({"generationConfig":{"topP":1},"safetySettings":[]})";
    const auto made = translated(recipe);
    EXPECT_EQ(made, R"({"safetySettings":[],"generation_config":{"topP":1,"max_output_tokens":300,)"
                    R"("temperature":0.5,"thinking_config":{"thinking_level":"LOW"}}})");
    EXPECT_NE(after(with(made)).find(R"("top_p":1,"max_output_tokens":300)"), std::string::npos);
}

TEST(GeminiParameters, said_twice) {
    auto recipe = recipe_of("gemini-3.5-flash");
    recipe.max_output_tokens = 300;
    recipe.parameters = R"({"generationConfig":{"maxOutputTokens":1}})";
    EXPECT_EQ(translated(recipe),
              "error: [model] max_output_tokens and parameters.generationConfig.maxOutputTokens "
              "say the same; keep one of them");
    recipe = recipe_of("gemini-3.5-flash", "low");
    recipe.parameters = R"({"generation_config":{"thinking_config":{}}})";
    EXPECT_NE(translated(recipe).find("say the same"), std::string::npos);
    recipe.parameters = R"({"generation_config":7})";
    EXPECT_NE(translated(recipe).find("must be a table"), std::string::npos);
}

TEST(GeminiParameters, reasoning_effort_by_model) {
    struct Row {
        std::string_view model, effort, config;
    };
    const Row rows[] = {
        {"gemini-2.5-flash", "none", R"({"thinking_budget":0})"},
        {"models/gemini-2.5-flash", "minimal", R"({"thinking_budget":512})"},
        {"gemini-2.5-flash-lite", "low", R"({"thinking_budget":1024})"},
        {"gemini-2.5-pro", "medium", R"({"thinking_budget":8192})"},
        {"gemini-2.5-pro", "high", R"({"thinking_budget":24576})"},
        {"gemini-3-flash-preview", "minimal", R"({"thinking_level":"MINIMAL"})"},
        {"models/gemini-3.1-pro-preview", "medium", R"({"thinking_level":"MEDIUM"})"},
        {"gemini-3.8-flash", "high", R"({"thinking_level":"HIGH"})"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(translated(recipe_of(row.model, row.effort)),
                  R"({"generation_config":{"thinking_config":)" + std::string(row.config) + "}}")
            << row.model;
    for (const auto* model : {"gemini-3.5-flash", "gemini-2.5-pro"}) {
        const auto error = gemini().parameters(recipe_of(model, "none"), "generateContent");
        ASSERT_FALSE(error);
        EXPECT_NE(error.error().message().find("reasoning_effort"), std::string::npos);
        EXPECT_NE(error.error().message().find("minimal, low, medium"), std::string::npos);
    }
}

TEST(GeminiParameters, embeddings_have_no_such_settings) {
    auto recipe = recipe_of("gemini-embedding-001");
    recipe.parameters = R"({"taskType":"CLUSTERING"})";
    EXPECT_EQ(gemini().parameters(recipe, "embedContent").value(), recipe.parameters);
    auto limited = recipe, warm = recipe, keen = recipe;
    limited.max_output_tokens = 1;
    warm.temperature = 1;
    keen.reasoning_effort = "low";
    for (const auto& [setting, bad] : {std::pair{"max_output_tokens", limited},
                                       {"temperature", warm},
                                       {"reasoning_effort", keen}})
        EXPECT_NE(gemini().parameters(bad, "embedContent").error().message().find(setting),
                  std::string::npos);
}

}  // namespace
}  // namespace overnight::providers
