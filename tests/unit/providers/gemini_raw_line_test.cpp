// Users' own batch lines in Gemini's format.
#include "providers/api.hpp"
#include "providers/json_parts.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

const Adapter& gemini() {
    return *find_adapter("gemini");
}

TEST(GeminiRawLine, is_taken_apart) {
    const std::string body =
        R"({"contents":[{"parts":[{"text":"Hi"}]}], "generationConfig":{"topP":1.50}})";
    const std::string line = R"({"request":)" + body + R"(, "key":"my \"own\" key"})";
    const auto raw = gemini().read_raw_line(line + "\n").value();
    EXPECT_EQ(raw.custom_id, "my \"own\" key");
    EXPECT_EQ(raw.endpoint, "generateContent");
    EXPECT_EQ(raw.model, "");
    EXPECT_EQ(raw.inputs, 1u);
    const auto kept = gemini().read_raw_line(line).value();
    EXPECT_EQ(kept.body, body);
    std::string out;
    gemini().append_raw_line(out, "id_1", kept.endpoint, kept.body);
    EXPECT_EQ(out, R"({"key":"id_1","request":)" + body + "}\n");
    EXPECT_EQ(gemini().read_raw_line(out)->body, body);
}

TEST(GeminiRawLine, endpoint_and_model_follow_the_request) {
    EXPECT_EQ(gemini().read_raw_line(R"({"key":"k","request":{"content":{}}})")->endpoint,
              "embedContent");
    for (const auto* model : {"models/x", "x"})
        EXPECT_EQ(gemini()
                      .read_raw_line(R"({"key":"k","request":{"contents":[],"model":")" +
                                     std::string(model) + R"("}})")
                      ->model,
                  "x");
}

TEST(GeminiRawLine, refusals) {
    const std::string long_key(513, 'k');
    const std::pair<std::string, std::string_view> rows[] = {
        {"", "JSON"},
        {"[]", "JSON"},
        {R"({"request":{"contents":[]}})", "\"key\" is missing"},
        {R"({"key":7,"request":{"contents":[]}})", "\"key\" must be"},
        {R"({"key":"","request":{"contents":[]}})", "\"key\" must have"},
        {R"({"key":")" + long_key + R"(","request":{"contents":[]}})", "\"key\" must have"},
        {R"({"key":"k"})", "\"request\" is missing"},
        {R"({"key":"k","request":[]})", "\"request\" must be"},
        {R"({"key":"k","request":{}})", "contents\" is missing"},
        {R"({"key":"k","request":{"contents":{}}})", "must be a list"},
        {R"({"key":"k","request":{"content":[]}})", "must be an object"},
        {R"({"key":"k","request":{"content":{},"contents":[]}})", "either"},
        {R"({"key":"k","request":{"contents":[],"model":7}})", "request.model"},
        {R"({"key":"k","request":{"contents":[]},"row":7})", "\"row\" would be lost"},
        {R"({"custom_id":"k","request":{"contents":[]}})", "custom_id"},
        {R"({"key":"k","key":"l","request":{"contents":[]}})", "twice"},
        {R"({"key":"k","request":{"contents":[]}})" + std::string(17u << 20, ' '), "longer"},
    };
    for (const auto& [line, says] : rows) {
        const auto raw = gemini().read_raw_line(line);
        ASSERT_FALSE(raw) << line.substr(0, 200);
        EXPECT_EQ(raw.error().code(), core::Errc::invalid_input);
        EXPECT_NE(raw.error().message().find(says), std::string::npos) << raw.error().message();
    }
}

TEST(GeminiRawLine, a_failure_reads_as_one) {
    std::string line;
    gemini().append_raw_failure(line, "k\n1", "permanent", "went \"wrong\"");
    EXPECT_EQ(
        line,
        R"({"key":"k\n1","error":{"code":2,"message":"went \"wrong\"","status":"permanent"}})");
    LineResult out;
    ASSERT_TRUE(gemini().line_parser("generateContent")->parse(line, out));
    EXPECT_EQ(out.custom_id, "k\n1");
    EXPECT_NE(out.verdict, model::Verdict::answered);
    EXPECT_EQ(out.message, "went \"wrong\"");
}

}  // namespace
}  // namespace overnight::providers
