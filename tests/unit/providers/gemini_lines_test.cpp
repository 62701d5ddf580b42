// Gemini's result lines in every shape that providers/gemini.md 3, 5 and 8 show, and their verdicts
// (DESIGN 6).
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using model::Usage;
using model::Verdict;

LineResult read(std::string_view line, std::string_view endpoint = "generateContent") {
    LineResult out;
    const auto done = find_adapter("gemini")->line_parser(endpoint)->parse(line, out);
    EXPECT_TRUE(done) << line;
    return out;
}

LineResult response(std::string_view members) {
    return read(R"({"response":{)" + std::string(members) + R"(},"key":"k-1"})");
}

LineResult candidate(std::string_view members) {
    return response(R"("candidates":[{)" + std::string(members) + "}]");
}

TEST(GeminiLines, an_answer) {
    const auto out = read(
        R"({"response":{"candidates":[{"content":{"parts":[{"text":"Hello"},{"text":" you."}],"role":"model"},"finishReason":"STOP","index":0,"avgLogprobs":-0.1}],"usageMetadata":{"promptTokenCount":22,"candidatesTokenCount":2,"totalTokenCount":54,"cachedContentTokenCount":16,"thoughtsTokenCount":25,"toolUsePromptTokenCount":5,"promptTokensDetails":[{"modality":"TEXT","tokenCount":22}]},"modelVersion":"gemini-2.5-flash","responseId":"r"},"key":"k-1"})");
    EXPECT_EQ(out.custom_id, "k-1");
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.text, "Hello you.");
    EXPECT_EQ(out.status, 200);
    EXPECT_EQ(out.code, "");
    EXPECT_EQ(out.usage, (Usage{27, 16, 27}));
    EXPECT_TRUE(out.items.empty());
}

TEST(GeminiLines, members_in_any_order) {
    const auto out = read(
        R"({"key":"k","error":null,"response":{"usageMetadata":{"candidatesTokenCount":1},"candidates":[{"finishReason":"STOP","content":{"role":"model","parts":[{"thought":false,"text":"\u00e9\n"}]}}]}})");
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.text, "\xc3\xa9\n");
    EXPECT_EQ(out.usage, (Usage{0, 0, 1}));
}

TEST(GeminiLines, an_error_that_says_nothing_does_not_cost_the_answer) {
    for (const std::string_view error :
         {"{}", R"({"code":0})", R"({"code":0,"message":"","details":[]})", "\"\"", "false"})
        for (const bool first : {true, false}) {
            const std::string good =
                R"("response":{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]})";
            const std::string bad = R"("error":)" + std::string(error);
            const auto out =
                read(R"({"key":"k",)" + (first ? bad + "," + good : good + "," + bad) + "}");
            EXPECT_EQ(out.verdict, Verdict::answered) << error;
            EXPECT_EQ(out.text, "a");
        }
    EXPECT_EQ(read(R"({"key":"k","error":{}})").verdict, Verdict::retryable);
    EXPECT_EQ(read(R"({"key":"k","error":{},"status":{"code":3}})").verdict, Verdict::permanent);
}

TEST(GeminiLines, thoughts_are_no_answer) {
    const auto out = candidate(
        R"("content":{"parts":[{"text":"hm","thought":true},{"thought":true,"text":"so"},{"text":"blue","thoughtSignature":"x"}]},"finishReason":"STOP")");
    EXPECT_EQ(out.text, "blue");
    EXPECT_EQ(
        candidate(R"("content":{"parts":[{"text":"hm","thought":true}]},"finishReason":"STOP")")
            .verdict,
        Verdict::bad_answer);
}

TEST(GeminiLines, the_first_candidate_counts) {
    const auto out = response(
        R"("candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"},{"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS"}])");
    EXPECT_EQ(out.text, "a");
    EXPECT_EQ(out.verdict, Verdict::answered);
}

