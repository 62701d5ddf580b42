// Request bodies byte for byte, and what was put into a line comes out of it again.
#include "jsonl/json_text.hpp"
#include "providers/api.hpp"
#include "providers/json_parts.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

namespace overnight::providers {
namespace {

using core::Errc;
using namespace std::string_view_literals;

const Adapter& openai() {
    return *find_adapter("openai");
}

BodySpec spec_for(std::string_view endpoint) {
    BodySpec spec;
    spec.endpoint = endpoint;
    spec.model = "gpt-6-luna";
    return spec;
}

std::string encoded(std::string_view text) {
    std::string out;
    jsonl::append_json_string(out, text);
    return out.substr(1, out.size() - 2);
}

std::string whole(const BodySpec& spec, std::string_view prompt) {
    const auto body = openai().body(spec).value();
    return body.before + std::string(prompt) + body.after;
}

TEST(Body, chat) {
    BodySpec spec = spec_for("/v1/chat/completions");
    EXPECT_EQ(whole(spec, "Hi"),
              R"({"model":"gpt-6-luna","messages":[{"role":"user","content":"Hi"}]})");
    spec.instructions = "Be \"brief\".\n";
    spec.schema = R"({"type":"object","properties":{},"required":[],"additionalProperties":false})";
    spec.parameters = R"({"max_completion_tokens":400,"temperature":0.10})";
    EXPECT_EQ(
        whole(spec, "Hi"),
        R"({"model":"gpt-6-luna","messages":[{"role":"system","content":"Be \"brief\".\n"},)"
        R"({"role":"user","content":"Hi"}],"response_format":{"type":"json_schema","json_schema":)"
        R"({"name":"answer","strict":true,"schema":{"type":"object","properties":{},"required":[],)"
        R"("additionalProperties":false}}},"max_completion_tokens":400,"temperature":0.10})");
}

TEST(Body, responses) {
    BodySpec spec = spec_for("/v1/responses");
    EXPECT_EQ(whole(spec, "Hi"), R"({"model":"gpt-6-luna","input":"Hi","store":false})");
    spec.instructions = "Brief.";
    spec.schema = R"({"type":"object"})";
    spec.parameters =
        R"({"max_output_tokens":400,"reasoning":{"effort":"none"},"text":{"verbosity":"low"}})";
    EXPECT_EQ(
        whole(spec, "Hi"),
        R"({"model":"gpt-6-luna","instructions":"Brief.","input":"Hi","text":{"format":{"type":"json_schema",)"
        R"("name":"answer","strict":true,"schema":{"type":"object"}},"verbosity":"low"},"store":false,)"
        R"("max_output_tokens":400,"reasoning":{"effort":"none"}})");
    spec.parameters = R"({"store":true})";
    spec.schema.clear();
    EXPECT_EQ(whole(spec, "Hi"),
              R"({"model":"gpt-6-luna","instructions":"Brief.","input":"Hi","store":true})");
}

TEST(Body, lists) {
    BodySpec spec = spec_for("/v1/embeddings");
    spec.parameters = R"({"dimensions":256})";
    EXPECT_EQ(
        whole(spec, R"("a","b")"),
        R"({"model":"gpt-6-luna","input":["a","b"],"encoding_format":"base64","dimensions":256})");
    spec.parameters = R"({"encoding_format":"float"})";
    EXPECT_EQ(whole(spec, R"("a")"),
              R"({"model":"gpt-6-luna","input":["a"],"encoding_format":"float"})");
    EXPECT_EQ(whole(spec_for("/v1/moderations"), R"("a")"),
              R"({"model":"gpt-6-luna","input":["a"]})");
}

TEST(Body, completions) {
    BodySpec spec = spec_for("/v1/completions");
    spec.parameters = R"({"max_tokens":7})";
    EXPECT_EQ(whole(spec, "Hi"), R"({"model":"gpt-6-luna","prompt":"Hi","max_tokens":7})");
    spec.instructions = "Brief.";
    EXPECT_EQ(whole(spec, "Hi"),
              R"({"model":"gpt-6-luna","prompt":"Brief.\u000a\u000aHi","max_tokens":7})");
}

TEST(Body, shared_text_is_the_same_for_every_pack) {
    BodySpec spec = spec_for("/v1/chat/completions");
    spec.instructions = "Shared.";
    const auto plain = openai().body(spec).value();
    spec.output_factor = 4;
    spec.parameters = R"({"max_tokens":5})";
    spec.schema = R"({"type":"object"})";
    EXPECT_EQ(openai().body(spec).value().before, plain.before);
}

TEST(Body, what_has_no_place_is_refused) {
    struct Row {
        std::string_view endpoint, instructions, schema, model, word;
    };
    const Row rows[] = {
        {"/v1/embeddings", "x", "", "m", "instructions"},
        {"/v1/moderations", "x", "", "m", "instructions"},
        {"/v1/embeddings", "", "{}", "m", "structured"},
        {"/v1/completions", "", "{}", "m", "structured"},
        {"/v1/images/generations", "", "", "m", "/v1/images/generations"},
        {"v1/chat/completions", "", "", "m", "v1/chat/completions"},
        {"", "", "", "m", "endpoint"},
        {"/v1/chat/completions", "", "", "", "model"},
        {"/v1/chat/completions", "", "{\"a\":", "m", "schema"},
    };
    for (const auto& row : rows) {
        BodySpec spec = spec_for(row.endpoint);
        spec.instructions = row.instructions;
        spec.schema = row.schema;
        spec.model = row.model;
        const auto body = openai().body(spec);
        ASSERT_FALSE(body) << row.endpoint << row.word;
        EXPECT_EQ(body.error().code(), Errc::invalid_input);
        EXPECT_NE(body.error().message().find(row.word), std::string::npos)
            << body.error().message();
    }
}

