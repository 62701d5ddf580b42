// A shard's lines as ordinary calls, and what becomes of the replies.
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using model::HttpResponse;

constexpr std::string_view chat = "/v1/chat/completions";

const Adapter& openai() {
    return *find_adapter("openai");
}

std::string line_of(std::string_view body) {
    return R"({"custom_id":"i-1","method":"POST","url":"/v1/chat/completions","body":)" +
           std::string(body) + "}\n";
}

std::string reply_line(const HttpResponse& reply) {
    std::string out;
    openai().append_reply_line(out, "i-1", reply);
    return out;
}

LineResult read(const HttpResponse& reply, std::string_view endpoint = chat) {
    const std::string line = reply_line(reply);
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
    LineResult result;
    const auto parsed = openai().line_parser(endpoint)->parse(
        std::string_view(line).substr(0, line.size() - 1), result);
    EXPECT_TRUE(parsed) << line;
    EXPECT_EQ(result.custom_id, "i-1");
    EXPECT_EQ(result.status, reply.status);
    return result;
}

TEST(OrdinaryCall, posts_the_body_as_it_is) {
    const std::string body = R"({"model":"m", "messages":[{"role":"user","content":"a\n\u00e9"}]})";
    const auto request = openai().ordinary_call(line_of(body), chat, "other").value();
    EXPECT_EQ(request.method, model::HttpMethod::post);
    EXPECT_EQ(request.target, "/chat/completions");
    ASSERT_EQ(request.headers.size(), 1u);
    EXPECT_EQ(request.headers[0].name, "Content-Type");
    EXPECT_EQ(request.headers[0].value, "application/json");
    ASSERT_EQ(request.body.size(), 1u);
    EXPECT_EQ(std::get<std::string>(request.body[0]), body);
    EXPECT_EQ(openai().ordinary_call(line_of(body), "/v1/embeddings", "").value().target,
              "/embeddings");
}

TEST(OrdinaryCall, a_body_without_a_model_gets_the_jobs) {
    const auto body = [](std::string_view text) {
        return std::get<std::string>(
            openai().ordinary_call(line_of(text), chat, "m\"1").value().body.at(0));
    };
    EXPECT_EQ(body(R"({"messages":[]})"), R"({"model":"m\"1","messages":[]})");
    EXPECT_EQ(body("{}"), R"({"model":"m\"1"})");
    EXPECT_EQ(body(R"({"input":["a"],"model":null})"), R"({"input":["a"],"model":null})");
}

TEST(OrdinaryCall, of_lines_that_are_made_here) {
    BodySpec spec;
    spec.endpoint = chat;
    spec.model = "m";
    const BodyTemplate body = openai().body(spec).value();
    std::string line;
    openai().append_line(line, "i-1", chat, body, "hello");
    const auto request = openai().ordinary_call(line, chat, "m").value();
    EXPECT_EQ(std::get<std::string>(request.body.at(0)), body.before + "hello" + body.after);
}

TEST(OrdinaryCall, nothing_for_what_is_no_line) {
    for (const char* line : {"", "{}", "[]", "x", R"({"body":[]})", R"({"body":"{}"})",
                             R"({"body":{"a":1})", R"({"body":{"a":}})"})
        EXPECT_FALSE(openai().ordinary_call(line, chat, "m")) << line;
}

TEST(ReplyLine, exact_bytes) {
    EXPECT_EQ(
        reply_line({200, {{"X-Request-Id", "req_7"}}, "{\"id\":\"c\",\n \"choices\":[]}\r\n"}),
        R"({"id":null,"custom_id":"i-1","response":{"status_code":200,"request_id":"req_7",)"
        R"("body":{"id":"c",  "choices":[]}  },"error":null})"
        "\n");
    EXPECT_EQ(
        reply_line({502, {}, "<html>bad\ngateway"}),
        R"({"id":null,"custom_id":"i-1","response":{"status_code":502,"request_id":null,)"
        R"("body":{"error":{"message":"HTTP 502 without an error object: <html>bad\ngateway",)"
        R"("type":"foreign_reply","code":"foreign_reply"}}},"error":null})"
        "\n");
}

TEST(ReplyLine, an_answer_is_an_answer) {
    const auto result =
        read({200,
              {},
              R"({"choices":[{"message":{"content":"yes"},"finish_reason":"stop"}],)"
              R"("usage":{"prompt_tokens":3,"completion_tokens":1}})"});
    EXPECT_EQ(result.verdict, model::Verdict::answered);
    EXPECT_EQ(result.text, "yes");
    EXPECT_EQ(result.usage.input_tokens, 3u);
    const auto vector =
        read({200, {}, R"({"data":[{"index":0,"embedding":[0.5,1]}]})"}, "/v1/embeddings");
    EXPECT_EQ(vector.verdict, model::Verdict::answered);
    EXPECT_EQ(vector.items, std::vector<std::string>{"[0.5,1]"});
}

