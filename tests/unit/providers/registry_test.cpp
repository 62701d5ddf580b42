#include "providers/api.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace overnight::providers {
namespace {

TEST(Registry, finds_kinds_by_their_exact_names) {
    const Adapter* openai = find_adapter("openai");
    ASSERT_NE(openai, nullptr);
    EXPECT_EQ(openai->kind(), "openai");
    EXPECT_EQ(openai->family(), "openai");
    EXPECT_EQ(openai, find_adapter("openai"));
    EXPECT_EQ(find_adapter(""), nullptr);
    EXPECT_EQ(find_adapter("OpenAI"), nullptr);
    auto kinds = known_kinds();
    std::sort(kinds.begin(), kinds.end());
    EXPECT_EQ(std::unique(kinds.begin(), kinds.end()), kinds.end());
    for (const std::string_view kind : {"openai", "gemini", "anthropic", "anthropic-2026-10-21"})
        EXPECT_TRUE(std::binary_search(kinds.begin(), kinds.end(), kind)) << kind;
}

TEST(Registry, an_adapter_knows_its_default_endpoint) {
    for (const auto kind : known_kinds()) {
        const Adapter& adapter = *find_adapter(kind);
        EXPECT_EQ(adapter.kind(), kind);
        const auto endpoints = adapter.endpoints();
        EXPECT_NE(std::find(endpoints.begin(), endpoints.end(), adapter.default_endpoint()),
                  endpoints.end());
        // Of some kinds every user has another address.
        const bool given = kind == "azure" || kind == "openai-compatible";
        EXPECT_EQ(adapter.default_base_url().starts_with("https://"), !given) << kind;
        EXPECT_EQ(adapter.default_base_url().empty(), given) << kind;
    }
}

TEST(Registry, every_class_has_its_own_name) {
    std::vector<std::string_view> names;
    for (const auto c : {ReplyClass::ok, ReplyClass::retry, ReplyClass::rate_limited,
                         ReplyClass::rejected, ReplyClass::not_found, ReplyClass::unauthorized,
                         ReplyClass::quota, ReplyClass::token_limit, ReplyClass::ambiguous})
        names.push_back(name(c));
    std::sort(names.begin(), names.end());
    EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
}

TEST(Caps, follow_the_endpoint) {
    const Adapter& openai = *find_adapter("openai");
    const Caps chat = openai.caps("/v1/chat/completions");
    EXPECT_EQ(chat.form, PromptForm::text);
    EXPECT_TRUE(chat.structured_output);
    EXPECT_EQ(chat.max_requests, 50'000u);
    EXPECT_LE(chat.max_bytes, 200'000'000u);  // openai.md 2.1: safe under both readings of 200 MB
    const Caps embeddings = openai.caps("/v1/embeddings");
    EXPECT_EQ(embeddings.form, PromptForm::list);
    EXPECT_FALSE(embeddings.structured_output);
    EXPECT_LE(embeddings.max_list_inputs, 50'000u);
    EXPECT_EQ(embeddings.max_inputs_per_request, 2'048u);
    EXPECT_LT(embeddings.max_tokens_per_request, 300'000u);
    EXPECT_EQ(openai.caps("/v1/moderations").form, PromptForm::list);
    EXPECT_FALSE(openai.caps("/v1/completions").structured_output);
    EXPECT_TRUE(openai.caps("/v1/responses").structured_output);
}

TEST(LineResult, clear_leaves_nothing) {
    LineResult r;
    r.custom_id = r.text = r.code = r.message = "x";
    r.items = {"1"};
    r.status = 200;
    r.verdict = model::Verdict::answered;
    r.usage = {1, 2, 3};
    r.clear();
    const LineResult fresh;
    EXPECT_EQ(r.custom_id + r.text + r.code + r.message, "");
    EXPECT_TRUE(r.items.empty());
    EXPECT_EQ(r.status, 0);
    EXPECT_EQ(r.verdict, fresh.verdict);
    EXPECT_EQ(r.usage, fresh.usage);
}

}  // namespace
}  // namespace overnight::providers
