#include "cli/config.hpp"

#include "core/text.hpp"
#include "jsonl/random_reader.hpp"
#include "providers/api.hpp"
#include "recipe/recipe.hpp"
#include "recipe/toml.hpp"
#include "recipe/toml_guard.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace overnight::cli {
namespace {

using core::Errc;
using core::Error;
using core::Result;

constexpr std::size_t max_config_bytes = 1u << 20;
constexpr std::array<std::string_view, 13> provider_keys = {
    "kind",     "base_url",    "key_file",           "ca_file",      "poll",
    "list_lag", "settle",      "workspace",          "on_ambiguous", "exposed_tokens",
    "tier",     "concurrency", "requests_per_minute"};
constexpr std::int64_t most_at_once = 256;      // each is a thread
constexpr std::int64_t most_a_minute = 60'000;  // the pace counts in milliseconds
constexpr std::array<std::string_view, 1> top_keys = {"provider"};
/// Also the longest time that a sum with the clock is safe for.
constexpr std::chrono::hours longest_time{24 * 30};

/// Where messages point to.
struct Where {
    std::string_view file;
    Error at(const toml::source_region& source, std::string what) const {
        return {Errc::configuration, core::printable(file) + ":" +
                                         std::to_string(source.begin.line) + ": " +
                                         std::move(what)};
    }
};

std::string in_quotes(std::string_view text) {
    return "'" + core::printable(text, 80) + "'";
}

Error unknown(const Where& where,
              const toml::key& key,
              std::string_view what,
              std::span<const std::string_view> known) {
    std::string text = "unknown " + std::string(what) + " " + in_quotes(key.str());
    const auto guess = core::nearest(key.str(), known);
    if (!guess.empty()) text += "; did you mean '" + std::string(guess) + "'?";
    return where.at(key.source(), std::move(text));
}

/// An account's name becomes part of file names and messages.
bool is_plain_name(std::string_view name) noexcept {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    return !name.empty() && name.size() <= 64 && name.front() != '.' &&
           std::all_of(name.begin(), name.end(), plain);
}

Result<std::string> text_of(const Where& where, const toml::key& key, const toml::node& node) {
    const auto* text = node.as_string();
    if (!text) return where.at(node.source(), in_quotes(key.str()) + " must be a string");
    if (text->get().empty()) return where.at(node.source(), in_quotes(key.str()) + " is empty");
    if (text->get().find('\0') != std::string::npos)
        return where.at(node.source(), in_quotes(key.str()) + " has a NUL in it");
    return text->get();
}

Result<std::chrono::milliseconds> time_of(const Where& where,
                                          const toml::key& key,
                                          const toml::node& node) {
    OVERNIGHT_TRY_ASSIGN(const auto text, text_of(where, key, node));
    const auto time = recipe::parse_duration(text);
    if (!time)
        return where.at(node.source(), in_quotes(key.str()) + ": " + in_quotes(text) +
                                           " is no time; write it as \"30s\", \"10m\" or \"2h\"");
    if (*time <= std::chrono::milliseconds{0} || *time > longest_time)
        return where.at(node.source(),
                        in_quotes(key.str()) + " must be more than 0 and at most 30d");
    return *time;
}

/// One of two words.
Result<bool> is_second(const Where& where,
                       const toml::key& key,
                       const toml::node& node,
                       std::string_view first,
                       std::string_view second) {
    OVERNIGHT_TRY_ASSIGN(const auto text, text_of(where, key, node));
    if (text != first && text != second)
        return where.at(node.source(), in_quotes(key.str()) + " must be \"" + std::string(first) +
                                           "\" or \"" + std::string(second) + "\", not " +
                                           in_quotes(text));
    return text == second;
}

Result<std::uint32_t> number_of(const Where& where,
                                const toml::key& key,
                                const toml::node& node,
                                std::int64_t most) {
    const auto number = node.value<std::int64_t>();
    if (!node.is_integer() || !number || *number < 1 || *number > most)
        return where.at(node.source(), in_quotes(key.str()) + " must be a whole number from 1 to " +
                                           std::to_string(most));
    return static_cast<std::uint32_t>(*number);
}

Result<> set_key(const Where& where,
                 const toml::key& key,
                 const toml::node& node,
                 const std::filesystem::path& folder,
                 ProviderConfig& provider) {
    const std::string_view name = key.str();
    if (name == "poll") {
        OVERNIGHT_TRY_ASSIGN(provider.poll, time_of(where, key, node));
    } else if (name == "list_lag") {
        OVERNIGHT_TRY_ASSIGN(provider.list_lag, time_of(where, key, node));
    } else if (name == "settle") {
        OVERNIGHT_TRY_ASSIGN(provider.settle, time_of(where, key, node));
    } else if (name == "workspace") {
        OVERNIGHT_TRY_ASSIGN(provider.lost.dedicated,
                             is_second(where, key, node, "shared", "dedicated"));
    } else if (name == "on_ambiguous") {
        OVERNIGHT_TRY_ASSIGN(const bool resubmit, is_second(where, key, node, "hold", "resubmit"));
        using Policy = providers::Lost::Policy;
        provider.lost.policy = resubmit ? Policy::resubmit : Policy::hold;
    } else if (name == "exposed_tokens") {
        const auto tokens = node.value<std::int64_t>();
        if (!node.is_integer() || !tokens || *tokens < 0)
            return where.at(node.source(),
                            in_quotes(key.str()) + " must be a whole number of tokens, 0 or more");
        provider.lost.most_exposed_tokens = static_cast<std::uint64_t>(*tokens);
    } else if (name == "tier") {
        OVERNIGHT_TRY_ASSIGN(const bool sync, is_second(where, key, node, "batch", "sync"));
        provider.tier = sync ? providers::Tier::sync : providers::Tier::batch;
    } else if (name == "concurrency") {
        OVERNIGHT_TRY_ASSIGN(provider.concurrency, number_of(where, key, node, most_at_once));
    } else if (name == "requests_per_minute") {
        OVERNIGHT_TRY_ASSIGN(provider.requests_per_minute,
                             number_of(where, key, node, most_a_minute));
    } else if (name == "kind") {
        OVERNIGHT_TRY_ASSIGN(provider.kind, text_of(where, key, node));
    } else if (name == "base_url") {
        OVERNIGHT_TRY_ASSIGN(provider.base_url, text_of(where, key, node));
    } else if (name == "key_file") {
        OVERNIGHT_TRY_ASSIGN(const auto path, text_of(where, key, node));
        provider.key_file = (folder / path).lexically_normal();
    } else if (name == "ca_file") {
        OVERNIGHT_TRY_ASSIGN(const auto path, text_of(where, key, node));
        provider.ca_file = (folder / path).lexically_normal();
    } else {
        return unknown(where, key, "key", provider_keys);
    }
    return {};
}

Result<ProviderConfig> provider_of(const Where& where,
                                   const toml::key& key,
                                   const toml::node& node,
                                   const std::filesystem::path& folder) {
    const auto* table = node.as_table();
    if (!table)
        return where.at(key.source(),
                        "provider." + in_quotes(key.str()) + " must be a table: [provider.NAME]");
    if (!is_plain_name(key.str()))
        return where.at(
            key.source(),
            in_quotes(key.str()) +
                " is no name for a provider: letters, digits, '-', '_' and '.', at most 64");
    ProviderConfig provider;
    provider.name = key.str();
    provider.kind = provider.name;
    for (const auto& [k, v] : *table) {
        OVERNIGHT_TRY(set_key(where, k, v, folder, provider));
    }
    if (!providers::find_adapter(provider.kind)) {
        const auto kinds = providers::known_kinds();
        std::string what = "unknown provider kind " + in_quotes(provider.kind);
        const auto guess = core::nearest(provider.kind, kinds);
        if (!guess.empty()) what += "; did you mean '" + std::string(guess) + "'?";
        if (!table->contains("kind")) what += "; say which it is: kind = \"openai\"";
        return where.at(key.source(), std::move(what));
    }
    return provider;
}

}  // namespace

