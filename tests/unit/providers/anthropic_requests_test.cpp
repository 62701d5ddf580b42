// Anthropic's adapters from outside: what they are, and every request they make, byte for byte.
#include "providers/api.hpp"
#include "providers/job_spec.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using model::HttpMethod;
using model::HttpRequest;

const Adapter& anthropic() {
    return *find_adapter("anthropic");
}
const Adapter& newer() {
    return *find_adapter("anthropic-2026-10-21");
}

std::string header_of(const HttpRequest& request, std::string_view name) {
    std::string found;
    for (const auto& header : request.headers)
        if (header.name == name) found += found.empty() ? header.value : "," + header.value;
    return found;
}

TEST(AnthropicRequests, two_kinds_of_one_family) {
    EXPECT_EQ(anthropic().kind(), "anthropic");
    EXPECT_EQ(newer().kind(), "anthropic-2026-10-21");
    for (const auto* adapter : {&anthropic(), &newer()}) {
        EXPECT_EQ(adapter->family(), "anthropic");
        EXPECT_EQ(adapter->default_base_url(), "https://api.anthropic.com");
        EXPECT_EQ(adapter->emulator_path(), "/anthropic");
        const auto key = adapter->key_facts();
        EXPECT_EQ(key.header, "x-api-key");
        EXPECT_EQ(key.prefix, "");
        ASSERT_EQ(key.variables.size(), 1u);
        EXPECT_STREQ(key.variables[0], "ANTHROPIC_API_KEY");
        EXPECT_STREQ(key.base_url_variable, "ANTHROPIC_BASE_URL");
    }
}

