// Accounts of provider kinds that have no address of their own.
#include "cli/accounts.hpp"

#include "tests/unit/cli/environment_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace overnight::cli {
namespace {

constexpr const char* some_key = "sk-test-0123456789";

bool has(const ResolvedAccounts& accounts, std::string_view name) {
    return std::any_of(accounts.fit.begin(), accounts.fit.end(),
                       [&](const auto& spec) { return spec.name.v == name; });
}

TEST(AccountAddress, the_environment_gives_it) {
    const auto env =
        environment({{"AZURE_OPENAI_API_KEY", some_key},
                     {"AZURE_OPENAI_BASE_URL", "https://r.openai.azure.com/openai/v1"}});
    const auto azure = resolve_account("azure", {}, env, "salt");
    ASSERT_TRUE(azure) << azure.error().describe();
    EXPECT_EQ(azure->base_url, "https://r.openai.azure.com/openai/v1");
    EXPECT_TRUE(has(resolve_accounts({}, env, "salt"), "azure"));
}

TEST(AccountAddress, without_one_the_error_says_how_to_give_it) {
    const auto env = environment({{"AZURE_OPENAI_API_KEY", some_key}});
    const auto azure = resolve_account("azure", {}, env, "salt");
    ASSERT_FALSE(azure);
    EXPECT_EQ(azure.error().code(), core::Errc::configuration);
    EXPECT_NE(azure.error().message().find("AZURE_OPENAI_BASE_URL"), std::string::npos);
}

TEST(AccountAddress, a_key_alone_is_no_wish_to_use_the_kind) {
    // The variable may be there for another program; a daemon for OpenAI must start all the same.
    const auto env =
        environment({{"AZURE_OPENAI_API_KEY", some_key}, {"OPENAI_API_KEY", some_key}});
    const auto accounts = resolve_accounts({}, env, "salt");
    EXPECT_TRUE(has(accounts, "openai"));
    EXPECT_FALSE(has(accounts, "azure"));
    EXPECT_TRUE(accounts.unfit.empty());
}

TEST(AccountAddress, a_section_without_one_is_unfit) {
    Config config;
    ProviderConfig mine;
    mine.name = "mine";
    mine.kind = "openai-compatible";
    config.providers.push_back(mine);
    const auto env = environment({{"OPENAI_COMPATIBLE_API_KEY", some_key}});
    ASSERT_EQ(resolve_accounts(config, env, "salt").unfit.size(), 1u);
    config.providers[0].base_url = "http://127.0.0.1:8000/v1";
    const auto accounts = resolve_accounts(config, env, "salt");
    EXPECT_TRUE(has(accounts, "mine"));
    EXPECT_TRUE(accounts.unfit.empty());
}

}  // namespace
}  // namespace overnight::cli
