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
/// An ordinary call is answered when its work is done, and a small server lets calls wait for one
/// another.
constexpr std::chrono::minutes longest_call{10};

/// [provider.NAME]s, then the kinds that no section is named after.
std::vector<std::string> account_names(const Config& config) {
    std::vector<std::string> names;
    for (const auto& provider : config.providers)
        names.push_back(provider.name);
    for (const auto kind : providers::known_kinds())
        if (!config.find(kind)) names.emplace_back(kind);
    return names;
}

/// Whether the provider is driven line by line at all.
bool takes_ordinary_calls(const providers::Adapter& adapter) {
    const auto endpoint = adapter.default_endpoint();
    std::string line;
    adapter.append_raw_line(line, "1", endpoint, "{}");
    if (!line.empty() && line.back() == '\n') line.pop_back();
    return adapter.ordinary_call(line, endpoint, "model").has_value();
}

/// Whether a kind without a section can be reached: some have no address of their own.
bool has_address(std::string_view kind, const Environment& env) {
    const auto* adapter = providers::find_adapter(kind);
    if (adapter == nullptr || !adapter->default_base_url().empty()) return true;
    const char* variable = adapter->key_facts().base_url_variable;
    return variable != nullptr && !env(variable).empty();
}

Result<> take_tier(const ProviderConfig& provider, const Config& config, AccountSpec& spec) {
    spec.tier = provider.tier;
    spec.concurrency = provider.concurrency.value_or(spec.concurrency);
    spec.requests_per_minute = provider.requests_per_minute.value_or(spec.requests_per_minute);
    if (spec.tier == providers::Tier::batch || takes_ordinary_calls(*spec.adapter)) return {};
    return Error(Errc::configuration,
                 "tier = \"sync\" of [provider." + provider.name + "] in " +
                     core::printable(config.file.string(), 4096) + ": a provider of the kind " +
                     std::string(spec.adapter->kind()) + " is used through batches only");
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
    std::string source = "base_url of [provider." + spec.name.v + "] in " +
                         core::printable(config.file.string(), 4096);
    if (provider) spec.base_url = provider->base_url;
    if (spec.base_url.empty() && variables_of(kind).base_url) {
        spec.base_url = env(variables_of(kind).base_url);
        source = variables_of(kind).base_url;
    }
    if (spec.base_url.empty()) spec.base_url = spec.adapter->default_base_url();
    if (spec.base_url.empty())
        return Error(Errc::configuration, "every user of the provider kind '" + std::string(kind) +
                                              "' has another address: set base_url in [provider." +
                                              spec.name.v + "], or " + variables_of(kind).base_url);
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
        spec.lost = provider->lost;
        OVERNIGHT_TRY(take_tier(*provider, config, spec));
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
            continue;
        }
        if (!config.find(name)) {
            if (!has_address(name, env)) continue;
            const auto key = look_for_key(name, name, {}, env);
            if (key && !*key) continue;  // nobody means to use it
        }
        resolved.unfit.push_back(std::move(spec).error());
    }
    return resolved;
}

AccountSpec emulated_account(std::string_view account,
                             const providers::Adapter& adapter,
                             std::string_view url) {
    AccountSpec spec;
    spec.name.v = account;
    spec.adapter = &adapter;
    spec.base_url = std::string(url) + std::string(adapter.emulator_path());
    // The address is the emulator's own: it parses.
    spec.base = net::parse_base_url(spec.base_url).value();
    spec.key = core::Secret{std::string(emulated_key)};
    spec.key_source = "the emulator";
    spec.key_fingerprint = "emulated";
    spec.poll = emulated_poll;
    spec.list_lag = emulated_list_lag;
    spec.settle = emulated_settle;
    // Nobody else works at an emulator of our own.
    spec.lost.dedicated = true;
    spec.lost.policy = providers::Lost::Policy::resubmit;
    return spec;
}

std::vector<AccountSpec> emulated_accounts(const Config& config, std::string_view url) {
    std::vector<AccountSpec> specs;
    for (const auto& name : account_names(config)) {
        const auto adapter = adapter_of(name, config);
        if (!adapter || !(*adapter)->is_emulated()) continue;
        specs.push_back(emulated_account(name, **adapter, url));
        // What cannot be sent line by line is tried as batches.
        if (const auto* provider = config.find(name);
            provider && !take_tier(*provider, config, specs.back()))
            specs.back().tier = providers::Tier::batch;
    }
    return specs;
}

net::ClientConfig client_config(const AccountSpec& account, std::function<void()> alive) {
    net::ClientConfig config;
    config.on_bytes = std::move(alive);
    config.base = account.base;
    config.key = account.key;
    const auto facts = account.adapter->key_facts();
    config.key_header = {std::string(facts.header), std::string(facts.prefix)};
    config.ca_file = account.ca_file.string();
    config.user_agent = "overnight/" + version();
    return config;
}

Connections::Connections(std::span<const AccountSpec> accounts,
                         std::function<void()> alive,
                         const std::function<void(std::string)>& tell) {
    for (const auto& spec : accounts) {
        auto& transport = transports_[spec.name];
        transport = std::make_unique<WatchedTransport>(
            std::make_unique<net::Client>(client_config(spec, alive)), alive);
        providers::Account account;
        account.name = spec.name;
        account.adapter = spec.adapter;
        account.transport = transport.get();
        account.key_fingerprint = spec.key_fingerprint;
        account.poll = spec.poll;
        account.list_lag = spec.list_lag;
        account.settle = spec.settle;
        account.lost = spec.lost;
        account.tier = spec.tier;
        account.concurrency = spec.concurrency;
        account.requests_per_minute = spec.requests_per_minute;
        account.tell = tell;
        auto slow = client_config(spec, alive);
        slow.timeouts.header = slow.timeouts.total = longest_call;
        auto& calls = calls_[spec.name];
        calls = std::make_unique<WatchedTransport>(std::make_unique<net::Client>(std::move(slow)),
                                                   alive);
        account.calls = calls.get();
        accounts_.emplace(spec.name, account);
    }
}

bool Connections::refused(const core::AccountName& account) const noexcept {
    const auto at = transports_.find(account);
    return at != transports_.end() && at->second->refused();
}

}  // namespace overnight::cli
