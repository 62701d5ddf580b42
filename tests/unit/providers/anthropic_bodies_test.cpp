// Messages bodies byte for byte, lines round and back, and users' own lines.
#include "jsonl/json_text.hpp"
#include "providers/api.hpp"
#include "providers/json_parts.hpp"

#include <gtest/gtest.h>

#include <random>

namespace overnight::providers {
namespace {

using core::Errc;

const Adapter& anthropic() {
    return *find_adapter("anthropic");
}
const Adapter& newer() {
    return *find_adapter("anthropic-2026-10-21");
}

BodySpec plain_spec() {
    BodySpec spec;
    spec.endpoint = "/v1/messages";
    spec.model = "claude-haiku-5-5";
    return spec;
}

std::string whole(const BodySpec& spec, std::string_view prompt = "Hi") {
    const auto body = anthropic().body(spec).value();
    return body.before + std::string(prompt) + body.after;
}

TEST(AnthropicBody, the_least) {
    EXPECT_EQ(
        whole(plain_spec()),
        R"({"model":"claude-haiku-5-5","messages":[{"role":"user","content":"Hi"}],"max_tokens":8192})");
}

TEST(AnthropicBody, everything) {
    BodySpec spec = plain_spec();
    spec.instructions = "Be \"brief\".\n";
    spec.schema = "{\"type\":\"object\",\n\"required\":[]}";
    spec.parameters =
        R"({"max_tokens":400,"output_config":{"effort":"low"},"temperature":0.10,"thinking":{"type":"disabled"}})";
    EXPECT_EQ(
        whole(spec),
        R"({"model":"claude-haiku-5-5","system":"Be \"brief\".\n","messages":[{"role":"user","content":"Hi"}],)"
        R"("max_tokens":400,"output_config":{"format":{"type":"json_schema","schema":{"type":"object", "required":[]}},)"
        R"("effort":"low"},"temperature":0.10,"thinking":{"type":"disabled"}})");
}

TEST(AnthropicBody, output_config_without_a_schema) {
    BodySpec spec = plain_spec();
    spec.parameters = R"({"output_config":{"effort":"high"}})";
    EXPECT_NE(whole(spec).find(R"("max_tokens":8192,"output_config":{"effort":"high"}})"),
              std::string::npos);
}

TEST(AnthropicBody, a_cache_breakpoint_stands_behind_the_instructions) {
    BodySpec spec = plain_spec();
    spec.parameters = R"({"cache_control":{"type":"ephemeral","ttl":"1h"}})";
    EXPECT_NE(whole(spec).find(R"(,"cache_control":{"type":"ephemeral","ttl":"1h"}})"),
              std::string::npos);
    spec.instructions = "Shared.";
    EXPECT_EQ(
        whole(spec),
        R"({"model":"claude-haiku-5-5","system":[{"type":"text","text":"Shared.",)"
        R"("cache_control":{"type":"ephemeral","ttl":"1h"}}],"messages":[{"role":"user","content":"Hi"}],)"
        R"("max_tokens":8192})");
}

TEST(AnthropicBody, the_output_factor_raises_max_tokens) {
    BodySpec spec = plain_spec();
    spec.output_factor = 2;
    EXPECT_NE(whole(spec).find(R"("max_tokens":16384)"), std::string::npos);
    spec.parameters = R"({"max_tokens":300})";
    EXPECT_NE(whole(spec).find(R"("max_tokens":600)"), std::string::npos);
    spec.parameters = R"({"max_tokens":18446744073709551615})";
    EXPECT_NE(whole(spec).find(R"("max_tokens":18446744073709551615)"), std::string::npos);
}

TEST(AnthropicBody, shared_text_is_the_same_for_every_pack) {
    BodySpec spec = plain_spec();
    spec.instructions = "Shared.";
    const auto plain = anthropic().body(spec).value();
    spec.output_factor = 4;
    spec.parameters = R"({"max_tokens":5})";
    spec.schema = R"({"type":"object"})";
    EXPECT_EQ(anthropic().body(spec).value().before, plain.before);
}

TEST(AnthropicBody, what_a_batch_cannot_have_is_refused) {
    struct Row {
        std::string_view parameters, word;
    };
    const Row rows[] = {
        {R"({"stream":true})", "stream"},
        {R"({"stream":"no"})", "stream"},
        {R"({"speed":"fast"})", "speed"},
        {R"({"store":false})", "store"},
        {R"({"previous_thread_event_id":"x"})", "previous_thread_event_id"},
        {R"({"cache_hint":"x"})", "cache_hint"},
        {R"({"context_hint":"x"})", "context_hint"},
        {R"({"model":"x"})", "[model] name"},
        {R"({"messages":[]})", "[prompt]"},
        {R"({"system":"x"})", "instructions"},
        {R"({"output_config":{"format":{"type":"json_schema"}}})", "output_config.format"},
        {R"({"output_config":"high"})", "output_config"},
        {R"({"output_format":{}})", "[answer]"},
        {R"({"max_tokens":0})", "at least 1"},
        {R"({"max_tokens":-1})", "at least 1"},
        {R"({"max_tokens":1.5})", "at least 1"},
        {R"({"max_tokens":"400"})", "at least 1"},
        {R"({"a":1,"a":2})", "twice"},
        {R"([1])", "parameters"},
        {R"({"a":)", "parameters"},
    };
    for (const auto& row : rows) {
        BodySpec spec = plain_spec();
        spec.parameters = row.parameters;
        const auto body = anthropic().body(spec);
        ASSERT_FALSE(body) << row.parameters;
        EXPECT_EQ(body.error().code(), Errc::invalid_input);
        EXPECT_NE(body.error().message().find(row.word), std::string::npos)
            << body.error().message();
    }
    BodySpec spec = plain_spec();
    spec.parameters = R"({"stream":false,"metadata":{"user_id":"u"},"service_tier":"auto"})";
    EXPECT_TRUE(anthropic().body(spec));
}

TEST(AnthropicBody, the_newer_version_takes_no_sampling) {
    for (const auto* parameters : {R"({"temperature":1})", R"({"top_p":1})", R"({"top_k":40})"}) {
        BodySpec spec = plain_spec();
        spec.parameters = parameters;
        EXPECT_TRUE(anthropic().body(spec)) << parameters;
        const auto body = newer().body(spec);
        ASSERT_FALSE(body) << parameters;
        EXPECT_NE(body.error().message().find("2026-10-21"), std::string::npos);
    }
}

TEST(AnthropicBody, what_has_no_place_is_refused) {
    BodySpec spec = plain_spec();
    spec.endpoint = "/v1/chat/completions";
    EXPECT_NE(anthropic().body(spec).error().message().find("/v1/messages"), std::string::npos);
    spec = plain_spec();
    spec.model.clear();
    EXPECT_EQ(anthropic().body(spec).error().code(), Errc::invalid_input);
    spec = plain_spec();
    spec.schema = R"({"a":)";
    EXPECT_NE(anthropic().body(spec).error().message().find("schema"), std::string::npos);
}

TEST(AnthropicLine, exact_bytes_and_the_id_comes_first) {
    std::string line;
    anthropic().append_line(line, "0123456789abcdefghjkmnpqrs_0_1", "/v1/messages",
                            BodyTemplate{R"({"a":")", R"("})"}, "Hi");
    EXPECT_EQ(line,
              "{\"custom_id\":\"0123456789abcdefghjkmnpqrs_0_1\",\"params\":{\"a\":\"Hi\"}}\n");
    EXPECT_LT(line.find("0123456789abcdefghjkmnpqrs") + 26, 64u);
    line.clear();
    anthropic().append_raw_line(line, "c", "/v1/messages", R"({"max_tokens": 1.0})");
    EXPECT_EQ(line, "{\"custom_id\":\"c\",\"params\":{\"max_tokens\": 1.0}}\n");
}

TEST(AnthropicLine, what_goes_in_comes_out) {
    std::mt19937 random(20261121);
    BodySpec spec = plain_spec();
    spec.instructions = "Instructions with \"user\" and \"content\".";
    spec.schema = R"({"type":"object"})";
    for (const bool cached : {false, true}) {
        if (cached) spec.parameters = R"({"cache_control":{"type":"ephemeral"}})";
        const auto body = anthropic().body(spec).value();
        for (int i = 0; i < 300; ++i) {
            std::string prompt;
            for (auto n = random() % 60; n > 0; --n)
                prompt += std::string_view("a\"\\\n\t/{}[]:,\xc3\xa9\xf0\x9f\x98\x80 ")
                              .substr(random() % 12, 1 + random() % 2);
            std::string encoded;
            jsonl::append_json_string(encoded, prompt);
            std::string line;
            anthropic().append_line(line, "c", "/v1/messages", body,
                                    std::string_view(encoded).substr(1, encoded.size() - 2));
            EXPECT_EQ(line.find('\n'), line.size() - 1);
            const auto back = anthropic().read_prompt(line);
            ASSERT_TRUE(back) << line;
            ASSERT_EQ(back->size(), 1u);
            EXPECT_EQ(back->front(), json_string(encoded).value());
        }
    }
}

TEST(AnthropicLine, a_line_that_is_not_ours_is_corrupt) {
    for (const char* line :
         {"", "[]", "{}", R"({"custom_id":"c","params":7})", R"({"custom_id":"c","params":{}})",
          R"({"custom_id":"c","params":{"messages":[]}})",
          R"({"custom_id":"c","params":{"messages":["x"]}})",
          R"({"custom_id":"c","params":{"messages":[{"role":"assistant","content":"x"}]}})",
          R"({"custom_id":"c","params":{"messages":[{"role":"user"}]}})",
          R"({"custom_id":"c","params":{"messages":[{"role":"user","content":[]}]}})"}) {
        const auto prompt = anthropic().read_prompt(line);
        ASSERT_FALSE(prompt) << line;
        EXPECT_EQ(prompt.error().code(), Errc::corrupt);
    }
}

constexpr std::string_view raw_line =
    R"({"custom_id":"my \"first\"","params":{"model":"claude-opus-5","max_tokens":1024, "messages":[{"role":"user","content":"Hi"}],"top_k":5}})";

