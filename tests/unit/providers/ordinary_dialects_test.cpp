// Ordinary calls in Anthropic's and Gemini's dialects: a shard's line as a call, its reply as a
// result line.
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using model::HttpResponse;
using model::Verdict;

const Adapter& of(std::string_view kind) {
    return *find_adapter(kind);
}

std::string body_of(const model::HttpRequest& request) {
    return std::get<std::string>(request.body.at(0));
}

std::optional<std::string> header(const model::HttpRequest& request, std::string_view name) {
    for (const auto& one : request.headers)
        if (one.name == name) return one.value;
    return std::nullopt;
}

LineResult read(std::string_view kind, const HttpResponse& reply, std::string_view endpoint = "") {
    const Adapter& adapter = of(kind);
    std::string line;
    adapter.append_reply_line(line, "i-1", reply);
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
    LineResult result;
    const auto used = endpoint.empty() ? adapter.default_endpoint() : endpoint;
    EXPECT_TRUE(
        adapter.line_parser(used)->parse(std::string_view(line).substr(0, line.size() - 1), result))
        << line;
    EXPECT_EQ(result.custom_id, "i-1");
    return result;
}

TEST(AnthropicOrdinary, posts_the_params_as_they_are) {
    std::string line;
    const std::string params = R"({"model":"m", "max_tokens":1.0e2,"messages":[{}]})";
    of("anthropic").append_raw_line(line, "i-1", "/v1/messages", params);
    for (const auto& [kind, version] :
         {std::pair{"anthropic", "2023-06-01"}, std::pair{"anthropic-2026-10-21", "2026-10-21"}}) {
        const auto request = of(kind).ordinary_call(line, "/v1/messages", "other").value();
        EXPECT_EQ(request.method, model::HttpMethod::post);
        EXPECT_EQ(request.target, "/v1/messages");
        EXPECT_EQ(header(request, "anthropic-version"), version);
        EXPECT_EQ(header(request, "Content-Type"), "application/json");
        EXPECT_EQ(body_of(request), params);
    }
    EXPECT_FALSE(
        of("anthropic").ordinary_call(R"({"custom_id":"i","body":{}})", "/v1/messages", "m"));
    EXPECT_FALSE(of("anthropic").ordinary_call("{", "/v1/messages", "m"));
}

TEST(AnthropicOrdinary, an_answer_is_a_succeeded_line) {
    const auto out = read(
        "anthropic",
        {200,
         {},
         "{\"type\":\"message\",\n\"content\":[{\"type\":\"text\",\"text\":\"yes\"}],"
         "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":3,\"cache_read_input_tokens\":2,"
         "\"output_tokens\":1}}"});
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.text, "yes");
    EXPECT_EQ(out.usage, (model::Usage{5, 2, 1}));
    const auto mended = read("anthropic", {200,
                                           {},
                                           "{\"content\":[{\"type\":\"text\",\"text\":\"a\xff\"}],"
                                           "\"stop_reason\":\"end_turn\"}"});
    EXPECT_EQ(mended.verdict, Verdict::answered);
    EXPECT_EQ(mended.text, "a\xef\xbf\xbd");
}

TEST(AnthropicOrdinary, a_failure_keeps_its_words) {
    struct Row {
        int status;
        std::string_view body;
        Verdict verdict;
        std::string_view code;
    };
    const Row rows[] = {
        {400,
         R"({"type":"error","error":{"type":"invalid_request_error","message":"too long"},"request_id":"r"})",
         Verdict::permanent, "invalid_request_error"},
        {400,
         R"({"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to"}})",
         Verdict::quota, "invalid_request_error"},
        {529, R"({"type":"error","error":{"type":"overloaded_error","message":"m"}})",
         Verdict::retryable, "overloaded_error"},
        {200, R"({"type":"error","error":{"type":"overloaded_error","message":"m"}})",
         Verdict::retryable, "overloaded_error"},
        {413, "<html>", Verdict::permanent, "request_too_large"},
        {422, R"({"detail":"no"})", Verdict::permanent, "invalid_request_error"},
        {401, "", Verdict::quota, "authentication_error"},
        {502, "<html>", Verdict::retryable, "api_error"},
        {200, R"({"content":[{"type)", Verdict::retryable, "api_error"},
    };
    for (const auto& row : rows) {
        const auto out = read("anthropic", {row.status, {}, std::string(row.body)});
        EXPECT_EQ(out.verdict, row.verdict) << row.status << row.body;
        EXPECT_EQ(out.code, row.code) << row.status << row.body;
        EXPECT_NE(out.message, "");
    }
}

