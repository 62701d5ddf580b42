// What each row says of the account: address, key, endpoints, limits.
#include "providers/api.hpp"
#include "providers/openai/profiles.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

struct Row {
    std::string_view kind;
    std::string_view base_url;
    std::string_view emulator_path;
    std::string_view key_variable;
    std::string_view base_url_variable;
    std::uint32_t max_requests;
    std::uint64_t most_bytes;  ///< what the provider takes; ours stays below
    std::vector<std::string_view> endpoints;
};

const std::vector<Row> rows{
    {"openai",
     "https://api.openai.com/v1",
     "/v1",
     "OPENAI_API_KEY",
     "OPENAI_BASE_URL",
     50'000,
     200'000'000,
     {"/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/moderations",
      "/v1/completions"}},
    {"azure",
     "",
     "/_as/azure/openai/v1",
     "AZURE_OPENAI_API_KEY",
     "AZURE_OPENAI_BASE_URL",
     100'000,
     200'000'000,
     {"/v1/chat/completions", "/v1/responses", "/v1/embeddings"}},
    {"groq",
     "https://api.groq.com/openai/v1",
     "/_as/groq/openai/v1",
     "GROQ_API_KEY",
     "GROQ_BASE_URL",
     50'000,
     100'000'000,
     {"/v1/chat/completions"}},
    {"together",
     "https://api.together.xyz/v1",
     "/_as/together/v1",
     "TOGETHER_API_KEY",
     "TOGETHER_BASE_URL",
     50'000,
     100'000'000,
     {"/v1/chat/completions", "/v1/completions"}},
    {"mistral",
     "https://api.mistral.ai",
     "/_as/mistral",
     "MISTRAL_API_KEY",
     "MISTRAL_BASE_URL",
     50'000,
     200'000'000,
     {"/v1/chat/completions", "/v1/embeddings", "/v1/moderations"}},
    {"xai",
     "https://api.x.ai/v1",
     "/_as/xai/v1",
     "XAI_API_KEY",
     "XAI_BASE_URL",
     50'000,
     200'000'000,
     {"/v1/chat/completions", "/v1/responses"}},
    {"dashscope",
     "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
     "/_as/dashscope/compatible-mode/v1",
     "DASHSCOPE_API_KEY",
     "DASHSCOPE_BASE_URL",
     50'000,
     500'000'000,
     {"/v1/chat/completions", "/v1/embeddings"}},
    {"parasail",
     "https://api.parasail.io/v1",
     "/_as/parasail/v1",
     "PARASAIL_API_KEY",
     "PARASAIL_BASE_URL",
     50'000,
     500'000'000,
     {"/v1/chat/completions", "/v1/embeddings"}},
    {"doubleword",
     "https://api.doubleword.ai/v1",
     "/_as/doubleword/v1",
     "DOUBLEWORD_API_KEY",
     "DOUBLEWORD_BASE_URL",
     50'000,
     100'000'000,
     {"/v1/chat/completions", "/v1/embeddings"}},
    {"novita",
     "https://api.novita.ai/openai/v1",
     "/_as/novita/openai/v1",
     "NOVITA_API_KEY",
     "NOVITA_BASE_URL",
     50'000,
     100'000'000,
     {"/v1/chat/completions", "/v1/completions"}},
    {"openai-compatible",
     "",
     "/_as/openai-compatible/v1",
     "OPENAI_COMPATIBLE_API_KEY",
     "OPENAI_COMPATIBLE_BASE_URL",
     50'000,
     100'000'000,
     {"/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/moderations",
      "/v1/completions"}},
};

