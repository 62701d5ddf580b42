// The exact bytes of Gemini's other requests, and what the adapter says of itself.
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using model::HttpMethod;
using model::HttpRequest;

const Adapter& gemini() {
    return *find_adapter("gemini");
}

std::string text_of(const HttpRequest& request) {
    std::string text;
    for (const auto& piece : request.body)
        text += std::get<std::string>(piece);
    return text;
}

TEST(GeminiRequests, targets_and_methods) {
    const core::RemoteFileId file{"files/batch-abc"};
    const core::RemoteBatchId batch{"batches/o6k1"};
    struct Row {
        HttpRequest request;
        HttpMethod method;
        std::string_view target, body;
    };
    const Row rows[] = {
        {gemini().list_files(""), HttpMethod::get, "/v1beta/files?pageSize=100", ""},
        {gemini().list_files("t=1"), HttpMethod::get, "/v1beta/files?pageSize=100&pageToken=t%3D1",
         ""},
        {gemini().get_file(file), HttpMethod::get, "/v1beta/files/batch-abc", ""},
        {gemini().delete_file(file), HttpMethod::del, "/v1beta/files/batch-abc", ""},
        {gemini().fetch(file), HttpMethod::get,
         "/download/v1beta/files/batch-abc:download?alt=media", ""},
        {gemini().get_batch(batch), HttpMethod::get, "/v1beta/batches/o6k1", ""},
        {gemini().list_batches(""), HttpMethod::get, "/v1beta/batches?pageSize=100", ""},
        {gemini().list_batches("a&b"), HttpMethod::get,
         "/v1beta/batches?pageSize=100&pageToken=a%26b", ""},
        {gemini().cancel_batch(batch), HttpMethod::post, "/v1beta/batches/o6k1:cancel", "{}"},
        {gemini().check_key(), HttpMethod::get, "/v1beta/models?pageSize=1", ""},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(row.request.target, row.target);
        EXPECT_EQ(row.request.method, row.method) << row.target;
        EXPECT_EQ(text_of(row.request), row.body) << row.target;
    }
    EXPECT_FALSE(gemini().result_info(file));
}

TEST(GeminiRequests, ids_cannot_leave_their_place) {
    EXPECT_EQ(gemini().get_file({"files/../batches?x#y"}).target,
              "/v1beta/files/..%2Fbatches%3Fx%23y");
    EXPECT_EQ(gemini().get_batch({"x/y"}).target, "/v1beta/batches/x%2Fy");
    EXPECT_EQ(gemini().list_batches("a&pageSize=1\r\n").target,
              "/v1beta/batches?pageSize=100&pageToken=a%26pageSize%3D1%0D%0A");
}

TEST(GeminiRequests, create) {
    CreateSpec spec;
    spec.file.v = "files/on1-a";
    spec.tag = "on1-a";
    spec.job = "not sent";
    spec.model = "gemini-3.5-flash";
    spec.endpoint = "generateContent";
    const auto request = gemini().create_batch(spec);
    EXPECT_EQ(request.method, HttpMethod::post);
    EXPECT_EQ(request.target, "/v1beta/models/gemini-3.5-flash:batchGenerateContent");
    ASSERT_EQ(request.headers.size(), 1u);
    EXPECT_EQ(request.headers[0].value, "application/json");
    EXPECT_EQ(text_of(request),
              R"({"batch":{"displayName":"on1-a","inputConfig":{"fileName":"files/on1-a"}}})");
    spec.endpoint = "embedContent";
    EXPECT_EQ(gemini().create_batch(spec).target,
              "/v1beta/models/gemini-3.5-flash:asyncBatchEmbedContent");
    spec.endpoint = "generateContent";
    for (const auto& [model, target] :
         {std::pair{"models/x", "/v1beta/models/x:batchGenerateContent"},
          {"tunedModels/x", "/v1beta/tunedModels/x:batchGenerateContent"},
          {"a/b?c", "/v1beta/models/a%2Fb%3Fc:batchGenerateContent"}}) {
        spec.model = model;
        EXPECT_EQ(gemini().create_batch(spec).target, target);
    }
}

TEST(GeminiRequests, the_key_travels_in_a_header_of_its_own) {
    const auto facts = gemini().key_facts();
    EXPECT_EQ(facts.header, "x-goog-api-key");
    EXPECT_EQ(facts.prefix, "");
    ASSERT_EQ(facts.variables.size(), 2u);
    EXPECT_STREQ(facts.variables[0], "GEMINI_API_KEY");
    EXPECT_STREQ(facts.variables[1], "GOOGLE_API_KEY");
    EXPECT_STREQ(facts.base_url_variable, "GOOGLE_GEMINI_BASE_URL");
    EXPECT_EQ(gemini().emulator_path(), "");
    EXPECT_EQ(gemini().family(), "gemini");
}

TEST(GeminiRequests, endpoints_by_portable_names) {
    EXPECT_EQ(gemini().default_endpoint(), "generateContent");
    for (const auto* name : {"chat", "/v1/chat/completions", "generateContent"})
        EXPECT_EQ(gemini().find_endpoint(name), "generateContent") << name;
    for (const auto* name : {"embeddings", "/v1/embeddings", "embedContent"})
        EXPECT_EQ(gemini().find_endpoint(name), "embedContent") << name;
    for (const auto* name : {"", "/v1/responses", "batchGenerateContent", "GenerateContent"})
        EXPECT_FALSE(gemini().find_endpoint(name)) << name;
}

TEST(GeminiRequests, caps) {
    const Caps text = gemini().caps("generateContent");
    EXPECT_EQ(text.form, PromptForm::text);
    EXPECT_EQ(text.max_requests, 50'000u);
    EXPECT_LE(text.max_bytes, 200'000'000u);
    EXPECT_EQ(text.input, InputMode::file);
    EXPECT_TRUE(text.fence_by_file && text.structured_output && text.tagged);
    const Caps vectors = gemini().caps("embedContent");
    EXPECT_EQ(vectors.form, PromptForm::list);
    EXPECT_EQ(vectors.max_inputs_per_request, 1u);
    EXPECT_FALSE(vectors.structured_output);
    // As text, 3,072 numbers a vector, the results must stay well below what a download takes.
    EXPECT_LE(std::uint64_t{vectors.max_list_inputs} * 3072 * 24, 1'000'000'000u);
}

}  // namespace
}  // namespace overnight::providers