TEST(GeminiLines, ends) {
    struct Row {
        std::string_view reason;
        Verdict verdict;
        bool keeps_text;
    };
    const Row rows[] = {
        {"STOP", Verdict::answered, true},
        {"MAX_TOKENS", Verdict::cut_off, true},
        {"SAFETY", Verdict::filtered, false},
        {"RECITATION", Verdict::filtered, false},
        {"BLOCKLIST", Verdict::filtered, false},
        {"PROHIBITED_CONTENT", Verdict::filtered, false},
        {"SPII", Verdict::filtered, false},
        {"IMAGE_SAFETY", Verdict::filtered, false},
        {"IMAGE_PROHIBITED_CONTENT", Verdict::filtered, false},
        {"IMAGE_RECITATION", Verdict::filtered, false},
        {"LANGUAGE", Verdict::bad_answer, false},
        {"OTHER", Verdict::bad_answer, false},
        {"MALFORMED_FUNCTION_CALL", Verdict::bad_answer, false},
        {"UNEXPECTED_TOOL_CALL", Verdict::bad_answer, false},
        {"MISSING_THOUGHT_SIGNATURE", Verdict::bad_answer, false},
        {"A_NEW_WORD", Verdict::bad_answer, false},
    };
    for (const auto& row : rows) {
        const auto out = candidate(
            R"("content":{"parts":[{"text":"half"}]},"finishMessage":"why","finishReason":")" +
            std::string(row.reason) + "\"");
        EXPECT_EQ(out.verdict, row.verdict) << row.reason;
        EXPECT_EQ(out.text, row.keeps_text ? "half" : "") << row.reason;
        EXPECT_EQ(out.code, row.reason == "STOP" ? "" : row.reason);
        EXPECT_EQ(out.message, row.reason == "STOP" ? "" : "why");
        EXPECT_EQ(out.status, 200);
    }
}

TEST(GeminiLines, answers_that_are_none) {
    struct Row {
        std::string_view name, members;
        Verdict verdict;
        std::string_view code;
    };
    const Row rows[] = {
        {"blocked",
         R"("promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":3})",
         Verdict::filtered, "PROHIBITED_CONTENT"},
        {"blocked, with no candidates",
         R"("candidates":[],"promptFeedback":{"blockReason":"SAFETY"})", Verdict::filtered,
         "SAFETY"},
        {"a harmless feedback", R"("promptFeedback":{"safetyRatings":[]})", Verdict::bad_answer,
         "empty"},
        {"no candidates", R"("modelVersion":"m")", Verdict::bad_answer, "empty"},
        {"no content", R"("candidates":[{"finishReason":"STOP"}])", Verdict::bad_answer, "empty"},
        {"no parts", R"("candidates":[{"content":{"role":"model"},"finishReason":"STOP"}])",
         Verdict::bad_answer, "empty"},
        {"all spent on thoughts",
         R"("candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS"}])",
         Verdict::cut_off, "MAX_TOKENS"},
        {"a call",
         R"("candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}}]},"finishReason":"STOP"}])",
         Verdict::bad_answer, "tool_calls"},
        {"no end", R"("candidates":[{"content":{"parts":[{"text":"half"}]}}])", Verdict::bad_answer,
         "unfinished"},
        {"wrong types", R"("candidates":{"content":7},"usageMetadata":[],"promptFeedback":"x")",
         Verdict::bad_answer, "empty"},
    };
    for (const auto& row : rows) {
        const auto out = response(row.members);
        EXPECT_EQ(out.verdict, row.verdict) << row.name << ": " << name(out.verdict);
        EXPECT_EQ(out.code, row.code) << row.name;
        EXPECT_EQ(out.text, "") << row.name;
        EXPECT_EQ(out.status, 200) << row.name;
    }
}

