// The exact bytes that each provider is sent: targets, forms, creates, lines, bodies.
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using model::HttpMethod;
using model::HttpRequest;

constexpr std::string_view tag = "on1-abcdef-0123456789abcdefghjkmnpqrs";
constexpr std::string_view chat = "/v1/chat/completions";

const Adapter& of(std::string_view kind) {
    return *find_adapter(kind);
}

std::string text_of(const HttpRequest& request) {
    std::string text;
    for (const auto& piece : request.body)
        text += std::get<std::string>(piece);
    return text;
}

struct Targets {
    std::string_view kind;
    std::string_view files, batches, more_batches, batch, cancel, content, models;
};

TEST(ProfileRequests, targets) {
    const Targets rows[] = {
        {"azure", "/files?purpose=batch&limit=1000", "/batches?limit=100",
         "/batches?limit=100&after=c%2F1", "/batches/b", "/batches/b/cancel", "/files/f/content",
         "/models"},
        {"groq", "/files", "/batches", "/batches", "/batches/b", "/batches/b/cancel",
         "/files/f/content", "/models"},
        {"together", "/files", "/batches", "/batches", "/batches/b", "/batches/b/cancel",
         "/files/f/content", "/models"},
        {"mistral", "/v1/files?purpose=batch&page_size=100",
         "/v1/batch/jobs?page_size=100&order_by=-created",
         "/v1/batch/jobs?page_size=100&order_by=-created&page=c%2F1", "/v1/batch/jobs/b",
         "/v1/batch/jobs/b/cancel", "/v1/files/f/content", "/v1/models"},
        {"xai", "/files?limit=100", "/batches?limit=100",
         "/batches?limit=100&pagination_token=c%2F1", "/batches/b", "/batches/b:cancel",
         "/files/f/content", "/models"},
        {"dashscope", "/files?purpose=batch&limit=1000", "/batches?limit=100",
         "/batches?limit=100&after=c%2F1", "/batches/b", "/batches/b/cancel", "/files/f/content",
         "/models"},
    };
    for (const auto& row : rows) {
        const Adapter& adapter = of(row.kind);
        EXPECT_EQ(adapter.list_files("").target, row.files) << row.kind;
        EXPECT_EQ(adapter.list_batches("").target, row.batches) << row.kind;
        EXPECT_EQ(adapter.list_batches("c/1").target, row.more_batches) << row.kind;
        EXPECT_EQ(adapter.get_batch({"b"}).target, row.batch) << row.kind;
        EXPECT_EQ(adapter.cancel_batch({"b"}).target, row.cancel) << row.kind;
        EXPECT_EQ(adapter.cancel_batch({"b"}).method, HttpMethod::post) << row.kind;
        EXPECT_EQ(adapter.fetch({"f"}).target, row.content) << row.kind;
        EXPECT_EQ(adapter.check_key().target, row.models) << row.kind;
    }
    EXPECT_EQ(of("mistral").get_file({"f"}).target, "/v1/files/f");
    EXPECT_EQ(of("mistral").delete_file({"f"}).target, "/v1/files/f");
    EXPECT_EQ(of("xai").cancel_batch({"a/b:c"}).target, "/batches/a%2Fb%3Ac:cancel");
}

TEST(ProfileRequests, pages_are_numbered_by_whoever_reads_them) {
    EXPECT_EQ(of("mistral").cursor_after("", ""), "1");
    EXPECT_EQ(of("mistral").cursor_after("1", "ignored"), "2");
    EXPECT_EQ(of("mistral").cursor_after("99", ""), "100");
    EXPECT_EQ(of("openai").cursor_after("batch_1", "batch_2"), "batch_2");
    EXPECT_EQ(of("xai").cursor_after("", "token"), "token");
}

TEST(ProfileRequests, creates) {
    struct Row {
        std::string_view kind;
        std::string_view target;
        std::string_view body;
    };
    constexpr std::string_view plain =
        R"({"input_file_id":"f-1","endpoint":"/v1/chat/completions","completion_window":"24h",)"
        R"("metadata":{"overnight":"on1-abcdef-0123456789abcdefghjkmnpqrs","job":"7 a","shard":"7/0"}})";
    const Row rows[] = {
        {"azure", "/batches", plain},
        {"groq", "/batches", plain},
        {"parasail", "/batches", plain},
        {"doubleword", "/batches", plain},
        {"openai-compatible", "/batches", plain},
        {"together", "/batches",
         R"({"input_file_id":"f-1","endpoint":"/v1/chat/completions","completion_window":"24h"})"},
        {"mistral", "/v1/batch/jobs",
         R"({"input_files":["f-1"],"endpoint":"/v1/chat/completions","model":"m-1","timeout_hours":24,)"
         R"("metadata":{"overnight":"on1-abcdef-0123456789abcdefghjkmnpqrs","job":"7 a","shard":"7/0"}})"},
        {"xai", "/batches",
         R"({"input_file_id":"f-1","name":"on1-abcdef-0123456789abcdefghjkmnpqrs"})"},
        {"dashscope", "/batches",
         R"({"input_file_id":"f-1","endpoint":"/v1/chat/completions","completion_window":"24h",)"
         R"("metadata":{"ds_name":"on1-abcdef-0123456789abcdefghjkmnpqrs","ds_description":"7 a"}})"},
    };
    CreateSpec spec;
    spec.file.v = "f-1";
    spec.endpoint = chat;
    spec.model = "m-1";
    spec.tag = tag;
    spec.job = "7 a";
    spec.shard = "7/0";
    for (const auto& row : rows) {
        const auto request = of(row.kind).create_batch(spec);
        EXPECT_EQ(request.method, HttpMethod::post);
        EXPECT_EQ(request.target, row.target) << row.kind;
        EXPECT_EQ(text_of(request), row.body) << row.kind;
    }
}

