// What is read from requests in Gemini's dialect, and what is refused.
#include "emulator/gemini/echo.hpp"
#include "emulator/gemini/errors.hpp"
#include "emulator/gemini/file_spec.hpp"
#include "emulator/gemini/openapi_schema.hpp"
#include "emulator/gemini/requests.hpp"
#include "emulator/gemini/times.hpp"
#include "emulator/ordinary_call.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace overnight::emulator::gemini {
namespace {

struct Read {
    Prompt prompt;
    Wishes wishes;
    ApiError error;
    std::string schema;
};

Read read(const std::string& json, Origin origin = Origin::call) {
    const PaddedBody body(json);
    RequestReader reader;
    Read result;
    result.error = reader.read_generate(body.view(), origin, result.prompt, result.wishes);
    result.schema = result.prompt.schema;
    result.prompt.schema = {};
    return result;
}

const std::string hello = R"("contents":[{"role":"user","parts":[{"text":"hello"}]}])";

TEST(GeminiRequest, reads_the_last_user_text_and_counts_all_of_it) {
    const Read got = read(
        R"({"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[)"
        R"({"role":"user","parts":[{"text":"one"}]},{"role":"model","parts":[{"text":"two"}]},)"
        R"({"parts":[{"text":"three "},{"text":"four"},{"text":"hidden","thought":true}]}]})");
    EXPECT_EQ(got.error.status, 0) << got.error.message;
    EXPECT_EQ(got.prompt.user_text, "three four");
    EXPECT_EQ(got.prompt.messages, 4U);
    EXPECT_EQ(got.prompt.text_bytes, 9U + 3 + 3 + 10);
}

TEST(GeminiRequest, takes_both_casings) {
    for (const char* const config :
         {R"("generationConfig":{"maxOutputTokens":7,"responseMimeType":"application/json",)"
          R"("responseJsonSchema":{"type":"object"}})",
          R"("generation_config":{"max_output_tokens":"7","response_mime_type":"application/json",)"
          R"("response_json_schema":{"type":"object"}})"}) {
        const Read got = read("{" + hello + "," + config + "}");
        EXPECT_EQ(got.error.status, 0) << got.error.message;
        EXPECT_EQ(got.prompt.max_output_tokens, 7U);
        EXPECT_EQ(got.prompt.format, Prompt::Format::json_schema);
        EXPECT_EQ(got.wishes.schema_form, Wishes::SchemaForm::json_schema);
        EXPECT_TRUE(got.schema.starts_with(R"({"type":"object"})")) << got.schema;
    }
}

TEST(GeminiRequest, names_a_field_that_does_not_exist) {
    const std::string flat = "{" + hello + R"(,"thinking_config":{"thinking_budget":0}})";
    const ApiError line = read(flat, Origin::line).error;
    EXPECT_EQ(line.status, 400);
    EXPECT_EQ(line.type, "INVALID_ARGUMENT");
    EXPECT_EQ(line.message, "no such field: 'thinking_config'");
    EXPECT_EQ(
        read(flat).error.message,
        "Invalid JSON payload received. Unknown name \"thinking_config\": Cannot find field.");
    EXPECT_EQ(read("{" + hello + R"(,"generationConfig":{"maxTokens":1}})").error.message,
              "Invalid JSON payload received. Unknown name \"maxTokens\" at 'generation_config': "
              "Cannot find field.");
    EXPECT_EQ(read(R"({"contents":[{"parts":[{"txt":"a"}]}]})", Origin::line).error.message,
              "no such field: 'txt'");
}

struct Refused {
    const char* name;
    std::string json;
    const char* message;  // a part of it
};

class GeminiRefusal : public testing::TestWithParam<Refused> {};

TEST_P(GeminiRefusal, is_invalid_argument) {
    const Read got = read(GetParam().json);
    EXPECT_EQ(got.error.status, 400);
    EXPECT_EQ(got.error.type, "INVALID_ARGUMENT");
    EXPECT_NE(got.error.message.find(GetParam().message), std::string::npos) << got.error.message;
}

INSTANTIATE_TEST_SUITE_P(
    All,
    GeminiRefusal,
    testing::Values(
        Refused{"not_an_object", "[]", "Expected an object"},
        Refused{"no_contents", "{}", "contents is not specified"},
        Refused{"empty_contents", R"({"contents":[]})", "contents is not specified"},
        Refused{"no_parts", R"({"contents":[{"role":"user"}]})", "parts must not be empty"},
        Refused{"other_role", R"({"contents":[{"role":"assistant","parts":[{"text":"a"}]}]})",
                "valid role"},
        Refused{"empty_instruction",
                "{" + hello + R"(,"system_instruction":{"parts":[{"text":""}]}})",
                "System instruction must not be empty"},
        Refused{"mime_type", "{" + hello + R"(,"generationConfig":{"responseMimeType":"a/b"}})",
                "response_mime_type"},
        Refused{"schema_alone",
                "{" + hello + R"(,"generationConfig":{"responseSchema":{"type":"STRING"}}})",
                "needs response_mime_type"},
        Refused{"both_schemas",
                "{" + hello +
                    R"(,"generationConfig":{"responseMimeType":"application/json",)"
                    R"("responseSchema":{"type":"STRING"},"responseJsonSchema":{}}})",
                "Only one of"},
        Refused{"thinking_level",
                "{" + hello + R"(,"generationConfig":{"thinkingConfig":{"thinkingLevel":"MUCH"}}})",
                "thinking_level"},
        Refused{"negative_limit", "{" + hello + R"(,"generationConfig":{"maxOutputTokens":-1}})",
                "must be positive"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(GeminiRequest, a_cache_that_is_not_there_is_not_found) {
    const Read got = read("{" + hello + R"(,"cachedContent":"cachedContents/x"})");
    EXPECT_EQ(got.error.status, 404);
    EXPECT_EQ(got.error.type, "NOT_FOUND");
}

TEST(GeminiRequest, thinks_when_asked_to) {
    const auto thoughts = [](const std::string& config) {
        return read("{" + hello + R"(,"generationConfig":{"thinkingConfig":)" + config + "}}")
            .wishes.thought_tokens;
    };
    EXPECT_EQ(read("{" + hello + "}").wishes.thought_tokens, 0U);
    EXPECT_EQ(thoughts(R"({"thinkingBudget":0})"), 0U);
    EXPECT_EQ(thoughts(R"({"thinkingBudget":5})"), 5U);
    EXPECT_GT(thoughts(R"({"thinkingBudget":-1})"), 5U);
    EXPECT_GT(thoughts(R"({"thinking_level":"HIGH"})"), thoughts(R"({"thinkingLevel":"MINIMAL"})"));
    EXPECT_TRUE(
        read("{" + hello + R"(,"generationConfig":{"thinkingConfig":{"includeThoughts":true}}})")
            .wishes.include_thoughts);
}

TEST(GeminiEmbedRequest, reads_text_and_dimensions) {
    const PaddedBody body(
        R"({"output_dimensionality":512,"taskType":"CLUSTERING","content":{"parts":[{"text":"ab"}]}})");
    Prompt prompt;
    EXPECT_EQ(RequestReader().read_embed(body.view(), Origin::line, prompt).status, 0);
    EXPECT_EQ(prompt.dimensions, 512U);
    ASSERT_EQ(prompt.inputs.size(), 1U);
    EXPECT_EQ(prompt.inputs[0], "ab");
    for (const char* const wrong :
         {R"({"content":{"parts":[{"text":"a"}]},"outputDimensionality":4000})",
          R"({"content":{"parts":[{"text":"a"}]},"taskType":"GUESSING"})",
          R"({"content":{"parts":[{"text":""}]}})", R"({"taskType":"CLUSTERING"})",
          R"({"content":{"parts":[{"text":"a"}]},"dimensions":3})"}) {
        const PaddedBody text(wrong);
        EXPECT_EQ(RequestReader().read_embed(text.view(), Origin::line, prompt).status, 400)
            << wrong;
    }
}

TEST(OpenApiSchema, becomes_json_schema) {
    const auto schema = json_schema_of_openapi(
        R"({"type":"OBJECT","propertyOrdering":["b","a"],"required":["a"],"properties":{)"
        R"("a":{"type":"STRING","enum":["x","y"],"format":"enum"},)"
        R"("b":{"type":"ARRAY","minItems":"2","items":{"type":"INTEGER","nullable":true}}}})");
    ASSERT_TRUE(schema) << schema.error().describe();
    EXPECT_EQ(*schema,
              R"({"type":"object","properties":{"b":{"type":"array","items":{"type":["integer",)"
              R"("null"]},"minItems":2},"a":{"type":"string","enum":["x","y"]}}})");
}

TEST(OpenApiSchema, has_fewer_keywords_than_json_schema) {
    const auto why = [](const char* schema) {
        const auto made = json_schema_of_openapi(schema);
        return made ? *made : made.error().message();
    };
    EXPECT_EQ(why(R"({"type":"OBJECT","additionalProperties":false,"properties":{"a":{}}})"),
              "no such field: 'additionalProperties'");
    EXPECT_EQ(why(R"({"type":"ARRAY","items":{"$ref":"#/a"}})"), "no such field: '$ref'");
    EXPECT_NE(why(R"({"type":["STRING","NULL"]})").find("'type'"), std::string::npos);
    EXPECT_NE(why(R"({"type":"OBJECT"})").find("non-empty"), std::string::npos);
    EXPECT_NE(why(R"({"type":"ARRAY"})").find("items: missing"), std::string::npos);
    EXPECT_NE(why(R"({"type":"STRING","enum":[1]})").find("only strings"), std::string::npos);
}

TEST(GeminiErrors, have_the_shapes_of_the_page) {
    std::string envelope;
    put_error_envelope(envelope, rpc_error("RESOURCE_EXHAUSTED", "Too much.", help_detail()));
    const auto error = boost::json::parse(envelope).at("error");
    EXPECT_EQ(error.at("code"), 429);
    EXPECT_EQ(error.at("status"), "RESOURCE_EXHAUSTED");
    EXPECT_EQ(error.at("details").as_array().size(), 1U);
    EXPECT_EQ(error.at("details").at(0).at("@type"), "type.googleapis.com/google.rpc.Help");
    std::string line;
    put_status(line, http_error(503, "Overloaded."));
    EXPECT_EQ(line, R"({"code":14,"message":"Overloaded."})");
    line.clear();
    put_status(line, http_error(503, "Overloaded."), CodeForm::http);
    EXPECT_EQ(line, R"({"code":503,"message":"Overloaded."})");
    EXPECT_NE(retry_detail(31.5).find(R"("retryDelay":"31.5s")"), std::string::npos);
}

TEST(GeminiErrors, an_http_status_has_a_name) {
    for (const auto& [http, name] : {std::pair{400, "INVALID_ARGUMENT"},
                                     {401, "UNAUTHENTICATED"},
                                     {403, "PERMISSION_DENIED"},
                                     {404, "NOT_FOUND"},
                                     {409, "ALREADY_EXISTS"},
                                     {429, "RESOURCE_EXHAUSTED"},
                                     {500, "INTERNAL"},
                                     {503, "UNAVAILABLE"},
                                     {504, "DEADLINE_EXCEEDED"}}) {
        EXPECT_EQ(status_of_http(http).name, name);
    }
}

TEST(GeminiFileSpec, reads_the_message_and_checks_names) {
    const auto spec = read_file_spec(
        R"({"file":{"displayName":"d","name":"files/my-id","mime_type":"jsonl","sizeBytes":"12"}})");
    ASSERT_TRUE(spec) << spec.error().describe();
    EXPECT_EQ(spec->name, "files/my-id");
    EXPECT_EQ(spec->display_name, "d");
    EXPECT_EQ(spec->mime_type, "jsonl");
    EXPECT_EQ(spec->bytes, 12U);
    EXPECT_TRUE(read_file_spec(""));
    EXPECT_FALSE(read_file_spec(R"({"file":{"purpose":"batch"}})"));
    for (const char* const bad : {"files/", "files/-a", "files/a-", "files/A", "files/a_b", "a",
                                  "files/a/b", "files/12345678901234567890123456789012345678901"})
        EXPECT_FALSE(valid_file_name(bad)) << bad;
    EXPECT_TRUE(valid_file_name("files/1234567890123456789012345678901234567890"));
}

TEST(GeminiEcho, gives_back_what_it_does_not_know_with_empty_arrays) {
    const PaddedBody line(
        R"({"key":"k","request":{"a":[1]},"note":{"tags":[1,2],"n":3},"list":[1],"flag":true})");
    std::string out;
    EchoReader().put_echo(out, line.view());
    EXPECT_EQ(out, R"(,"note":{"tags":[],"n":3},"list":[],"flag":true)");
    const PaddedBody inlined(R"({"request":{},"metadata":{"key":"k","tags":["a"]}})");
    out.clear();
    EchoReader().put_echo(out, inlined.view());
    EXPECT_EQ(out, R"(,"metadata":{"key":"k","tags":["a"]})");
}

TEST(GeminiEcho, keeps_a_metadata_that_is_deep_and_lets_no_input_pose_as_an_answer) {
    const std::string deep = std::string(60, '[') + std::string(60, ']');
    const PaddedBody inlined(R"({"request":{},"metadata":{"key":"k","n":12345678901234567890123,)"
                             R"("deep":)" +
                             deep + "}}");
    std::string out;
    EchoReader().put_echo(out, inlined.view());
    EXPECT_EQ(out, R"(,"metadata":{"key":"k","n":12345678901234567890123,"deep":)" + deep + "}");
    const PaddedBody poser(
        R"({"key":"k","response":{"a":1},"error":{"code":3},"status":{},"n":1})");
    out.clear();
    EchoReader().put_echo(out, poser.view());
    EXPECT_EQ(out, R"(,"n":1)");
}

TEST(GeminiFileSpec, counts_the_characters_of_a_name_not_its_bytes) {
    const auto spec_with = [](std::size_t n) {
        std::string name;
        for (std::size_t i = 0; i < n; ++i)
            name += "\u00fc";
        return read_file_spec(R"({"file":{"displayName":")" + name + R"("}})");
    };
    EXPECT_TRUE(spec_with(512));
    EXPECT_FALSE(spec_with(513));
}

TEST(GeminiTimes, have_nine_digits) {
    EXPECT_EQ(timestamp(core::TimePoint{std::chrono::milliseconds{1'765'391'221'407}}),
              "2025-12-10T18:27:01.407000000Z");
}

}  // namespace
}  // namespace overnight::emulator::gemini