TEST(GeminiLines, errors) {
    struct Row {
        std::string_view error;
        Verdict verdict;
        std::string_view code;
        int status;
    };
    const Row rows[] = {
        {R"("code":1,"message":"m")", Verdict::never_ran, "CANCELLED", 499},
        {R"("code":499)", Verdict::never_ran, "CANCELLED", 499},
        {R"("code":2,"message":"m")", Verdict::retryable, "UNKNOWN", 500},
        {R"("code":3,"message":"m")", Verdict::permanent, "INVALID_ARGUMENT", 400},
        {R"("code":400,"message":"m")", Verdict::permanent, "INVALID_ARGUMENT", 400},
        {R"("code":413)", Verdict::permanent, "INVALID_ARGUMENT", 400},
        {R"("code":4)", Verdict::retryable, "DEADLINE_EXCEEDED", 504},
        {R"("code":504)", Verdict::retryable, "DEADLINE_EXCEEDED", 504},
        {R"("code":5)", Verdict::permanent, "NOT_FOUND", 404},
        {R"("code":404)", Verdict::permanent, "NOT_FOUND", 404},
        {R"("code":7)", Verdict::quota, "PERMISSION_DENIED", 403},
        {R"("code":403)", Verdict::quota, "PERMISSION_DENIED", 403},
        {R"("code":403,"message":"... access the File x or it may not exist.")", Verdict::permanent,
         "PERMISSION_DENIED", 403},
        {R"x("code":403,"message":"CachedContent not found (or permission denied)")x",
         Verdict::permanent, "PERMISSION_DENIED", 403},
        {R"("code":16)", Verdict::quota, "UNAUTHENTICATED", 401},
        {R"("code":401)", Verdict::quota, "UNAUTHENTICATED", 401},
        {R"("code":3,"message":"API key expired. Please renew the API key.")", Verdict::quota,
         "INVALID_ARGUMENT", 400},
        {R"("code":8,"message":"Resource has been exhausted (e.g. check quota).")",
         Verdict::retryable, "RESOURCE_EXHAUSTED", 429},
        {R"("code":429)", Verdict::retryable, "RESOURCE_EXHAUSTED", 429},
        {R"("code":8,"message":"You exceeded your current quota, please check")", Verdict::quota,
         "RESOURCE_EXHAUSTED", 429},
        {R"("code":429,"message":"monthly spending cap")", Verdict::quota, "RESOURCE_EXHAUSTED",
         429},
        {R"("code":9)", Verdict::permanent, "FAILED_PRECONDITION", 400},
        {R"("code":9,"message":"enable billing")", Verdict::quota, "FAILED_PRECONDITION", 400},
        {R"("code":10)", Verdict::retryable, "ABORTED", 409},
        {R"("code":13)", Verdict::retryable, "INTERNAL", 500},
        {R"("code":500)", Verdict::retryable, "INTERNAL", 500},
        {R"("code":14)", Verdict::retryable, "UNAVAILABLE", 503},
        {R"("code":503,"message":"The model is overloaded.")", Verdict::retryable, "UNAVAILABLE",
         503},
        {R"("code":529)", Verdict::retryable, "UNAVAILABLE", 503},
        {R"("code":400,"status":"FAILED_PRECONDITION")", Verdict::permanent, "FAILED_PRECONDITION",
         400},
        {R"("status":"UNAVAILABLE")", Verdict::retryable, "UNAVAILABLE", 503},
        {R"("code":99999999999)", Verdict::retryable, "UNKNOWN", 500},
        {R"("message":"m")", Verdict::retryable, "", 0},
        {"", Verdict::retryable, "", 0},
    };
    for (const auto& row : rows) {
        const auto text = std::string(row.error);
        const auto out = read(R"({"key":"k","error":{)" + text + "}}");
        EXPECT_EQ(out.verdict, row.verdict) << text << ": " << name(out.verdict);
        EXPECT_EQ(out.code, row.code) << text;
        EXPECT_EQ(out.status, row.status) << text;
        if (text.find("code") == std::string::npos && text.find("status") == std::string::npos)
            continue;
        EXPECT_EQ(read(R"({"status":{)" + text + R"(},"key":"k"})").verdict, row.verdict) << text;
    }
}