const ProviderConfig* Config::find(std::string_view name) const noexcept {
    const auto at = std::find_if(providers.begin(), providers.end(),
                                 [&](const auto& p) { return p.name == name; });
    return at == providers.end() ? nullptr : &*at;
}

Result<Config> parse_config(std::string_view text,
                            std::string_view name,
                            const std::filesystem::path& folder) {
    const Where where{name};
    OVERNIGHT_TRY(recipe::check_toml_text(text, name));
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed)
        return where.at(parsed.error().source(), core::printable(parsed.error().description()));
    Config config;
    for (const auto& [key, node] : parsed.table()) {
        if (key.str() != "provider") return unknown(where, key, "section", top_keys);
        const auto* table = node.as_table();
        if (!table) return where.at(node.source(), "'provider' must be a table: [provider.NAME]");
        for (const auto& [k, v] : *table) {
            OVERNIGHT_TRY_ASSIGN(auto provider, provider_of(where, k, v, folder));
            config.providers.push_back(std::move(provider));
        }
    }
    return config;
}

Result<Config> load_config(const std::string& file, const Environment& env) {
    std::vector<std::filesystem::path> places;
    if (!file.empty()) {
        places.emplace_back(file);
    } else {
        const std::string xdg = env("XDG_CONFIG_HOME");
        const std::string home = env("HOME");
        if (xdg.starts_with('/')) {
            places.push_back(std::filesystem::path(xdg) / "overnight/config.toml");
        } else if (home.starts_with('/')) {
            places.push_back(std::filesystem::path(home) / ".config/overnight/config.toml");
        }
        places.emplace_back("/etc/overnight/config.toml");
    }
    for (const auto& place : places) {
        auto text = jsonl::read_small_file(place, max_config_bytes);
        if (!text) {
            if (text.error().code() == Errc::not_found && file.empty()) continue;
            return Error(Errc::configuration, text.error().message())
                .while_("reading the configuration");
        }
        std::error_code ignored;
        const auto absolute = std::filesystem::absolute(place, ignored);
        OVERNIGHT_TRY_ASSIGN(auto config,
                             parse_config(*text, place.string(), absolute.parent_path()));
        config.file = absolute;
        return config;
    }
    return Config{};
}

}  // namespace overnight::cli