TEST(AnthropicRaw, a_line_is_taken_apart) {
    const auto raw = anthropic().read_raw_line(raw_line).value();
    EXPECT_EQ(raw.custom_id, "my \"first\"");
    EXPECT_EQ(raw.endpoint, "/v1/messages");
    EXPECT_EQ(raw.model, "claude-opus-5");
    EXPECT_EQ(raw.inputs, 1u);
    EXPECT_EQ(
        raw.body,
        R"({"model":"claude-opus-5","max_tokens":1024, "messages":[{"role":"user","content":"Hi"}],"top_k":5})");
    std::string sent;
    anthropic().append_raw_line(sent, "ours", raw.endpoint, raw.body);
    EXPECT_EQ(anthropic().read_raw_line(sent)->body, raw.body);
    EXPECT_FALSE(newer().read_raw_line(raw_line));  // top_k
}

TEST(AnthropicRaw, what_the_provider_would_refuse) {
    struct Row {
        std::string_view line, word;
    };
    const Row rows[] = {
        {"7", "object"},
        {R"({"params":{}})", "custom_id"},
        {R"({"custom_id":"","params":{}})", "custom_id"},
        {R"({"custom_id":"c"})", "params"},
        {R"({"custom_id":"c","method":"POST","url":"/v1/x","body":{}})", "OpenAI"},
        {R"({"custom_id":"c","params":[]})", "params"},
        {R"({"custom_id":"c","params":{"max_tokens":1,"messages":[{}]}})", "params.model"},
        {R"({"custom_id":"c","params":{"model":"","max_tokens":1,"messages":[{}]}})",
         "params.model"},
        {R"({"custom_id":"c","params":{"model":"m","messages":[{}]}})", "params.max_tokens"},
        {R"({"custom_id":"c","params":{"model":"m","max_tokens":0,"messages":[{}]}})",
         "params.max_tokens"},
        {R"({"custom_id":"c","params":{"model":"m","max_tokens":1}})", "params.messages"},
        {R"({"custom_id":"c","params":{"model":"m","max_tokens":1,"messages":[]}})",
         "params.messages"},
        {R"({"custom_id":"c","params":{"model":"m","max_tokens":1,"messages":[{}],"stream":true}})",
         "params.stream"},
        {R"({"custom_id":"c","params":{"model":"m","max_tokens":1,"messages":[{}],"speed":"x"}})",
         "params.speed"},
    };
    for (const auto& row : rows) {
        const auto raw = anthropic().read_raw_line(row.line);
        ASSERT_FALSE(raw) << row.line;
        EXPECT_EQ(raw.error().code(), Errc::invalid_input);
        EXPECT_NE(raw.error().message().find(row.word), std::string::npos) << raw.error().message();
    }
    EXPECT_TRUE(anthropic().read_raw_line(
        R"({"custom_id":"c","params":{"model":"m","max_tokens":1,"messages":[{}],"stream":false,"speed":null}})"));
}

