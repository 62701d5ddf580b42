// Every validation error of providers/openai.md 3.7 that has a code.
#include "emulator/openai/validate.hpp"

#include "session.hpp"

#include <gtest/gtest.h>

namespace overnight::emulator::openai {
namespace {

Validation validate_text(const std::string& text, Endpoint endpoint = Endpoint::chat_completions) {
    const test::TempDirectory directory;
    auto writer = FileWriter::create(directory.path() / "in.jsonl").value();
    writer.append(text).value();
    writer.flush().value();
    LineReader lines(open_for_reading(directory.path() / "in.jsonl").value());
    return validate(lines, endpoint).value();
}

std::string line(const std::string& id,
                 const std::string& body,
                 const std::string& url = "/v1/chat/completions") {
    return R"({"custom_id":")" + id + R"(","method":"POST","url":")" + url + R"(","body":)" + body +
           "}\n";
}

const std::string good_body =
    R"({"model":"gpt-6-luna","messages":[{"role":"user","content":"hi"}]})";

struct ErrorRow {
    const char* name;
    std::string text;
    const char* code;
    const char* param;
    std::int64_t line;
};

class ValidationErrors : public testing::TestWithParam<ErrorRow> {};

TEST_P(ValidationErrors, are_found) {
    const Validation result = validate_text(GetParam().text);
    ASSERT_EQ(result.errors.size(), 1U);
    EXPECT_EQ(result.errors[0].code, GetParam().code);
    EXPECT_EQ(result.errors[0].param, GetParam().param);
    EXPECT_EQ(result.errors[0].line, GetParam().line);
    EXPECT_FALSE(result.errors[0].message.empty());
}

const std::vector<ErrorRow> error_rows{
    {"broken_json", line("a", good_body) + "{\"custom_id\":\n", "invalid_json_line", "", 2},
    {"broken_json_inside_the_body", line("a", R"({"model":"m","messages":[1,,2]})"),
     "invalid_json_line", "", 1},
    {"text_behind_the_object", R"({"custom_id":"a"} x)", "invalid_json_line", "", 1},
    {"not_an_object", "[1]\n", "invalid_json_line", "", 1},
    {"blank_line", line("a", good_body) + "\n" + line("b", good_body), "invalid_json_line", "", 2},
    {"no_custom_id", R"({"method":"POST","url":"/v1/chat/completions","body":{}})",
     "missing_required_parameter", "custom_id", 1},
    {"no_method", R"({"custom_id":"a","url":"/v1/chat/completions","body":{}})",
     "missing_required_parameter", "method", 1},
    {"no_url", R"({"custom_id":"a","method":"POST","body":{}})", "missing_required_parameter",
     "url", 1},
    {"no_body", R"({"custom_id":"a","method":"POST","url":"/v1/chat/completions"})",
     "missing_required_parameter", "body", 1},
    {"duplicate_id", line("a", good_body) + line("b", good_body) + line("a", good_body),
     "duplicate_custom_id", "custom_id", 3},
    {"wrong_method",
     R"({"custom_id":"a","method":"GET","url":"/v1/chat/completions","body":)" + good_body + "}",
     "invalid_request", "method", 1},
    {"wrong_url", line("a", good_body, "/v1/embeddings"), "invalid_url", "url", 1},
    {"url_without_slash", line("a", good_body, "v1/chat/completions"), "invalid_url", "url", 1},
    {"second_model",
     line("a", good_body) +
         line("b", R"({"model":"gpt-4o","messages":[{"role":"user","content":"x"}]})"),
     "mismatched_model", "body.model", 2},
    {"sync_only_model",
     line("a", R"({"model":"gpt-realtime","messages":[{"role":"user","content":"x"}]})"),
     "model_not_found", "body.model", 1},
    {"streaming",
     line("a",
          R"({"stream":true,"model":"gpt-6-luna","messages":[{"role":"user","content":"x"}]})"),
     "streaming_unsupported", "body.stream", 1},
    {"no_model", line("a", R"({"messages":[{"role":"user","content":"x"}]})"), "invalid_request",
     "body.model", 1},
    {"no_messages", line("a", R"({"model":"gpt-6-luna"})"), "invalid_request", "body.messages", 1},
    {"empty_file", "", "empty_file", "", 0},
};

INSTANTIATE_TEST_SUITE_P(Rows,
                         ValidationErrors,
                         testing::ValuesIn(error_rows),
                         [](const auto& row) { return row.param.name; });

TEST(Validation, a_good_file_has_lines_tokens_and_a_model) {
    const Validation result =
        validate_text(line("a", good_body) + R"({"body":)" + good_body +
                      R"(,"url":"/v1/chat/completions","method":"POST","custom_id":"b"})");
    EXPECT_TRUE(result.errors.empty());
    EXPECT_EQ(result.lines, 2U);
    EXPECT_EQ(result.model, "gpt-6-luna");
    EXPECT_GT(result.tokens, 0U);
}

TEST(Validation, several_bad_lines_give_several_errors_up_to_a_hundred) {
    std::string text;
    for (int i = 0; i < 150; ++i)
        text += "broken\n";
    EXPECT_EQ(validate_text(text).errors.size(), 100U);
}

TEST(Validation, more_lines_than_a_batch_may_have) {
    std::string text;
    for (int i = 0; i <= 50'000; ++i)
        text += line(std::to_string(i), good_body);
    const Validation result = validate_text(text);
    ASSERT_EQ(result.errors.size(), 1U);
    EXPECT_EQ(result.errors[0].code, "too_many_tasks");
}

TEST(Validation, more_embedding_inputs_than_a_batch_may_have) {
    std::string inputs = "\"x\"";
    for (int i = 1; i < 2'000; ++i)
        inputs += ",\"x\"";
    std::string text;
    for (int i = 0; i < 26; ++i) {
        text += line(std::to_string(i),
                     R"({"model":"text-embedding-3-small","input":[)" + inputs + "]}",
                     "/v1/embeddings");
    }
    const Validation result = validate_text(text, Endpoint::embeddings);
    ASSERT_EQ(result.errors.size(), 1U);
    EXPECT_EQ(result.lines, 26U);
}

}  // namespace
}  // namespace overnight::emulator::openai
