#include "cli/config.hpp"

#include "tests/unit/cli/environment_map.hpp"
#include "tests/unit/cli/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>

namespace overnight::cli {
namespace {

using namespace std::chrono_literals;

core::Result<Config> parse(std::string_view text) {
    return parse_config(text, "c.toml", "/etc/overnight");
}

TEST(Config, a_whole_account) {
    const auto config = parse(R"(
[provider.night]
kind = "openai"
base_url = "https://example.org/v1"
key_file = "night.key"
ca_file = "/etc/ssl/ca.pem"
poll = "30s"
list_lag = "10m"
settle = "1h"
)");
    ASSERT_TRUE(config) << config.error().describe();
    ASSERT_EQ(config->providers.size(), 1u);
    const auto* night = config->find("night");
    ASSERT_NE(night, nullptr);
    EXPECT_EQ(night->kind, "openai");
    EXPECT_EQ(night->base_url, "https://example.org/v1");
    EXPECT_EQ(night->key_file, "/etc/overnight/night.key");
    EXPECT_EQ(night->ca_file, "/etc/ssl/ca.pem");
    EXPECT_EQ(night->poll, 30s);
    EXPECT_EQ(night->list_lag, 10min);
    EXPECT_EQ(night->settle, 1h);
    EXPECT_EQ(config->find("openai"), nullptr);
}

TEST(Config, the_kind_defaults_to_the_name_and_times_stay_open) {
    const auto config = parse("[provider.openai]\n");
    ASSERT_TRUE(config);
    EXPECT_EQ(config->find("openai")->kind, "openai");
    EXPECT_FALSE(config->find("openai")->poll);
}

TEST(Config, ordinary_calls_in_place_of_batches) {
    const auto config = parse(
        "[provider.vllm]\nkind = \"openai\"\ntier = \"sync\"\n"
        "concurrency = 256\nrequests_per_minute = 60000\n"
        "[provider.openai]\ntier = \"batch\"\n");
    ASSERT_TRUE(config) << config.error().describe();
    EXPECT_EQ(config->find("vllm")->tier, providers::Tier::sync);
    EXPECT_EQ(config->find("vllm")->concurrency, 256u);
    EXPECT_EQ(config->find("vllm")->requests_per_minute, 60'000u);
    EXPECT_EQ(config->find("openai")->tier, providers::Tier::batch);
    EXPECT_FALSE(config->find("openai")->concurrency);
    for (const auto* wrong :
         {"concurrency = 0", "concurrency = 257", "concurrency = 1.5", "concurrency = \"8\"",
          "requests_per_minute = -1", "requests_per_minute = 60001", "tier = \"flex\"", "tier = 1"})
        EXPECT_FALSE(parse("[provider.openai]\n" + std::string(wrong) + "\n")) << wrong;
}

TEST(Config, an_empty_file_is_fine) {
    EXPECT_TRUE(parse("# nothing\n"));
}

struct Wrong {
    const char* name;
    const char* text;
    const char* message;  ///< a part of it
};

class WrongConfig : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongConfig, names_line_and_reason) {
    const auto config = parse(GetParam().text);
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code(), core::Errc::configuration);
    EXPECT_NE(config.error().message().find(GetParam().message), std::string::npos)
        << config.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    Config,
    WrongConfig,
    ::testing::Values(
        Wrong{"unknown_key", "[provider.openai]\nbase_ulr = \"x\"\n",
              "c.toml:2: unknown key 'base_ulr'; did you mean 'base_url'?"},
        Wrong{"unknown_section", "[provder.openai]\n",
              "c.toml:1: unknown section 'provder'; did you mean 'provider'?"},
        Wrong{"unknown_kind", "\n[provider.opnai]\n",
              "c.toml:2: unknown provider kind 'opnai'; did you mean 'openai'?"},
        Wrong{"wrong_type", "[provider.openai]\npoll = 30\n", "c.toml:2: 'poll' must be a string"},
        Wrong{"wrong_unit", "[provider.openai]\npoll = \"30 parsecs\"\n",
              "c.toml:2: 'poll': '30 parsecs' is no time"},
        Wrong{"zero", "[provider.openai]\nsettle = \"0s\"\n",
              "c.toml:2: 'settle' must be more than 0"},
        Wrong{"endless", "[provider.openai]\nsettle = \"60d\"\n", "at most 30d"},
        Wrong{"empty_text", "[provider.openai]\nkey_file = \"\"\n",
              "c.toml:2: 'key_file' is empty"},
        Wrong{"nul", "[provider.openai]\nkey_file = \"a\\u0000b\"\n",
              "c.toml:2: 'key_file' has a NUL"},
        Wrong{"no_table", "provider = 3\n", "c.toml:1: 'provider' must be a table"},
        Wrong{"no_account", "provider.openai = 3\n", "must be a table: [provider.NAME]"},
        Wrong{"odd_name", "[provider.\"../x\"]\nkind = \"openai\"\n", "is no name for a provider"},
        Wrong{"twice", "[provider.openai]\n[provider.openai]\n", "c.toml:2: "},
        Wrong{"no_toml", "[provider.openai\n", "c.toml:1: "}),
    [](const auto& param_info) { return std::string(param_info.param.name); });

TEST(LoadConfig, the_given_file_must_exist) {
    const TempDir dir;
    const auto config = load_config((dir.path() / "none.toml").string(), environment({}));
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code(), core::Errc::configuration);
}

TEST(LoadConfig, the_xdg_folder_comes_before_home) {
    const TempDir xdg;
    const TempDir home;
    std::filesystem::create_directories(xdg.path() / "overnight");
    std::filesystem::create_directories(home.path() / ".config/overnight");
    xdg.write("overnight/config.toml", "[provider.from_xdg]\nkind = \"openai\"\n");
    home.write(".config/overnight/config.toml", "[provider.from_home]\nkind = \"openai\"\n");
    const auto with_xdg = load_config("", environment({{"XDG_CONFIG_HOME", xdg.path().string()},
                                                       {"HOME", home.path().string()}}));
    ASSERT_TRUE(with_xdg) << with_xdg.error().describe();
    EXPECT_NE(with_xdg->find("from_xdg"), nullptr);
    const auto without = load_config("", environment({{"HOME", home.path().string()}}));
    ASSERT_TRUE(without);
    EXPECT_NE(without->find("from_home"), nullptr);
}

TEST(LoadConfig, a_key_file_is_found_beside_the_configuration) {
    const TempDir dir;
    const auto file = dir.write("c.toml", "[provider.openai]\nkey_file = \"openai.key\"\n");
    const auto config = load_config(file.string(), environment({}));
    ASSERT_TRUE(config);
    EXPECT_EQ(config->find("openai")->key_file, dir.path() / "openai.key");
}

}  // namespace
}  // namespace overnight::cli
