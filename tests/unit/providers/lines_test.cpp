// Result lines in every shape that providers/openai.md 4.3-4.5 and 10 show, and their verdicts
// (DESIGN 6).
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using model::Usage;
using model::Verdict;

LineResult read(std::string_view line, std::string_view endpoint = "/v1/chat/completions") {
    LineResult out;
    const auto done = find_adapter("openai")->line_parser(endpoint)->parse(line, out);
    EXPECT_TRUE(done) << line;
    return out;
}

std::string with_body(int status, std::string_view body) {
    return R"({"id":"batch_req_1","custom_id":"c-1","response":{"status_code":)" +
           std::to_string(status) + R"(,"request_id":"req_1","body":)" + std::string(body) +
           R"(},"error":null})";
}

LineResult chat(std::string_view choice) {
    return read(with_body(200, R"({"id":"chatcmpl-1","choices":[)" + std::string(choice) + "]}"));
}

LineResult responses(std::string_view members) {
    return read(with_body(200, "{" + std::string(members) + "}"), "/v1/responses");
}

TEST(Lines, an_error_that_says_nothing_does_not_cost_the_answer) {
    const std::string choice = R"({"message":{"content":"a"},"finish_reason":"stop"})";
    for (const std::string error : {"{}", "\"\"", R"({"code":null,"message":null})",
                                    R"({"message":"","type":""})", "false"}) {
        const auto beside =
            read(R"({"custom_id":"c","error":)" + error +
                 R"(,"response":{"status_code":200,"body":{"choices":[)" + choice + "]}}}");
        EXPECT_EQ(beside.verdict, Verdict::answered) << error;
        EXPECT_EQ(beside.text, "a");
        const auto inside =
            read(with_body(200, R"({"error":)" + error + R"(,"choices":[)" + choice + "]}"));
        EXPECT_EQ(inside.verdict, Verdict::answered) << error;
        EXPECT_EQ(read(with_body(400, R"({"error":)" + error + "}")).verdict, Verdict::permanent);
    }
    EXPECT_EQ(read(R"({"custom_id":"c","response":null,"error":{}})").verdict, Verdict::retryable);
}

TEST(Lines, a_body_that_is_itself_the_error_keeps_its_words) {
    const auto out = read(with_body(
        400,
        R"({"object":"error","message":"too long","type":"invalid_request_error","code":"context_length_exceeded"})"));
    EXPECT_EQ(out.verdict, Verdict::permanent);
    EXPECT_EQ(out.code, "context_length_exceeded");
    EXPECT_EQ(out.message, "too long");
    EXPECT_EQ(read(with_body(429, R"({"message":"x","code":"insufficient_quota"})")).verdict,
              Verdict::quota);
    EXPECT_EQ(read(with_body(400, R"({"message":"x","type":"server_error"})")).verdict,
              Verdict::retryable);
    // Of an answer they say nothing.
    const auto answer = read(with_body(
        200,
        R"({"type":"x","code":"insufficient_quota","message":"m","choices":[{"message":{"content":"a"},"finish_reason":"stop"}]})"));
    EXPECT_EQ(answer.verdict, Verdict::answered);
    EXPECT_EQ(answer.code, "");
}

TEST(Lines, a_chat_answer) {
    const auto out = read(
        R"({"id":"batch_req_123","custom_id":"request-2","response":{"status_code":200,"request_id":"req_123","body":{"id":"chatcmpl-123","object":"chat.completion","created":1711652795,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"Hello.","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":22,"completion_tokens":2,"total_tokens":24},"system_fingerprint":"fp_123"}},"error":null})");
    EXPECT_EQ(out.custom_id, "request-2");
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.text, "Hello.");
    EXPECT_EQ(out.status, 200);
    EXPECT_EQ(out.code, "");
    EXPECT_EQ(out.usage, (Usage{22, 0, 2}));
    EXPECT_TRUE(out.items.empty());
}