TEST(Profiles, every_row_is_known_here) {
    ASSERT_EQ(openai::profiles().size(), rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        EXPECT_EQ(openai::profiles()[i].kind, rows[i].kind);
}

TEST(Profiles, accounts) {
    for (const auto& row : rows) {
        const Adapter* adapter = find_adapter(row.kind);
        ASSERT_NE(adapter, nullptr) << row.kind;
        EXPECT_EQ(adapter->kind(), row.kind);
        EXPECT_EQ(adapter->family(), row.kind);
        EXPECT_EQ(adapter->default_base_url(), row.base_url);
        EXPECT_EQ(adapter->emulator_path(), row.emulator_path);
        const auto key = adapter->key_facts();
        ASSERT_EQ(key.variables.size(), 1u);
        EXPECT_EQ(key.variables.front(), row.key_variable);
        EXPECT_EQ(key.base_url_variable, row.base_url_variable);
        EXPECT_EQ(key.header, row.kind == "azure" ? "api-key" : "Authorization");
        EXPECT_EQ(key.prefix, row.kind == "azure" ? "" : "Bearer ");
    }
}

TEST(Profiles, the_emulator_serves_each_below_its_own_path) {
    // The base URL's path stands there too, so that targets are the same.
    for (const auto& row : rows) {
        EXPECT_EQ(find_adapter(row.kind)->is_emulated(), !row.emulator_path.empty()) << row.kind;
        if (row.base_url.empty() || row.kind == "openai" || row.emulator_path.empty()) continue;
        const auto host = row.base_url.find('/', std::string_view("https://").size());
        const auto path = host == std::string_view::npos ? "" : row.base_url.substr(host);
        EXPECT_EQ(row.emulator_path, "/_as/" + std::string(row.kind) + std::string(path));
    }
}

TEST(Profiles, limits_and_endpoints) {
    for (const auto& row : rows) {
        const Adapter& adapter = *find_adapter(row.kind);
        EXPECT_EQ(adapter.endpoints(), row.endpoints) << row.kind;
        EXPECT_EQ(adapter.default_endpoint(), "/v1/chat/completions");
        const Caps caps = adapter.caps(adapter.default_endpoint());
        EXPECT_EQ(caps.max_requests, row.max_requests) << row.kind;
        EXPECT_LE(caps.max_bytes, row.most_bytes) << row.kind;
        EXPECT_GE(caps.max_bytes, row.most_bytes * 9 / 10) << row.kind;
        EXPECT_EQ(caps.form, PromptForm::text);
        EXPECT_TRUE(caps.structured_output);
        EXPECT_EQ(caps.input, InputMode::file);
    }
    EXPECT_EQ(find_adapter("dashscope")->caps("/v1/embeddings").max_line_bytes, 6'000'000u);
    EXPECT_EQ(find_adapter("dashscope")->caps("/v1/embeddings").form, PromptForm::list);
    EXPECT_EQ(find_adapter("doubleword")->caps("").max_line_bytes, 10'000'000u);
}

TEST(Profiles, no_fence_is_claimed_where_none_was_proven) {
    for (const auto& row : rows) {
        const Caps caps = find_adapter(row.kind)->caps("/v1/chat/completions");
        EXPECT_EQ(caps.fence_by_file, row.kind == "openai") << row.kind;
        EXPECT_TRUE(caps.tagged) << row.kind;  // by metadata, name or input file
        EXPECT_EQ(caps.vary_requests, 0u);
    }
}

TEST(Profiles, endpoints_that_a_provider_lacks_are_not_found) {
    EXPECT_EQ(find_adapter("groq")->find_endpoint("chat"), "/v1/chat/completions");
    EXPECT_FALSE(find_adapter("groq")->find_endpoint("embeddings"));
    EXPECT_FALSE(find_adapter("xai")->find_endpoint("/v1/embeddings"));
    EXPECT_EQ(find_adapter("mistral")->find_endpoint("embeddings"), "/v1/embeddings");
    EXPECT_FALSE(find_adapter("mistral")->find_endpoint("/v1/responses"));
    BodySpec spec;
    spec.endpoint = "/v1/embeddings";
    spec.model = "m";
    const auto body = find_adapter("groq")->body(spec);
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().message(), "\"/v1/embeddings\" is not an endpoint of Groq's batches");
}

TEST(Profiles, lists_say_whether_their_order_is_known) {
    for (const std::string_view kind :
         {"openai", "azure", "mistral", "dashscope", "parasail", "doubleword"})
        EXPECT_TRUE(find_adapter(kind)->lists_newest_first()) << kind;
    for (const std::string_view kind : {"groq", "together", "xai", "openai-compatible"})
        EXPECT_FALSE(find_adapter(kind)->lists_newest_first()) << kind;
}

}  // namespace
}  // namespace overnight::providers