TEST(ReplyLine, an_answer_that_was_paid_for_is_mended) {
    const auto bytes = read({200, {}, "{\"choices\":[{\"message\":{\"content\":\"a\xff\"}}]}"});
    EXPECT_EQ(bytes.verdict, model::Verdict::answered);
    EXPECT_EQ(bytes.text, "a\xef\xbf\xbd");
    const auto half = read({200, {}, R"({"choices":[{"message":{"content":"a\ud83d"}}]})"});
    EXPECT_EQ(half.verdict, model::Verdict::answered);
    EXPECT_EQ(half.text, "a\xef\xbf\xbd");
}

TEST(ReplyLine, failures_keep_their_words) {
    struct Row {
        int status;
        std::string_view body;
        model::Verdict verdict;
        std::string_view code;
        std::string_view message;
    };
    using model::Verdict;
    const Row rows[] = {
        {400, R"({"error":{"code":"context_length_exceeded","message":"too long"}})",
         Verdict::permanent, "context_length_exceeded", "too long"},
        {429, R"({"error":{"code":"insufficient_quota","message":"pay"}})", Verdict::quota,
         "insufficient_quota", "pay"},
        {503, R"({"error":{"message":"Loading model","type":"unavailable_error","code":503}})",
         Verdict::retryable, "503", "Loading model"},
        // FastAPI's envelope, as some servers answer.
        {422, R"({"detail":[{"msg":"no"}]})", Verdict::permanent, "foreign_reply",
         R"(HTTP 422 without an error object: {"detail":[{"msg":"no"}]})"},
        {404, "", Verdict::permanent, "foreign_reply", "HTTP 404 without an error object"},
        {500, "[]", Verdict::retryable, "foreign_reply", "HTTP 500 without an error object: []"},
        {400, R"({"error":null})", Verdict::permanent, "foreign_reply",
         R"(HTTP 400 without an error object: {"error":null})"},
        {200, "{\"choices\":[{\"mess", Verdict::retryable, "foreign_reply",
         "the reply is not a JSON object: {\"choices\":[{\"mess"},
        {200, "{} {}", Verdict::retryable, "foreign_reply",
         "the reply is not a JSON object: {} {}"},
        {401, R"({"error":{"message":"no key"}})", Verdict::quota, "", "no key"},
    };
    for (const auto& row : rows) {
        const auto result = read({row.status, {}, std::string(row.body)});
        EXPECT_EQ(result.verdict, row.verdict) << row.body;
        EXPECT_EQ(result.code, row.code) << row.body;
        EXPECT_EQ(result.message, row.message) << row.body;
    }
}

TEST(ReplyLine, stays_one_line_whatever_comes) {
    std::string body =
        R"({"choices":[{"message":{"content":"an answer"},"finish_reason":"stop"}]})";
    for (std::size_t at = 0; at < body.size(); ++at)
        for (const char c : {'\0', '\n', '"', '\\', '{', '}', '\xff', '\xe2'}) {
            std::string mutated = body;
            mutated[at] = c;
            read({200, {}, mutated});
            read({400, {}, mutated.substr(0, at)});
        }
    read({200, {}, std::string(100'000, '[')});
    read({500, {{"x-request-id", "a\nb"}}, std::string(100'000, '\xe2')});
}

TEST(OrdinaryCall, every_kind_offers_it_for_its_own_lines) {
    for (const auto kind : known_kinds()) {
        const Adapter& adapter = *find_adapter(kind);
        const auto endpoint = adapter.default_endpoint();
        std::string line;
        adapter.append_raw_line(line, "i-1", endpoint, "{}");
        line.pop_back();
        EXPECT_TRUE(adapter.ordinary_call(line, endpoint, "m")) << kind;
        EXPECT_FALSE(adapter.ordinary_call("{}", endpoint, "m")) << kind;
        for (const int status : {200, 400, 500}) {
            std::string out;
            adapter.append_reply_line(out, "i-1", {status, {}, "<html>"});
            ASSERT_EQ(out.find('\n'), out.size() - 1) << kind;
            out.pop_back();
            LineResult read;
            ASSERT_TRUE(adapter.line_parser(endpoint)->parse(out, read)) << out;
            EXPECT_EQ(read.custom_id, "i-1");
            EXPECT_EQ(read.verdict,
                      status == 400 ? model::Verdict::permanent : model::Verdict::retryable)
                << out;
        }
    }
}

}  // namespace
}  // namespace overnight::providers