TEST(Lines, members_in_alphabetical_order_say_the_same) {
    const auto out = read(
        R"({"custom_id":"c","error":null,"id":"batch_req_1","response":{"body":{"choices":[{"finish_reason":"stop","index":0,"logprobs":null,"message":{"content":"{\"a\":\"\u00e9\n\"}","refusal":null,"role":"assistant"}}],"created":1,"usage":{"completion_tokens":10,"completion_tokens_details":{"reasoning_tokens":3},"prompt_tokens":19,"prompt_tokens_details":{"audio_tokens":0,"cached_tokens":16},"total_tokens":29}},"request_id":"0538a1cc","status_code":200}})");
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.text, "{\"a\":\"\xc3\xa9\n\"}");
    EXPECT_EQ(out.usage, (Usage{19, 16, 10}));
}

struct ErrorRow {
    std::string_view name;
    std::string_view line;
    Verdict verdict;
    std::string_view code;
    int status;
};

TEST(Lines, error_lines) {
    const ErrorRow rows[] = {
        {"A context length",
         R"({"id":"batch_req_YT","custom_id":"c-1","response":{"status_code":400,"request_id":"0538a1cc","body":{"error":{"message":"This model's maximum context length is 128000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}},"error":null})",
         Verdict::permanent, "context_length_exceeded", 400},
        {"B expired",
         R"({"id":"batch_req_123","custom_id":"c-1","response":null,"error":{"code":"batch_expired","message":"This request could not be executed before the completion window expired."}})",
         Verdict::never_ran, "batch_expired", 0},
        {"C cancelled",
         R"({"custom_id":"c-1","response":null,"error":{"code":"batch_cancelled","message":"This request was not executed because the batch was cancelled."}})",
         Verdict::never_ran, "batch_cancelled", 0},
        {"C by its text alone",
         R"({"custom_id":"c-1","response":null,"error":{"code":null,"message":"This request was not executed because the batch was cancelled."}})",
         Verdict::never_ran, "", 0},
        {"D status 0",
         R"({"custom_id":"c-1","response":{"status_code":0,"request_id":"","body":null},"error":null})",
         Verdict::retryable, "", 0},
        {"D status 0 that expired",
         R"({"custom_id":"c-1","response":{"status_code":0,"body":{}},"error":{"code":"batch_expired","message":"m"}})",
         Verdict::never_ran, "batch_expired", 0},
        {"D overloaded in an expired batch",
         R"({"custom_id":"c-1","response":null,"error":{"code":"server_error","message":"Our servers are currently overloaded. Please try again later."}})",
         Verdict::retryable, "server_error", 0},
        {"D overloaded by its text alone",
         R"({"custom_id":"c-1","response":null,"error":{"code":"x","message":"Our servers are currently overloaded."}})",
         Verdict::retryable, "x", 0},
        {"quota by its text",
         R"({"custom_id":"c-1","response":null,"error":{"code":null,"message":"You exceeded your current quota, please check your plan and billing details."}})",
         Verdict::quota, "", 0},
        {"an answer beside an error",
         R"({"custom_id":"c-1","response":{"status_code":200,"body":{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}},"error":{"code":"server_error","message":"m"}})",
         Verdict::retryable, "server_error", 200},
        {"an error that is a string", R"({"custom_id":"c-1","response":null,"error":"went wrong"})",
         Verdict::retryable, "", 0},
        {"a code that is a number",
         R"({"custom_id":"c-1","response":null,"error":{"code": 500 ,"message":"m"}})",
         Verdict::retryable, "500", 0},
        {"neither response nor error", R"({"custom_id":"c-1","response":null,"error":null})",
         Verdict::retryable, "", 0},
        {"nothing at all", R"({"custom_id":"c-1"})", Verdict::retryable, "", 0},
        {"a bad request without a response",
         R"({"custom_id":"c-1","response":null,"error":{"code":"invalid_request","message":"m"}})",
         Verdict::permanent, "invalid_request", 0},
    };
    for (const auto& row : rows) {
        const auto out = read(row.line);
        EXPECT_EQ(out.custom_id, "c-1") << row.name;
        EXPECT_EQ(out.verdict, row.verdict) << row.name << ": " << name(out.verdict);
        EXPECT_EQ(out.code, row.code) << row.name;
        EXPECT_EQ(out.status, row.status) << row.name;
        EXPECT_EQ(out.text, "") << row.name;
    }
}