TEST(AnthropicRequests, caps) {
    const Caps caps = anthropic().caps("/v1/messages");
    EXPECT_EQ(caps.max_requests, 100'000u);
    EXPECT_EQ(caps.max_bytes, 240'000'000u);
    EXPECT_EQ(caps.form, PromptForm::text);
    EXPECT_TRUE(caps.structured_output);
    EXPECT_EQ(caps.input, InputMode::inline_body);
    EXPECT_FALSE(caps.fence_by_file);
    EXPECT_FALSE(caps.tagged);
    EXPECT_EQ(caps.vary_requests, 20u);
    EXPECT_TRUE(anthropic().lists_newest_first());
}

TEST(AnthropicRequests, one_endpoint) {
    EXPECT_EQ(anthropic().default_endpoint(), "/v1/messages");
    EXPECT_EQ(anthropic().endpoints(), (std::vector<std::string_view>{"/v1/messages"}));
    for (const auto* name : {"/v1/messages", "chat", "/v1/chat/completions"})
        EXPECT_EQ(anthropic().find_endpoint(name), "/v1/messages") << name;
    for (const auto* name : {"embeddings", "/v1/embeddings", "/v1/responses", "messages", ""})
        EXPECT_EQ(anthropic().find_endpoint(name), std::nullopt) << name;
}

TEST(AnthropicRequests, an_endpoint_that_is_not_there_names_the_one_that_is) {
    for (const auto* name : {"embeddings", "/v1/embeddings", "/v1/moderations"}) {
        recipe::Recipe recipe;
        recipe.path = "topics.toml";
        recipe.model = "claude-haiku-5-5";
        recipe.endpoint = name;
        const auto spec = make_spec(recipe, anthropic(), "");
        ASSERT_FALSE(spec) << name;
        EXPECT_NE(spec.error().message().find("/v1/messages"), std::string::npos)
            << spec.error().message();
        EXPECT_NE(spec.error().message().find("anthropic"), std::string::npos);
    }
}

TEST(AnthropicRequests, targets_methods_and_headers) {
    const core::RemoteBatchId batch{"msgbatch_01"};
    struct Row {
        HttpRequest request;
        HttpMethod method;
        std::string_view target;
    };
    const Row rows[] = {
        {anthropic().get_batch(batch), HttpMethod::get, "/v1/messages/batches/msgbatch_01"},
        {anthropic().list_batches(""), HttpMethod::get, "/v1/messages/batches?limit=100"},
        {anthropic().list_batches("msgbatch_00"), HttpMethod::get,
         "/v1/messages/batches?limit=100&after_id=msgbatch_00"},
        {anthropic().cancel_batch(batch), HttpMethod::post,
         "/v1/messages/batches/msgbatch_01/cancel"},
        {anthropic().fetch({"msgbatch_01"}), HttpMethod::get,
         "/v1/messages/batches/msgbatch_01/results"},
        {anthropic().check_key(), HttpMethod::get, "/v1/messages/batches?limit=1"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(row.request.target, row.target);
        EXPECT_EQ(row.request.method, row.method) << row.target;
        EXPECT_EQ(row.request.body_bytes(), 0u) << row.target;
        EXPECT_EQ(header_of(row.request, "anthropic-version"), "2023-06-01") << row.target;
        EXPECT_EQ(header_of(row.request, "Content-Type"),
                  row.method == HttpMethod::post ? "application/json" : "")
            << row.target;
    }
    EXPECT_EQ(header_of(newer().get_batch(batch), "anthropic-version"), "2026-10-21");
    EXPECT_FALSE(anthropic().result_info({"msgbatch_01"}));
}

TEST(AnthropicRequests, ids_cannot_leave_their_place) {
    EXPECT_EQ(anthropic().get_batch({"../keys?x#y"}).target,
              "/v1/messages/batches/..%2Fkeys%3Fx%23y");
    EXPECT_EQ(anthropic().fetch({"a/b"}).target, "/v1/messages/batches/a%2Fb/results");
    EXPECT_EQ(anthropic().list_batches("a&limit=1\r\n").target,
              "/v1/messages/batches?limit=100&after_id=a%26limit%3D1%0D%0A");
}

TEST(AnthropicRequests, a_create_wraps_the_shard_and_leaves_out_its_last_newline) {
    CreateSpec spec;
    spec.path = "/spool/1/0.jsonl";
    spec.bytes = 12'345;
    spec.endpoint = "/v1/messages";
    spec.tag = "on1-abcdef-0123456789abcdefghjkmnpqrs";
    const auto request = newer().create_batch(spec);
    EXPECT_EQ(request.method, HttpMethod::post);
    EXPECT_EQ(request.target, "/v1/messages/batches");
    EXPECT_EQ(header_of(request, "anthropic-version"), "2026-10-21");
    EXPECT_EQ(header_of(request, "Content-Type"), "application/json");
    ASSERT_EQ(request.body.size(), 3u);
    EXPECT_EQ(std::get<std::string>(request.body[0]), R"({"requests":[)");
    const auto& file = std::get<model::FilePiece>(request.body[1]);
    EXPECT_EQ(file.path, spec.path);
    EXPECT_EQ(file.offset, 0u);
    EXPECT_EQ(file.length, 12'344u);
    EXPECT_EQ(file.lines, model::Lines::joined_by_commas);
    EXPECT_EQ(std::get<std::string>(request.body[2]), "]}");
    EXPECT_EQ(request.body_bytes(), 12'344u + 15u);
    spec.bytes = 0;
    EXPECT_EQ(anthropic().create_batch(spec).body_bytes(), 15u);
}

TEST(AnthropicRequests, files_do_not_exist) {
    EXPECT_FALSE(anthropic().chosen_file("on1-abcdef-0123456789abcdefghjkmnpqrs"));
    EXPECT_TRUE(anthropic().upload({})->first().target.empty());
    EXPECT_TRUE(anthropic().delete_file({"file-1"}).target.empty());
    const model::HttpResponse reply{200, {}, R"({"id":"file-1","bytes":7,"deleted":true})"};
    EXPECT_EQ(anthropic().parse_file(reply).error().code(), core::Errc::internal);
    EXPECT_EQ(anthropic().parse_file_page(reply).error().code(), core::Errc::internal);
    EXPECT_EQ(anthropic().parse_deleted(reply).error().code(), core::Errc::internal);
}

TEST(AnthropicRequests, no_batch_fails_and_no_message_names_a_limit) {
    EXPECT_EQ(anthropic().classify_failed({}).what, ReplyClass::retry);
    EXPECT_FALSE(anthropic().token_limit_of("Limit: 2,000,000 enqueued tokens"));
}

}  // namespace
}  // namespace overnight::providers
