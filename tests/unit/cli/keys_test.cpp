#include "cli/keys.hpp"

#include "cli/accounts.hpp"
#include "tests/unit/cli/environment_map.hpp"
#include "tests/unit/cli/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>
#include <sys/stat.h>

namespace overnight::cli {
namespace {

constexpr const char* some_key = "sk-test-0123456789";

TEST(KeyFile, one_newline_is_stripped) {
    const TempDir dir;
    for (const std::string& text : {std::string(some_key), std::string(some_key) + "\n"}) {
        const auto key = read_key_file(dir.write("k", text, 0400));
        ASSERT_TRUE(key) << key.error().describe();
        EXPECT_EQ(key->reveal(), some_key);
        std::filesystem::remove(dir.path() / "k");
    }
}

struct Unfit {
    const char* name;
    std::string text;
    unsigned mode;
    const char* message;
};

class UnfitKeyFile : public ::testing::TestWithParam<Unfit> {};

TEST_P(UnfitKeyFile, is_refused_and_the_key_is_not_told) {
    const TempDir dir;
    const auto key = read_key_file(dir.write("k", GetParam().text, GetParam().mode));
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code(), core::Errc::configuration);
    EXPECT_NE(key.error().message().find(GetParam().message), std::string::npos)
        << key.error().message();
    EXPECT_EQ(key.error().message().find("sk-test"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Keys,
    UnfitKeyFile,
    ::testing::Values(Unfit{"empty", "", 0600, "the key is empty"},
                      Unfit{"only_a_newline", "\n", 0600, "the key is empty"},
                      Unfit{"carriage_return", "sk-test\r\n", 0600, "carriage return"},
                      Unfit{"byte_order_mark", "\xef\xbb\xbfsk-test\n", 0600, "byte order mark"},
                      Unfit{"blank_inside", "sk-test abc\n", 0600, "at byte 7"},
                      Unfit{"blank_behind", "sk-test \n", 0600, "at byte 7"},
                      Unfit{"two_lines", "sk-test\nsk-test\n", 0600, "a second line"},
                      Unfit{"two_newlines", "sk-test\n\n", 0600, "a second line"},
                      Unfit{"nul", std::string("sk-test\0a", 9), 0600, "at byte 7"},
                      Unfit{"umlaut", "sk-t\xc3\xa4st\n", 0600, "at byte 4"},
                      Unfit{"too_long", std::string(1u << 20, 'a'), 0600, "longer than 4 KiB"},
                      Unfit{"for_the_group", "sk-test\n", 0640, "closed to others"},
                      Unfit{"for_all", "sk-test\n", 0604, "closed to others"},
                      Unfit{"executable", "sk-test\n", 0700, "closed to others"}),
    [](const auto& param_info) { return std::string(param_info.param.name); });

TEST(KeyFile, links_folders_and_pipes_are_refused) {
    const TempDir dir;
    const auto real = dir.write("real", "sk-test\n");
    std::filesystem::create_symlink(real, dir.path() / "link");
    ASSERT_EQ(::mkfifo((dir.path() / "pipe").c_str(), 0600), 0);
    for (const char* name : {"link", "pipe", "", "none"}) {
        const auto key = read_key_file(dir.path() / name);
        ASSERT_FALSE(key) << name;
        EXPECT_EQ(key.error().code(), core::Errc::configuration) << name;
    }
}

TEST(FindKey, the_order_is_own_credential_file_kinds_credential_environment) {
    const TempDir dir;
    const auto file = dir.write("file.key", "sk-of-the-file\n");
    const auto env = environment(
        {{"CREDENTIALS_DIRECTORY", dir.path().string()}, {"OPENAI_API_KEY", "sk-of-env"}});

    auto key = find_key("night", "openai", {}, env);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->value.reveal(), "sk-of-env");
    EXPECT_TRUE(key->from_environment);

    dir.write("openai.key", "sk-of-the-kind\n", 0440);
    key = find_key("night", "openai", {}, env);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->value.reveal(), "sk-of-the-kind");
    EXPECT_FALSE(key->from_environment);

    key = find_key("night", "openai", file, env);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->value.reveal(), "sk-of-the-file");

    dir.write("night.key", "sk-of-the-account\n", 0440);
    key = find_key("night", "openai", file, env);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->value.reveal(), "sk-of-the-account");
    EXPECT_EQ(key->source, "the credential night.key");
}

// OpenAI's credential went to the base_url of another account of the same dialect, over the head of
// that account's own key_file.
TEST(FindKey, the_key_of_a_kind_does_not_go_to_an_account_with_a_key_of_its_own) {
    const TempDir dir;
    dir.write("openai.key", "sk-of-openai\n", 0440);
    const auto own = dir.write("own.key", "sk-of-the-other\n");
    const auto env = environment({{"CREDENTIALS_DIRECTORY", dir.path().string()}});
    const auto key = find_key("compatible", "openai", own, env);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->value.reveal(), "sk-of-the-other");
    EXPECT_FALSE(find_key("compatible", "openai", dir.path() / "none", env));
}

TEST(FindKey, an_unfit_key_is_no_reason_to_look_further) {
    const TempDir dir;
    dir.write("openai.key", "\n");
    const auto env = environment(
        {{"CREDENTIALS_DIRECTORY", dir.path().string()}, {"OPENAI_API_KEY", "sk-of-env"}});
    EXPECT_FALSE(find_key("openai", "openai", {}, env));
    EXPECT_FALSE(find_key("openai", "openai", dir.path() / "none",
                          environment({{"OPENAI_API_KEY", "sk-of-env"}})));
}