struct StatusRow {
    int status;
    std::string_view code, type, message;
    Verdict verdict;
};

TEST(Lines, errors_by_status_and_code) {
    constexpr std::string_view invalid = "invalid_request_error";
    const StatusRow rows[] = {
        {400, "invalid_value", invalid, "m", Verdict::permanent},
        {400, "content_policy_violation", invalid, "m", Verdict::filtered},
        {400, "content_filter", "", "m", Verdict::filtered},
        {400, "", invalid,
         "There was an issue with your request. Please check your inputs and try again",
         Verdict::bad_answer},
        {400, "", "", "An error occurred while processing your request.", Verdict::retryable},
        {400, "billing_hard_limit_reached", invalid, "m", Verdict::quota},
        {401, "invalid_api_key", invalid, "m", Verdict::quota},
        {402, "", "", "m", Verdict::quota},
        {403, "", invalid, "m", Verdict::permanent},
        {404, "model_not_found", invalid, "m", Verdict::permanent},
        {408, "", "", "m", Verdict::retryable},
        {409, "", "", "m", Verdict::retryable},
        {413, "", "", "m", Verdict::permanent},
        {422, "", "", "m", Verdict::permanent},
        {429, "rate_limit_exceeded", "tokens", "m", Verdict::retryable},
        {429, "", "", "m", Verdict::retryable},
        {429, "insufficient_quota", "insufficient_quota", "m", Verdict::quota},
        {429, "credit_balance_exhausted", "", "m", Verdict::quota},
        {429, "project_spend_limit_exceeded", "", "m", Verdict::quota},
        {429, "organization_usage_limit_exceeded", "", "m", Verdict::quota},
        {500, "", "server_error", "The server had an error while processing your request.",
         Verdict::retryable},
        {502, "", "", "m", Verdict::retryable},
        {503, "server_is_overloaded", "", "m", Verdict::retryable},
        {529, "", "", "m", Verdict::retryable},
        {200, "context_length_exceeded", invalid, "m", Verdict::permanent},
        {200, "", "server_error", "m", Verdict::retryable},
        {0, "", invalid, "m", Verdict::retryable},
        {302, "", "", "m", Verdict::retryable},
    };
    for (const auto& row : rows) {
        const auto out = read(with_body(
            row.status, R"({"error":{"message":")" + std::string(row.message) + R"(","type":")" +
                            std::string(row.type) + R"(","param":null,"code":")" +
                            std::string(row.code) + R"("}})"));
        EXPECT_EQ(out.verdict, row.verdict)
            << row.status << row.code << row.message << ": " << name(out.verdict);
        EXPECT_EQ(out.code, row.code.empty() ? row.type : row.code);
        EXPECT_EQ(out.message, row.message);
        EXPECT_EQ(out.status, row.status);
    }
    EXPECT_EQ(read(with_body(502, R"("<html>bad gateway</html>")")).verdict, Verdict::retryable);
    EXPECT_EQ(read(with_body(400, "null")).verdict, Verdict::permanent);
}