TEST(AnthropicRaw, what_the_newer_version_refuses_inside_of_a_message) {
    const auto line = [](std::string_view message) {
        return R"({"custom_id":"c","params":{"model":"m","max_tokens":1,"messages":[)" +
               std::string(message) + "]}}";
    };
    const std::pair<std::string_view, std::string_view> refused[] = {
        {R"({"role":"assistant","content":[{"type":"document","source":{}}]})", "document"},
        {R"({"role":"user","content":[{"type":"text","text":"a","citations":[{}]}]})", "citations"},
    };
    for (const auto& [message, word] : refused) {
        EXPECT_TRUE(anthropic().read_raw_line(line(message)));
        const auto raw = newer().read_raw_line(line(message));
        ASSERT_FALSE(raw) << message;
        EXPECT_NE(raw.error().message().find(word), std::string::npos);
    }
    for (const std::string_view message :
         {R"({"role":"user","content":[{"type":"document","source":{}}]})",
          R"({"role":"user","content":[{"type":"text","text":"a","citations":[]}]})",
          R"({"role":"user","content":[{"type":"text","text":"a","citations":null}]})",
          R"({"role":"assistant","content":[{"type":"text","text":"a","citations":[{}]}]})",
          R"({"role":"user","content":"a"})"})
        EXPECT_TRUE(newer().read_raw_line(line(message))) << message;
}

TEST(AnthropicRaw, a_failure_has_the_shape_of_a_result_line) {
    std::string line;
    anthropic().append_raw_failure(line, "my \"id\"", "never_ran", "the batch expired\n");
    EXPECT_EQ(
        line,
        R"({"custom_id":"my \"id\"","result":{"type":"errored","error":{"type":"error","request_id":null,)"
        R"("error":{"type":"never_ran","message":"the batch expired\n"}}}})");
    LineResult out;
    ASSERT_TRUE(anthropic().line_parser("/v1/messages")->parse(line, out));
    EXPECT_EQ(out.code, "never_ran");
}

}  // namespace
}  // namespace overnight::providers