TEST(FindKey, without_any_the_ways_are_named) {
    const auto key = find_key("openai", "openai", {}, environment({}));
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code(), core::Errc::configuration);
    for (const char* way : {"OPENAI_API_KEY", "key_file", "openai.key", "--emulate"})
        EXPECT_NE(key.error().message().find(way), std::string::npos) << way;
}

TEST(KeyFingerprint, depends_on_key_and_salt) {
    // HMAC-SHA256("Jefe", "what do ya want for nothing?") of RFC 4231 begins with 5bdcc146.
    EXPECT_EQ(key_fingerprint("Jefe", core::Secret("what do ya want for nothing?")), "5bdcc146");
    EXPECT_NE(key_fingerprint("abcdef", core::Secret("a")),
              key_fingerprint("abcdef", core::Secret("b")));
    EXPECT_NE(key_fingerprint("abcdef", core::Secret("a")),
              key_fingerprint("ghijkl", core::Secret("a")));
}

Config config_with(std::string base_url) {
    Config config;
    ProviderConfig provider;
    provider.name = "night";
    provider.kind = "openai";
    provider.base_url = std::move(base_url);
    config.providers.push_back(std::move(provider));
    return config;
}

TEST(ResolveAccount, the_configuration_wins_over_the_environment) {
    const auto env =
        environment({{"OPENAI_API_KEY", some_key}, {"OPENAI_BASE_URL", "http://127.0.0.1:9/v1"}});
    const auto configured =
        resolve_account("night", config_with("https://example.org/v1"), env, "abcdef");
    ASSERT_TRUE(configured) << configured.error().describe();
    EXPECT_EQ(configured->base.host, "example.org");
    const auto from_env = resolve_account("openai", Config{}, env, "abcdef");
    ASSERT_TRUE(from_env);
    EXPECT_EQ(from_env->base.host, "127.0.0.1");
    EXPECT_FALSE(from_env->base.tls);
    const auto neither =
        resolve_account("openai", Config{}, environment({{"OPENAI_API_KEY", some_key}}), "abcdef");
    ASSERT_TRUE(neither);
    EXPECT_EQ(neither->base.host, "api.openai.com");
    EXPECT_TRUE(neither->base.tls);
}

TEST(ResolveAccount, plain_http_is_for_loopback_only) {
    for (const char* url :
         {"http://example.org/v1", "http://10.0.0.1/v1", "ftp://127.0.0.1/", "nonsense"}) {
        const auto env = environment({{"OPENAI_API_KEY", some_key}, {"OPENAI_BASE_URL", url}});
        const auto account = resolve_account("openai", Config{}, env, "abcdef");
        ASSERT_FALSE(account) << url;
        EXPECT_EQ(account.error().code(), core::Errc::configuration) << url;
    }
}

TEST(ResolveAccount, an_unknown_provider_gets_a_guess) {
    const auto account = resolve_account("nigth", config_with(""), environment({}), "abcdef");
    ASSERT_FALSE(account);
    EXPECT_EQ(account.error().code(), core::Errc::configuration);
    EXPECT_NE(account.error().message().find("did you mean 'night'?"), std::string::npos);
}

TEST(ResolveAccounts, a_kind_without_section_and_key_is_left_out) {
    EXPECT_TRUE(resolve_accounts(Config{}, environment({}), "abcdef").fit.empty());
    EXPECT_TRUE(resolve_accounts(Config{}, environment({}), "abcdef").unfit.empty());
    const auto configured = resolve_accounts(config_with(""), environment({}), "abcdef");
    EXPECT_EQ(configured.unfit.size(), 1u);
    const auto with_key =
        resolve_accounts(Config{}, environment({{"OPENAI_API_KEY", some_key}}), "abcdef");
    ASSERT_EQ(with_key.fit.size(), 1u);
    EXPECT_EQ(with_key.fit[0].name.v, "openai");
}

// `doctor`, `pass` and `daemon` said that there was no key at all.
TEST(ResolveAccounts, an_unfit_key_or_address_in_the_environment_is_told) {
    const auto key = resolve_accounts(Config{}, environment({{"OPENAI_API_KEY", "two words"}}), "");
    EXPECT_TRUE(key.fit.empty());
    ASSERT_EQ(key.unfit.size(), 1u);
    EXPECT_NE(key.unfit[0].describe().find("OPENAI_API_KEY"), std::string::npos);
    const auto address = resolve_accounts(
        Config{},
        environment({{"OPENAI_API_KEY", some_key}, {"OPENAI_BASE_URL", "http://example.org"}}), "");
    ASSERT_EQ(address.unfit.size(), 1u);
    EXPECT_NE(address.unfit[0].describe().find("OPENAI_BASE_URL"), std::string::npos);
}

TEST(ResolveAccount, a_wrong_address_names_the_configuration_file) {
    auto config = config_with("ftp://example.org");
    config.file = "/etc/overnight/config.toml";
    const auto account =
        resolve_account("night", config, environment({{"OPENAI_API_KEY", some_key}}), "");
    ASSERT_FALSE(account);
    EXPECT_NE(account.error().describe().find("[provider.night] in /etc/overnight/config.toml"),
              std::string::npos)
        << account.error().describe();
}

TEST(EmulatedAccounts, have_no_real_key_and_short_times) {
    const auto accounts =
        emulated_accounts(config_with("https://example.org/v1"), "http://127.0.0.1:9");
    ASSERT_FALSE(accounts.empty());
    for (const auto& account : accounts) {
        EXPECT_EQ(account.base.host, "127.0.0.1");
        EXPECT_LE(account.poll, std::chrono::seconds(1));
    }
}

}  // namespace
}  // namespace overnight::cli