TEST(GeminiOrdinary, the_method_and_the_model_stand_in_the_target) {
    std::string line;
    const std::string request = R"({"contents":[{"parts":[{"text":"a"}]}], "x":1e400})";
    of("gemini").append_raw_line(line, "i-1", "generateContent", request);
    const auto call =
        of("gemini").ordinary_call(line, "generateContent", "gemini-2.5-flash").value();
    EXPECT_EQ(call.method, model::HttpMethod::post);
    EXPECT_EQ(call.target, "/v1beta/models/gemini-2.5-flash:generateContent");
    EXPECT_EQ(header(call, "Content-Type"), "application/json");
    EXPECT_EQ(body_of(call), request);
    EXPECT_EQ(of("gemini").ordinary_call(line, "embedContent", "models/e").value().target,
              "/v1beta/models/e:embedContent");
    EXPECT_FALSE(of("gemini").ordinary_call(line, "generateContent", ""));
    EXPECT_FALSE(of("gemini").ordinary_call(R"({"key":"k","body":{}})", "generateContent", "m"));
}

TEST(GeminiOrdinary, replies_are_lines) {
    const auto answer = read(
        "gemini",
        {200,
         {},
         "{\n \"candidates\": [{\"content\":{\"parts\":[{\"text\":\"yes\"}]},\"finishReason\":"
         "\"STOP\"}],\n \"usageMetadata\":{\"promptTokenCount\":3,\"candidatesTokenCount\":1}}\n"});
    EXPECT_EQ(answer.verdict, Verdict::answered);
    EXPECT_EQ(answer.text, "yes");
    EXPECT_EQ(answer.usage, (model::Usage{3, 0, 1}));
    const auto vector =
        read("gemini", {200, {}, R"({"embedding":{"values":[0.5,1]}})"}, "embedContent");
    EXPECT_EQ(vector.verdict, Verdict::answered);
    EXPECT_EQ(vector.items, std::vector<std::string>{"[0.5,1]"});

    struct Row {
        int status;
        std::string_view body;
        Verdict verdict;
        int read_status;
    };
    const Row rows[] = {
        {400, R"({"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}})",
         Verdict::permanent, 400},
        {503, R"({"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}})",
         Verdict::retryable, 503},
        {413, "<html>", Verdict::permanent, 400},
        {502, "<html>", Verdict::retryable, 503},
        {400, "{}", Verdict::permanent, 400},
        {200, "{\"candidates\":", Verdict::retryable, 0},
        // an error that says nothing, beside a good answer
        {200,
         R"({"error":{},"candidates":[{"content":{"parts":[{"text":"y"}]},"finishReason":"STOP"}]})",
         Verdict::answered, 200},
    };
    for (const auto& row : rows) {
        const auto out = read("gemini", {row.status, {}, std::string(row.body)});
        EXPECT_EQ(out.verdict, row.verdict) << row.status << row.body;
        EXPECT_EQ(out.status, row.read_status) << row.status << row.body;
    }
}

TEST(DialectReplies, stay_one_line_whatever_comes) {
    const std::string body =
        R"({"type":"message","content":[{"type":"text","text":"x"}],"error":{"code":3}})";
    for (const std::string_view kind : {"anthropic", "gemini"}) {
        for (std::size_t at = 0; at < body.size(); ++at)
            for (const char c : {'\0', '\n', '"', '\\', '{', '}', '\xff', '\xe2'}) {
                std::string mutated = body;
                mutated[at] = c;
                read(kind, {200, {}, mutated});
                read(kind, {400, {}, mutated.substr(0, at)});
            }
        read(kind, {200, {}, std::string(100'000, '[')});
        read(kind, {500, {}, std::string(100'000, '\xe2')});
    }
}

}  // namespace
}  // namespace overnight::providers