std::string form_of(std::string_view kind) {
    UploadSpec spec;
    spec.path = "/spool/0.jsonl";
    spec.bytes = 10;
    spec.tag = "on1-a";
    const auto request = of(kind).upload(spec)->first();
    return request.target + "\n" + std::get<std::string>(request.body.at(0));
}

std::string field(std::string_view name, std::string_view value) {
    return "--overnight-on1-a\r\nContent-Disposition: form-data; name=\"" + std::string(name) +
           "\"\r\n\r\n" + std::string(value) + "\r\n";
}

constexpr std::string_view file_head =
    "--overnight-on1-a\r\nContent-Disposition: form-data; name=\"file\"; "
    "filename=\"on1-a.jsonl\"\r\n"
    "Content-Type: application/jsonl\r\n\r\n";

TEST(ProfileRequests, uploads) {
    const std::string file(file_head);
    EXPECT_EQ(form_of("together"), "/files/upload\n" + field("purpose", "batch-api") +
                                       field("file_name", "on1-a.jsonl") +
                                       field("file_type", "jsonl") + file);
    EXPECT_EQ(form_of("xai"), "/files\n" + file);
    EXPECT_EQ(form_of("mistral"), "/v1/files\n" + field("purpose", "batch") + file);
    for (const auto kind : {"groq", "dashscope", "parasail", "doubleword", "openai-compatible"})
        EXPECT_EQ(form_of(kind), "/files\n" + field("purpose", "batch") + file) << kind;
    EXPECT_EQ(form_of("azure"), form_of("openai"));
}

std::string line_of(std::string_view kind, std::string_view endpoint, BodySpec spec) {
    spec.endpoint = endpoint;
    const auto body = of(kind).body(spec).value();
    std::string line;
    of(kind).append_line(line, "i-1", endpoint, body, endpoint == chat ? "hi" : R"("a","b")");
    return line;
}

TEST(ProfileRequests, lines) {
    BodySpec spec;
    spec.model = "m-1";
    spec.instructions = "Be brief.";
    spec.schema = R"({"type":"object"})";
    spec.parameters = R"({"temperature":0})";
    const std::string whole =
        R"({"custom_id":"i-1","method":"POST","url":"/v1/chat/completions","body":{"model":"m-1",)"
        R"("messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"hi"}],)"
        R"("response_format":{"type":"json_schema","json_schema":{"name":"answer","strict":true,)"
        R"("schema":{"type":"object"}}},"temperature":0}})"
        "\n";
    for (const auto kind : {"openai", "azure", "groq", "together", "xai", "dashscope", "parasail",
                            "doubleword", "openai-compatible"})
        EXPECT_EQ(line_of(kind, chat, spec), whole) << kind;
    EXPECT_EQ(
        line_of("mistral", chat, spec),
        R"({"custom_id":"i-1","body":{)"
        R"("messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"hi"}],)"
        R"("response_format":{"type":"json_schema","json_schema":{"name":"answer","strict":true,)"
        R"("schema":{"type":"object"}}},"temperature":0}})"
        "\n");
    EXPECT_EQ(of("mistral").read_prompt(line_of("mistral", chat, spec)).value(),
              std::vector<std::string>{"hi"});
}

TEST(ProfileRequests, vectors_are_packed_where_that_is_known) {
    BodySpec spec;
    spec.model = "m";
    constexpr std::string_view embeddings = "/v1/embeddings";
    for (const auto kind : {"openai", "azure", "parasail", "doubleword"})
        EXPECT_NE(line_of(kind, embeddings, spec).find(R"("encoding_format":"base64")"),
                  std::string::npos)
            << kind;
    EXPECT_EQ(line_of("mistral", embeddings, spec),
              R"({"custom_id":"i-1","body":{"input":["a","b"]}})"
              "\n");
    EXPECT_EQ(line_of("dashscope", embeddings, spec),
              R"({"custom_id":"i-1","method":"POST","url":"/v1/embeddings",)"
              R"("body":{"model":"m","input":["a","b"]}})"
              "\n");
    EXPECT_EQ(of("mistral").read_prompt(line_of("mistral", embeddings, spec)).value(),
              (std::vector<std::string>{"a", "b"}));
}