TEST(Lines, chat_endings) {
    struct Row {
        std::string_view choice;
        Verdict verdict;
        std::string_view code, text;
    };
    const Row rows[] = {
        {R"({"message":{"content":"half"},"finish_reason":"length"})", Verdict::cut_off, "length",
         "half"},
        {R"({"message":{"content":null},"finish_reason":"length"})", Verdict::cut_off, "length",
         ""},
        {R"({"message":{"content":"half"},"finish_reason":"content_filter"})", Verdict::filtered,
         "content_filter", ""},
        {R"({"message":{"content":null,"refusal":"I cannot."},"finish_reason":"stop"})",
         Verdict::bad_answer, "refusal", ""},
        {R"({"message":{"content":""},"finish_reason":"stop"})", Verdict::bad_answer, "empty", ""},
        {R"({"message":{"content":null},"finish_reason":"stop"})", Verdict::bad_answer, "empty",
         ""},
        {R"({"message":{"content":7},"finish_reason":"stop"})", Verdict::bad_answer, "empty", ""},
        {R"({"message":null})", Verdict::bad_answer, "empty", ""},
        {"7", Verdict::bad_answer, "empty", ""},
        {"", Verdict::bad_answer, "empty", ""},
        {R"({"message":{"content":null,"tool_calls":[{"id":"call_1"}]},"finish_reason":"tool_calls"})",
         Verdict::bad_answer, "tool_calls", ""},
        {R"({"message":{"content":null,"tool_calls":[{"id":"call_1"}]},"finish_reason":"stop"})",
         Verdict::bad_answer, "tool_calls", ""},
        {R"({"message":{"content":"x","function_call":{}},"finish_reason":"function_call"})",
         Verdict::bad_answer, "tool_calls", ""},
        {R"({"message":{"content":"x","tool_calls":[]},"finish_reason":"stop"})", Verdict::answered,
         "", "x"},
        {R"({"message":{"content":"x"},"finish_reason":null})", Verdict::answered, "", "x"},
        {R"({"message":{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},"finish_reason":"stop"})",
         Verdict::answered, "", "ab"},
        {R"({"message":{"content":"first"},"finish_reason":"stop"},{"message":{"content":"second"},"finish_reason":"length"})",
         Verdict::answered, "", "first"},
    };
    for (const auto& row : rows) {
        const auto out = chat(row.choice);
        EXPECT_EQ(out.verdict, row.verdict) << row.choice << ": " << name(out.verdict);
        EXPECT_EQ(out.code, row.code) << row.choice;
        EXPECT_EQ(out.text, row.text) << row.choice;
    }
    EXPECT_EQ(chat(R"({"message":{"refusal":"I cannot."}})").message, "I cannot.");
}

TEST(Lines, legacy_completions) {
    const auto out = read(
        with_body(
            200,
            R"({"choices":[{"text":" blue","index":0,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}})"),
        "/v1/completions");
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.text, " blue");
    EXPECT_EQ(out.usage, (Usage{1, 0, 2}));
}

TEST(Lines, a_response) {
    const auto out = responses(
        R"("id":"resp_1","object":"response","status":"completed","error":null,"incomplete_details":null,"output":[)"
        R"({"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"thinking"}]},)"
        R"({"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[)"
        R"({"type":"output_text","text":"bl","annotations":[]},{"text":"ue","type":"output_text"}]}],)"
        R"("text":{"format":{"type":"text"}},"usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":32,)"
        R"("cache_write_tokens":0},"output_tokens":87,"output_tokens_details":{"reasoning_tokens":80},"total_tokens":123})");
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.text, "blue");
    EXPECT_EQ(out.usage, (Usage{36, 32, 87}));
}

TEST(Lines, response_endings) {
    const std::string message =
        R"("output":[{"type":"message","content":[{"type":"output_text","text":"half"}]}])";
    struct Row {
        std::string members;
        Verdict verdict;
        std::string_view code, text;
    };
    const Row rows[] = {
        {R"("status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},)" + message,
         Verdict::cut_off, "max_output_tokens", "half"},
        {R"("status":"incomplete","incomplete_details":{"reason":"content_filter"},)" + message,
         Verdict::filtered, "content_filter", ""},
        {R"("status":"incomplete",)" + message, Verdict::cut_off, "incomplete", "half"},
        {R"("status":"failed","error":{"code":"server_error","message":"m"},"output":[])",
         Verdict::retryable, "server_error", ""},
        {R"("status":"failed","error":{"code":"rate_limit_exceeded","message":"m"})",
         Verdict::retryable, "rate_limit_exceeded", ""},
        {R"("status":"failed","error":{"code":"invalid_prompt","message":"m"})", Verdict::permanent,
         "invalid_prompt", ""},
        {R"("status":"failed","error":{"code":"insufficient_quota","message":"m"})", Verdict::quota,
         "insufficient_quota", ""},
        {R"("status":"failed","error":null)", Verdict::retryable, "failed", ""},
        {R"("status":"cancelled",)" + message, Verdict::retryable, "cancelled", ""},
        {R"("status":"in_progress",)" + message, Verdict::retryable, "in_progress", ""},
        {R"("status":"completed","output":[{"type":"message","content":[{"type":"refusal","refusal":"I cannot."}]}])",
         Verdict::bad_answer, "refusal", ""},
        {R"("status":"completed","output":[])", Verdict::bad_answer, "empty", ""},
        {R"("status":"completed","output":[{"type":"function_call","name":"f"}])",
         Verdict::bad_answer, "tool_calls", ""},
        {R"("status":"completed","output":null)", Verdict::bad_answer, "empty", ""},
        {message, Verdict::answered, "", "half"},
    };
    for (const auto& row : rows) {
        const auto out = responses(row.members);
        EXPECT_EQ(out.verdict, row.verdict) << row.members << ": " << name(out.verdict);
        EXPECT_EQ(out.code, row.code) << row.members;
        EXPECT_EQ(out.text, row.text) << row.members;
    }
}

