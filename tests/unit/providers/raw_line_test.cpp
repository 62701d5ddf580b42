// Lines of a user's own batch file.
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

const Adapter& openai() {
    return *find_adapter("openai");
}

TEST(RawLine, samples_of_the_format) {  // providers/openai.md 4.1
    struct Row {
        std::string_view line, custom_id, endpoint, model, body;
    };
    const Row rows[] = {
        {R"({"custom_id":"request-1","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"Hello world!"}],"max_tokens":1000}})",
         "request-1", "/v1/chat/completions", "gpt-4o-mini",
         R"({"model":"gpt-4o-mini","messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"Hello world!"}],"max_tokens":1000})"},
        {R"({"custom_id":"r-2","method":"POST","url":"/v1/responses","body":{"model":"gpt-6-luna","instructions":"...","input":"Reply with the word blue.","max_output_tokens":400,"reasoning":{"effort":"none"}}})",
         "r-2", "/v1/responses", "gpt-6-luna",
         R"({"model":"gpt-6-luna","instructions":"...","input":"Reply with the word blue.","max_output_tokens":400,"reasoning":{"effort":"none"}})"},
        {R"({"body" : {"input":["a","b"], "model":"text-embedding-3-small","seed":1e400 } ,"url":"\/v1\/embeddings","method":"POST","custom_id":"\u0065-1"})",
         "e-1", "/v1/embeddings", "text-embedding-3-small",
         R"({"input":["a","b"], "model":"text-embedding-3-small","seed":1e400 })"},
        {R"({"custom_id":"m-1","method":"POST","url":"/v1/moderations","body":{"model":"omni-moderation-latest","input":"text"}})",
         "m-1", "/v1/moderations", "omni-moderation-latest",
         R"({"model":"omni-moderation-latest","input":"text"})"},
        {R"({"custom_id":"p-1","method":"POST","url":"/v1/responses","body":{"model":"m","prompt":{"id":"pmpt_1"}}})",
         "p-1", "/v1/responses", "m", R"({"model":"m","prompt":{"id":"pmpt_1"}})"},
    };
    for (const auto& row : rows) {
        const auto raw = openai().read_raw_line(row.line).value();
        EXPECT_EQ(raw.custom_id, row.custom_id);
        EXPECT_EQ(raw.endpoint, row.endpoint);
        EXPECT_EQ(raw.model, row.model);
        EXPECT_EQ(raw.body, row.body);
        EXPECT_GE(raw.body.data(), row.line.data());
        EXPECT_LE(raw.body.data() + raw.body.size(), row.line.data() + row.line.size());
    }
}

std::string embeddings(std::string_view input) {
    return R"({"custom_id":"e","method":"POST","url":"/v1/embeddings","body":{"model":"m","input":)" +
           std::string(input) + "}}";
}