TEST(Line, frame_is_fixed) {
    const auto body = openai().body(spec_for("/v1/chat/completions")).value();
    std::string out = "before";
    openai().append_line(out, "0123456789abcdefghjkmnpqrs_0_1", "/v1/chat/completions", body, "Hi");
    EXPECT_EQ(
        out,
        "before"
        R"({"custom_id":"0123456789abcdefghjkmnpqrs_0_1","method":"POST","url":"/v1/chat/completions","body":)"
        R"({"model":"gpt-6-luna","messages":[{"role":"user","content":"Hi"}]}})"
        "\n");
    EXPECT_EQ(out.substr(6 + 14, 26), "0123456789abcdefghjkmnpqrs");
    out.clear();
    openai().append_raw_line(out, "id_1", "/v1/embeddings", R"({ "model" : "m", "input": 1e99 })");
    EXPECT_EQ(
        out,
        R"({"custom_id":"id_1","method":"POST","url":"/v1/embeddings","body":{ "model" : "m", "input": 1e99 }})"
        "\n");
}

const std::string_view nasty[] = {
    "",
    "plain",
    "quotes \" and \\ and \\\" and \\u0041 and /",
    "line\nends\r\nand\ttabs",
    "nul\0inside and \x01\x1f\x7f"sv,
    "\xe2\x80\xa8 and \xe2\x80\xa9",
    "\xf0\x9f\x98\x80 emoji \xc3\xa9",
    "\"}],\"model\":\"other\",\"messages\":[{\"role\":\"user\",\"content\":\"",
    "\\u000a\\u000a",
    "{\"r1\":\"a\"}\n{\"r2\":\"b\"}",
    "\n\n",
    "\\",
};

TEST(ReadPrompt, gives_back_what_was_put_in) {
    for (const std::string_view endpoint :
         {"/v1/chat/completions", "/v1/responses", "/v1/completions"})
        for (const std::string_view instructions :
             {"", "Shared \"text\" \\u000a\\u000a", "ends with \\u000a", "\n\n"})
            for (const auto text : nasty) {
                BodySpec spec = spec_for(endpoint);
                spec.instructions = instructions;
                if (openai().caps(endpoint).structured_output) spec.schema = R"({"type":"object"})";
                std::string line;
                openai().append_line(line, "id", endpoint, openai().body(spec).value(),
                                     encoded(text));
                EXPECT_EQ(line.find('\n'), line.size() - 1);
                simdjson::dom::parser strict;  // another reader agrees that it is JSON
                ASSERT_EQ(strict.parse(line).error(), simdjson::SUCCESS) << line;
                const auto prompts = openai().read_prompt(line).value();
                ASSERT_EQ(prompts.size(), 1u);
                EXPECT_EQ(prompts[0], text) << endpoint << instructions;
            }
}

TEST(ReadPrompt, gives_back_every_input_of_a_list) {
    for (const std::string_view endpoint : {"/v1/embeddings", "/v1/moderations"}) {
        std::string list;
        for (const auto text : nasty) {
            if (!list.empty()) list.push_back(',');
            jsonl::append_json_string(list, text);
        }
        std::string line;
        openai().append_line(line, "id", endpoint, openai().body(spec_for(endpoint)).value(), list);
        const auto prompts = openai().read_prompt(line).value();
        ASSERT_EQ(prompts.size(), std::size(nasty));
        for (std::size_t i = 0; i < prompts.size(); ++i)
            EXPECT_EQ(prompts[i], nasty[i]);
    }
}

TEST(ReadPrompt, the_shared_text_reaches_the_model) {
    BodySpec spec = spec_for("/v1/completions");
    spec.instructions = "Shared.";
    std::string line;
    openai().append_line(line, "id", spec.endpoint, openai().body(spec).value(), "row");
    const auto body = json_members(find_part(json_members(line).value(), "body")->raw).value();
    EXPECT_EQ(json_string(find_part(body, "prompt")->raw).value(), "Shared.\n\nrow");
}

TEST(ReadPrompt, a_damaged_line_is_corrupt) {
    std::string line;
    openai().append_line(line, "id", "/v1/chat/completions",
                         openai().body(spec_for("/v1/chat/completions")).value(), "row");
    for (std::size_t n = 0; n + 1 < line.size(); ++n) {
        const auto prompts = openai().read_prompt(std::string_view(line).substr(0, n));
        ASSERT_FALSE(prompts) << n;
        EXPECT_EQ(prompts.error().code(), Errc::corrupt);
    }
    for (const char* other : {"{}", R"({"body":7})", R"({"body":{}})",
                              R"({"body":{"messages":[]}})", R"({"body":{"messages":[7]}})",
                              R"({"body":{"messages":[{"role":"system","content":"x"}]}})",
                              R"({"body":{"messages":[{"role":"user","content":[]}]}})",
                              R"({"body":{"input":[1]}})", R"({"body":{"prompt":["x"]}})"})
        EXPECT_FALSE(openai().read_prompt(other)) << other;
}

}  // namespace
}  // namespace overnight::providers
