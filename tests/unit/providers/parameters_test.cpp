#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

const Adapter& openai() {
    return *find_adapter("openai");
}

BodySpec with(std::string_view endpoint,
              std::string_view parameters,
              std::string_view schema = "") {
    BodySpec spec;
    spec.endpoint = endpoint;
    spec.model = "m";
    spec.parameters = parameters;
    spec.schema = schema;
    return spec;
}

std::string after(const BodySpec& spec) {
    return openai().body(spec).value().after;
}

TEST(Parameters, conflicts_are_named) {
    struct Row {
        std::string_view endpoint, parameters, schema, name;
    };
    constexpr std::string_view chat = "/v1/chat/completions";
    constexpr std::string_view responses = "/v1/responses";
    const Row rows[] = {
        {chat, R"({"model":"x"})", "", "\"model\""},
        {chat, R"({"messages":[]})", "", "\"messages\""},
        {chat, R"({"temperature":1,"n":2})", "", "\"n\""},
        {chat, R"({"n":1.5})", "", "\"n\""},
        {chat, R"({"stream":true})", "", "\"stream\""},
        {chat, R"({"stream":"yes"})", "", "\"stream\""},
        {chat, R"({"response_format":{"type":"json_object"}})", "{}", "\"response_format\""},
        {responses, R"({"input":"x"})", "", "\"input\""},
        {responses, R"({"instructions":"x"})", "", "\"instructions\""},
        {responses, R"({"background":true})", "", "\"background\""},
        {responses, R"({"text":{"format":{"type":"text"}}})", "{}", "text.format"},
        {responses, R"({"text":7})", "{}", "\"text\""},
        {"/v1/embeddings", R"({"input":["x"]})", "", "\"input\""},
        {"/v1/completions", R"({"prompt":"x"})", "", "\"prompt\""},
        {chat, R"(["a"])", "", "parameters"},
        {chat, R"({"a":1,"a":2})", "", "twice"},
        {chat, R"({"a":1)", "", "parameters"},
    };
    for (const auto& row : rows) {
        const auto body = openai().body(with(row.endpoint, row.parameters, row.schema));
        ASSERT_FALSE(body) << row.parameters;
        EXPECT_EQ(body.error().code(), core::Errc::invalid_input);
        EXPECT_NE(body.error().message().find(row.name), std::string::npos)
            << body.error().message();
    }
}

TEST(Parameters, harmless_settings_pass) {
    EXPECT_EQ(after(with(
                  "/v1/chat/completions",
                  R"({"n":1,"stream":false,"seed":12345678901234567890123,"metadata":{"k":"v"}})")),
              R"("}],"n":1,"stream":false,"seed":12345678901234567890123,"metadata":{"k":"v"}})");
    EXPECT_EQ(after(with("/v1/chat/completions", R"({"response_format":{"type":"json_object"}})")),
              R"("}],"response_format":{"type":"json_object"}})");
    EXPECT_EQ(after(with("/v1/responses", R"({"text":{"format":{"type":"text"}}})")),
              R"(","store":false,"text":{"format":{"type":"text"}}})");
    EXPECT_EQ(after(with("/v1/chat/completions", "{}")), R"("}]})");
}

TEST(Parameters, stand_on_one_line_in_their_order) {
    EXPECT_EQ(
        after(with("/v1/chat/completions", "{\n  \"z\": {\r\n \"b\": 1 },\n \"a\": \"x\\ny\"\n}")),
        R"("}],"z":{   "b": 1 },"a":"x\ny"})");
    EXPECT_EQ(after(with("/v1/chat/completions", "", "{\n\"type\":\"object\"}")).find('\n'),
              std::string::npos);
}

TEST(Parameters, an_output_limit_is_raised) {
    struct Row {
        std::string_view endpoint, given, raised;
    };
    const Row rows[] = {
        {"/v1/chat/completions", R"("max_completion_tokens":400)",
         R"("max_completion_tokens":1200)"},
        {"/v1/chat/completions", R"("max_tokens":1)", R"("max_tokens":3)"},
        {"/v1/responses", R"("max_output_tokens":5)", R"("max_output_tokens":15)"},
        {"/v1/chat/completions", R"("max_tokens":1.5)", R"("max_tokens":1.5)"},
        {"/v1/chat/completions", R"("max_tokens":"5")", R"("max_tokens":"5")"},
        {"/v1/chat/completions", R"("max_tokens":9223372036854775807)",
         R"("max_tokens":9223372036854775807)"},
        {"/v1/chat/completions", R"("top_logprobs":5)", R"("top_logprobs":5)"},
    };
    for (const auto& row : rows) {
        BodySpec spec = with(row.endpoint, "");
        const std::string parameters = "{" + std::string(row.given) + "}";
        spec.parameters = parameters;
        EXPECT_NE(after(spec).find("," + std::string(row.given) + "}"), std::string::npos)
            << after(spec);
        spec.output_factor = 3;
        EXPECT_NE(after(spec).find("," + std::string(row.raised) + "}"), std::string::npos)
            << after(spec);
    }
}

}  // namespace
}  // namespace overnight::providers