TEST(RawLine, counts_embedding_inputs) {
    const auto inputs = [](std::string_view input) {
        return openai().read_raw_line(embeddings(input)).value().inputs;
    };
    EXPECT_EQ(inputs(R"("s")"), 1u);
    EXPECT_EQ(inputs(R"(["s"])"), 1u);
    EXPECT_EQ(inputs(R"(["s1","s2","s3"])"), 3u);
    EXPECT_EQ(inputs("[1,2,3]"), 1u);  // one text as tokens
    EXPECT_EQ(inputs("[[1,2],[3]]"), 2u);
    EXPECT_FALSE(openai().read_raw_line(embeddings("[]")));
    EXPECT_FALSE(openai().read_raw_line(embeddings("7")));
    const auto many = [](std::size_t n) {
        std::string list = "[\"x\"";
        for (std::size_t i = 1; i < n; ++i)
            list += ",\"x\"";
        return embeddings(list + "]");
    };
    EXPECT_EQ(openai().read_raw_line(many(2'048)).value().inputs, 2'048u);
    EXPECT_FALSE(openai().read_raw_line(many(2'049)));
}

TEST(RawLine, what_the_provider_would_refuse_is_named) {
    struct Row {
        std::string_view line, word;
    };
    const Row rows[] = {
        {R"({"method":"POST","url":"/v1/responses","body":{"model":"m","input":"x"}})",
         "custom_id"},
        {R"({"custom_id":7,"method":"POST","url":"/v1/responses","body":{"model":"m","input":"x"}})",
         "custom_id"},
        {R"({"custom_id":"","method":"POST","url":"/v1/responses","body":{"model":"m","input":"x"}})",
         "custom_id"},
        {R"({"custom_id":"a","url":"/v1/responses","body":{"model":"m","input":"x"}})", "method"},
        {R"({"custom_id":"a","method":"GET","url":"/v1/responses","body":{"model":"m","input":"x"}})",
         "method"},
        {R"({"custom_id":"a","method":"POST","body":{"model":"m","input":"x"}})", "url"},
        {R"({"custom_id":"a","method":"POST","url":"v1/responses","body":{"model":"m","input":"x"}})",
         "did you mean \"/v1/responses\"?"},
        {R"({"custom_id":"a","method":"POST","url":"/v1/images/generations","body":{"model":"m","prompt":"x"}})",
         "url"},
        {R"({"custom_id":"a","method":"POST","url":"/v1/responses"})", "body"},
        {R"({"custom_id":"a","method":"POST","url":"/v1/responses","body":"x"})", "body"},
        {R"({"custom_id":"a","method":"POST","url":"/v1/responses","body":{"input":"x"}})",
         "model"},
        {R"({"custom_id":"a","method":"POST","url":"/v1/responses","body":{"model":"","input":"x"}})",
         "model"},
        {R"({"custom_id":"a","method":"POST","url":"/v1/responses","body":{"model":"m"}})",
         "body.input"},
        {R"({"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m"}})",
         "body.messages"},
        {R"({"custom_id":"a","method":"POST","url":"/v1/embeddings","body":{"model":"m","input":null}})",
         "body.input"},
        {R"({"custom_id":"a","method":"POST","url":"/v1/responses","body":{"model":"m","input":"x","stream":true}})",
         "body.stream"},
        {R"({"custom_id":"a","method":"POST","url":"/v1/responses","body":{"model":"m","input":"x","background":true}})",
         "body.background"},
        {R"({"custom_id":"a","custom_id":"b","method":"POST","url":"/v1/responses","body":{"model":"m","input":"x"}})",
         "twice"},
        {R"({"custom_id":"a","method":"POST","url":"/v1/responses","body":{"model":"m","model":"n","input":"x"}})",
         "twice"},
        {R"({"custom_id":"a","method":"POST","url":"/v1/responses","body":{"model":"m","input":"x"}} x)",
         "JSON"},
        {"[]", "JSON"},
        {"", "JSON"},
    };
    for (const auto& row : rows) {
        const auto raw = openai().read_raw_line(row.line);
        ASSERT_FALSE(raw) << row.line;
        EXPECT_EQ(raw.error().code(), core::Errc::invalid_input);
        EXPECT_NE(raw.error().message().find(row.word), std::string::npos) << raw.error().message();
    }
}

TEST(RawLine, limits) {
    const auto line = [](std::string_view id, std::string_view input) {
        return R"({"custom_id":")" + std::string(id) +
               R"(","method":"POST","url":"/v1/responses","body":{"model":"m","input":)" +
               std::string(input) + "}}";
    };
    EXPECT_TRUE(openai().read_raw_line(line(std::string(512, 'x'), R"("x")")));
    EXPECT_FALSE(openai().read_raw_line(line(std::string(513, 'x'), R"("x")")));
    const std::string deep = std::string(62, '[') + std::string(62, ']');
    EXPECT_TRUE(openai().read_raw_line(line("a", deep)));
    EXPECT_FALSE(openai().read_raw_line(line("a", "[" + deep + "]")));
    EXPECT_FALSE(
        openai().read_raw_line(line("a", std::string(200'000, '[') + std::string(200'000, ']'))));
    EXPECT_FALSE(openai().read_raw_line(line("a", "\"" + std::string(17u << 20, 'x') + "\"")));
}

TEST(RawLine, cut_off_anywhere_it_is_refused) {
    const std::string line = embeddings(R"(["s1","\u00e9"])");
    ASSERT_TRUE(openai().read_raw_line(line));
    EXPECT_TRUE(openai().read_raw_line(line + "\n"));
    for (std::size_t n = 0; n < line.size(); ++n)
        EXPECT_FALSE(openai().read_raw_line(std::string_view(line).substr(0, n))) << n;
}

TEST(RawLine, goes_through_a_line_of_ours_unchanged) {
    const std::string line = embeddings(R"([ "s1" , "s2"])");
    const auto raw = openai().read_raw_line(line).value();
    std::string ours;
    openai().append_raw_line(ours, "0123456789abcdefghjkmnpqrs_0_1", raw.endpoint, raw.body);
    const auto again = openai().read_raw_line(ours).value();
    EXPECT_EQ(again.body, raw.body);
    EXPECT_EQ(again.inputs, raw.inputs);
    EXPECT_EQ(again.custom_id, "0123456789abcdefghjkmnpqrs_0_1");
}

TEST(RawLine, a_failure_has_the_providers_shape) {
    std::string out;
    openai().append_raw_failure(out, "a", "permanent", "400 bad");
    EXPECT_EQ(
        out,
        R"({"id":null,"custom_id":"a","response":null,"error":{"code":"permanent","message":"400 bad"}})");
}

}  // namespace
}  // namespace overnight::providers
