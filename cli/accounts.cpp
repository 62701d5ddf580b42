#include "cli/accounts.hpp"

#include "cli/keys.hpp"
#include "cli/version.hpp"
#include "core/text.hpp"

#include <utility>

namespace overnight::cli {
namespace {

using core::Errc;
using core::Error;
using core::Result;

// Times of the emulator inside the program, whose lists lag not at all. A configured account is
// never given these: nothing is guessed from an address.
constexpr std::chrono::milliseconds emulated_poll{200};
constexpr std::chrono::milliseconds emulated_list_lag{1'000};
constexpr std::chrono::milliseconds emulated_settle{2'000};
constexpr std::string_view emulated_key = "emulated-key";

/// [provider.NAME]s, then the kinds that no section is named after.
std::vector<std::string> account_names(const Config& config) {
    std::vector<std::string> names;
    for (const auto& provider : config.providers)
        names.push_back(provider.name);
    for (const auto kind : providers::known_kinds())
        if (!config.find(kind)) names.emplace_back(kind);
    return names;
}

}  // namespace

Result<const providers::Adapter*> adapter_of(std::string_view account, const Config& config) {
    const ProviderConfig* provider = config.find(account);
    if (const auto* adapter = providers::find_adapter(provider ? provider->kind : account))
        return adapter;
    const auto names = account_names(config);
    const std::vector<std::string_view> views(names.begin(), names.end());
    std::string what = "there is no provider '" + core::printable(account, 80) + "'";
    const auto guess = core::nearest(account, views);
    if (!guess.empty()) what += "; did you mean '" + std::string(guess) + "'?";
    what += " (a provider kind, or a [provider.NAME] of the configuration)";
    return Error(Errc::configuration, std::move(what));
}

Result<AccountSpec> resolve_account(std::string_view account,
                                    const Config& config,
                                    const Environment& env,
                                    std::string_view installation) {
    AccountSpec spec;
    spec.name.v = account;
    OVERNIGHT_TRY_ASSIGN(spec.adapter, adapter_of(account, config));
    const auto kind = spec.adapter->kind();
    const ProviderConfig* provider = config.find(account);
    std::string source = "base_url of [provider." + spec.name.v + "]";
    if (provider) spec.base_url = provider->base_url;
    if (spec.base_url.empty() && variables_of(kind).base_url) {
        spec.base_url = env(variables_of(kind).base_url);
        source = variables_of(kind).base_url;
    }
    if (spec.base_url.empty()) spec.base_url = spec.adapter->default_base_url();
    auto base = net::parse_base_url(spec.base_url);
    if (!base) return std::move(base).error().while_("reading " + source);
    spec.base = *std::move(base);
    OVERNIGHT_TRY_ASSIGN(
        auto key,
        find_key(account, kind, provider ? provider->key_file : std::filesystem::path(), env));
    spec.key_fingerprint = key_fingerprint(installation, key.value);
    spec.key = std::move(key.value);
    spec.key_source = std::move(key.source);
    spec.key_from_environment = key.from_environment;
    if (provider) {
        spec.ca_file = provider->ca_file;
        spec.poll = provider->poll.value_or(spec.poll);
        spec.list_lag = provider->list_lag.value_or(spec.list_lag);
        spec.settle = provider->settle.value_or(spec.settle);
    }
    return spec;
}

ResolvedAccounts resolve_accounts(const Config& config,
                                  const Environment& env,
                                  std::string_view installation) {
    ResolvedAccounts resolved;
    for (const auto& name : account_names(config)) {
        auto spec = resolve_account(name, config, env, installation);
        if (spec) {
            resolved.fit.push_back(*std::move(spec));
        } else if (config.find(name)) {
            resolved.unfit.push_back(std::move(spec).error());
        }
    }
    return resolved;
}

AccountSpec emulated_account(std::string_view account,
                             const providers::Adapter& adapter,
                             std::string_view url) {
    AccountSpec spec;
    spec.name.v = account;
    spec.adapter = &adapter;
    spec.base_url = std::string(url) + "/v1";
    // The address is the emulator's own: it parses.
    spec.base = net::parse_base_url(spec.base_url).value();
    spec.key = core::Secret{std::string(emulated_key)};
    spec.key_source = "the emulator";
    spec.key_fingerprint = "emulated";
    spec.poll = emulated_poll;
    spec.list_lag = emulated_list_lag;
    spec.settle = emulated_settle;
    return spec;
}

std::vector<AccountSpec> emulated_accounts(const Config& config, std::string_view url) {
    std::vector<AccountSpec> specs;
    for (const auto& name : account_names(config)) {
        const auto adapter = adapter_of(name, config);
        if (adapter) specs.push_back(emulated_account(name, **adapter, url));
    }
    return specs;
}

net::ClientConfig client_config(const AccountSpec& account) {
    net::ClientConfig config;
    config.base = account.base;
    config.key = account.key;
    config.ca_file = account.ca_file.string();
    config.user_agent = "overnight/" + version();
    return config;
}

Connections::Connections(std::span<const AccountSpec> accounts, std::function<void()> alive) {
    for (const auto& spec : accounts) {
        auto& transport = transports_[spec.name];
        transport = std::make_unique<WatchedTransport>(
            std::make_unique<net::Client>(client_config(spec)), alive);
        providers::Account account;
        account.name = spec.name;
        account.adapter = spec.adapter;
        account.transport = transport.get();
        account.key_fingerprint = spec.key_fingerprint;
        account.poll = spec.poll;
        account.list_lag = spec.list_lag;
        account.settle = spec.settle;
        accounts_.emplace(spec.name, account);
    }
}

bool Connections::refused(const core::AccountName& account) const noexcept {
    const auto at = transports_.find(account);
    return at != transports_.end() && at->second->refused();
}

}  // namespace overnight::cli