TEST(GeminiLines, an_error_beats_an_answer_and_a_good_status_does_not) {
    const std::string answer =
        R"("response":{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]})";
    const auto failed = read(R"({"key":"k",)" + answer + R"(,"error":{"code":13}})");
    EXPECT_EQ(failed.verdict, Verdict::retryable);
    EXPECT_EQ(failed.text, "");
    for (const char* status :
         {"{}", "null", R"("")", R"({"code":0})", R"({"code":0,"message":"OK"})"})
        EXPECT_EQ(
            read(R"({"key":"k","status":)" + std::string(status) + "," + answer + "}").verdict,
            Verdict::answered)
            << status;
    EXPECT_EQ(read(R"({"key":"k","error":"went wrong"})").message, "went wrong");
    EXPECT_EQ(read(R"({"key":"k"})").verdict, Verdict::retryable);
    EXPECT_EQ(read(R"({"key":"k","response":null})").verdict, Verdict::retryable);
}

TEST(GeminiLines, embeddings) {
    const auto out = read(
        R"({"response":{"tokenCount":"7","embedding":{"values":[0.010000,-1e-3,2]}},"key":"k"})",
        "embedContent");
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.items, std::vector<std::string>{"[0.01,-0.001,2]"});
    EXPECT_EQ(out.usage, (Usage{7, 0, 0}));
    EXPECT_EQ(out.text, "");
    const std::pair<std::string_view, std::string_view> bad[] = {
        {R"("embedding":{"values":[]})", "malformed"},
        {R"("embedding":{"values":[1,"x"]})", "malformed"},
        {R"("embedding":{"values":[1e999]})", "malformed"},
        {R"("embedding":{"values":7})", "malformed"},
        {R"("embedding":{"values":[1],"values":[2]})", "malformed"},
        {R"("embedding":{})", "empty"},
        {R"("tokenCount":"x")", "empty"},
    };
    for (const auto& [members, code] : bad) {
        const auto none =
            read(R"({"key":"k","response":{)" + std::string(members) + "}}", "embedContent");
        EXPECT_EQ(none.verdict, Verdict::bad_answer) << members;
        EXPECT_EQ(none.code, code) << members;
        EXPECT_TRUE(none.items.empty());
    }
}

TEST(GeminiLines, made_up_counts_are_left_out) {
    EXPECT_EQ(
        response(
            R"("usageMetadata":{"promptTokenCount":18446744073709551615,"candidatesTokenCount":-5,"thoughtsTokenCount":"3","toolUsePromptTokenCount":1.5})")
            .usage,
        (Usage{0, 0, 3}));
}

TEST(GeminiLines, what_is_no_line_is_a_protocol_error) {
    const auto parser = find_adapter("gemini")->line_parser("generateContent");
    LineResult out;
    for (const std::string& line :
         {std::string(), std::string("[]"), std::string("{}"), std::string(R"({"key":7})"),
          std::string(R"({"key":""})"), std::string(R"({"key":"a","key":"a"})"),
          std::string(R"({"key":"a","response":{},"response":{}})"),
          std::string(R"({"custom_id":"a","response":{}})"),
          std::string(R"({"key":"a"} {"key":"b"})"),
          R"({"key":")" + std::string(513, 'k') + "\"}"}) {
        const auto done = parser->parse(line, out);
        ASSERT_FALSE(done) << line;
        EXPECT_EQ(done.error().code(), core::Errc::protocol);
    }
}

TEST(GeminiLines, broken_text_is_mended) {
    const auto out = candidate(
        "\"content\":{\"parts\":[{\"text\":\"a\xff\\ud83dz\"}]},\"finishReason\":\"STOP\"");
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.text, "a\xef\xbf\xbd\xef\xbf\xbdz");
}

}  // namespace
}  // namespace overnight::providers