TEST(Lines, usage_that_makes_no_sense_is_zero) {
    const auto out = read(with_body(
        200,
        R"({"usage":{"prompt_tokens":-5,"completion_tokens":1e99,"prompt_tokens_details":null},"choices":[{"message":{"content":"x"}}]})"));
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.usage, Usage{});
}

TEST(Lines, a_paid_answer_in_bad_text_is_kept) {
    EXPECT_EQ(chat(R"({"message":{"content":"half \ud83d"},"finish_reason":"stop"})").text,
              "half \xef\xbf\xbd");
    EXPECT_EQ(chat("{\"message\":{\"content\":\"caf\xe9\"}}").text, "caf\xef\xbf\xbd");
    EXPECT_EQ(chat(R"({"message":{"content":"\ud83d\ude00"}})").text, "\xf0\x9f\x98\x80");
}

TEST(Lines, a_line_without_a_name_is_no_result) {
    for (const char* line :
         {"", " ", "null", "[]", "7", "<html></html>", "{}", R"({"custom_id":""})",
          R"({"custom_id":7})", R"({"custom_id":null,"response":null,"error":null})",
          R"({"response":null,"error":null})", R"({"custom_id":"a","custom_id":"b"})",
          R"({"custom_id":"a","response":null,"response":{}})",
          R"({"custom_id":"a"} {"custom_id":"b"})", R"({"custom_id":"a"}})",
          R"({"custom_id":"a",})"}) {
        LineResult out;
        const auto done =
            find_adapter("openai")->line_parser("/v1/chat/completions")->parse(line, out);
        ASSERT_FALSE(done) << line;
        EXPECT_EQ(done.error().code(), core::Errc::protocol) << line;
    }
    LineResult out;
    EXPECT_FALSE(find_adapter("openai")
                     ->line_parser("/v1/responses")
                     ->parse(R"({"custom_id":")" + std::string(5'000, 'x') + R"("})", out));
}

TEST(Lines, one_parser_forgets_the_line_before) {
    const auto parser = find_adapter("openai")->line_parser("/v1/chat/completions");
    LineResult out;
    ASSERT_TRUE(parser->parse(
        with_body(
            200,
            R"({"choices":[{"message":{"content":"long answer","refusal":null},"finish_reason":"length"}],"usage":{"prompt_tokens":5}})"),
        out));
    ASSERT_TRUE(parser->parse(
        R"({"custom_id":"d","response":null,"error":{"code":"batch_expired","message":"m"}})",
        out));
    EXPECT_EQ(out.custom_id, "d");
    EXPECT_EQ(out.verdict, Verdict::never_ran);
    EXPECT_EQ(out.text, "");
    EXPECT_EQ(out.status, 0);
    EXPECT_EQ(out.usage, Usage{});
    ASSERT_TRUE(parser->parse(with_body(200, R"({"choices":[{"message":{"content":"x"}}]})"), out));
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.code + out.message, "");
}

TEST(Lines, messages_are_bounded) {
    const auto out = read(R"({"custom_id":"c","response":null,"error":{"code":"x","message":")" +
                          std::string(100'000, 'm') + R"("}})");
    EXPECT_EQ(out.message.size(), 2'048u);
}

}  // namespace
}  // namespace overnight::providers