TEST(ProfileRequests, portable_settings) {
    recipe::Recipe recipe;
    recipe.max_output_tokens = 400;
    recipe.temperature = 0.5;
    for (const auto kind : {"azure", "groq", "xai", "parasail", "doubleword", "openai-compatible"})
        EXPECT_EQ(of(kind).parameters(recipe, chat).value(),
                  R"({"max_completion_tokens":400,"temperature":0.5})")
            << kind;
    for (const auto kind : {"together", "mistral", "dashscope"})
        EXPECT_EQ(of(kind).parameters(recipe, chat).value(),
                  R"({"max_tokens":400,"temperature":0.5})")
            << kind;
    recipe.reasoning_effort = "low";
    EXPECT_TRUE(of("groq").parameters(recipe, chat));
    for (const auto kind : {"mistral", "dashscope"}) {
        const auto refused = of(kind).parameters(recipe, chat);
        ASSERT_FALSE(refused) << kind;
        EXPECT_EQ(refused.error().code(), core::Errc::invalid_input);
        EXPECT_NE(refused.error().message().find("reasoning_effort"), std::string::npos);
    }
}

TEST(ProfileRequests, a_users_own_lines) {
    const auto mistral = of("mistral").read_raw_line(
        R"({"custom_id":"0","body":{"max_tokens":100,"messages":[{"role":"user","content":"x"}]}})");
    ASSERT_TRUE(mistral);
    EXPECT_EQ(mistral->endpoint, chat);
    EXPECT_EQ(mistral->model, "");
    EXPECT_EQ(mistral->body, R"({"max_tokens":100,"messages":[{"role":"user","content":"x"}]})");
    auto vectors =
        of("mistral").read_raw_line(R"({"custom_id":"0","body":{"input":["a","b","c"]}})");
    EXPECT_EQ(vectors->endpoint, "/v1/embeddings");
    EXPECT_EQ(vectors->inputs, 3u);
    for (const auto line : {R"({"custom_id":"0","body":{"model":"m","messages":[]}})",
                            R"({"custom_id":"0","body":{"prompt":"x"}})", R"({"custom_id":"0"})",
                            R"({"body":{"messages":[]}})",
                            R"({"custom_id":"0","body":{"messages":[],"stream":true}})"})
        EXPECT_FALSE(of("mistral").read_raw_line(line)) << line;
    std::string out;
    of("mistral").append_raw_line(out, "i-1", chat, mistral->body);
    EXPECT_EQ(out, R"({"custom_id":"i-1","body":{"max_tokens":100,)"
                   R"("messages":[{"role":"user","content":"x"}]}})"
                   "\n");
    const auto groq = of("groq").read_raw_line(
        R"({"custom_id":"0","method":"POST","url":"/v1/embeddings","body":{"model":"m","input":"x"}})");
    ASSERT_FALSE(groq);
    EXPECT_NE(groq.error().message().find("Groq's batches"), std::string::npos);
    // Our limit of a line is the provider's.
    const std::string long_line(6'000'001, ' ');
    EXPECT_FALSE(of("dashscope").read_raw_line(long_line));
}

TEST(ProfileRequests, a_failed_raw_request_has_the_providers_shape) {
    std::string out;
    of("xai").append_raw_failure(out, "u 1", "permanent", "no");
    EXPECT_EQ(out, R"({"batch_request_id":"u 1","batch_result":)"
                   R"({"error":{"code":"permanent","message":"no"}}})");
    out.clear();
    of("groq").append_raw_failure(out, "u", "c", "m");
    EXPECT_EQ(out, R"({"id":null,"custom_id":"u","response":null,)"
                   R"("error":{"code":"c","message":"m"}})");
}

TEST(ProfileRequests, ordinary_calls) {
    std::string line;
    of("mistral").append_raw_line(line, "i-1", chat, R"({"messages":[]})");
    const auto mistral = of("mistral").ordinary_call(line, chat, "m-1").value();
    EXPECT_EQ(mistral.target, "/v1/chat/completions");
    EXPECT_EQ(text_of(mistral), R"({"model":"m-1","messages":[]})");
    for (const auto kind : {"azure", "groq", "together", "xai", "openai-compatible"})
        EXPECT_EQ(of(kind).ordinary_call(line, chat, "m").value().target, "/chat/completions")
            << kind;
}

}  // namespace
}  // namespace overnight::providers
