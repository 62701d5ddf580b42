// Accounts: configuration, environment and keys become values, and each role connects to them with
// clients of its own.
#pragma once

#include "cli/config.hpp"
#include "cli/environment.hpp"
#include "cli/watched_transport.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/redacted.hpp"
#include "net/client.hpp"
#include "providers/account.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::cli {

/// Everything that is needed to reach an account. Holds the key.
struct AccountSpec {
    core::AccountName name;
    const providers::Adapter* adapter = nullptr;
    net::BaseUrl base;
    std::string base_url;  ///< as written, for messages
    core::Secret key;
    std::string key_source;
    bool key_from_environment = false;
    std::string key_fingerprint;
    std::filesystem::path ca_file;
    std::chrono::milliseconds poll{30'000};
    std::chrono::milliseconds list_lag{600'000};
    std::chrono::milliseconds settle{3'600'000};
    providers::Lost lost;
    providers::Tier tier = providers::Tier::batch;
    std::uint32_t concurrency = 8;
    std::uint32_t requests_per_minute = 0;
};

/// The adapter of an account: a [provider.NAME], or a provider kind. Errc::configuration.
core::Result<const providers::Adapter*> adapter_of(std::string_view account, const Config& config);

/// `installation` is the store's installation id, the salt of the key's fingerprint. Plain http to
/// anything but loopback is refused. Errc::configuration.
core::Result<AccountSpec> resolve_account(std::string_view account,
                                          const Config& config,
                                          const Environment& env,
                                          std::string_view installation);

struct ResolvedAccounts {
    std::vector<AccountSpec> fit;
    std::vector<core::Error> unfit;  ///< what cannot be used, and why
};

/// The accounts that work may be found for: every [provider.NAME], and every kind that a key is
/// given for. A kind without a section of its own and without a key is left out; one whose key or
/// address is unfit is not passed over in silence.
ResolvedAccounts resolve_accounts(const Config& config,
                                  const Environment& env,
                                  std::string_view installation);

/// The same names, but all of them at an emulator, with its short times: `url` is
/// "http://127.0.0.1:PORT".
std::vector<AccountSpec> emulated_accounts(const Config& config, std::string_view url);

/// An account at an emulator.
AccountSpec emulated_account(std::string_view account,
                             const providers::Adapter& adapter,
                             std::string_view url);

/// One role's clients. One thread, but for refused().
class Connections {
public:
    /// `alive` is called whenever a call begins, ends or brings bytes; `tell` is
    /// providers::Account's.
    Connections(std::span<const AccountSpec> accounts,
                std::function<void()> alive,
                const std::function<void(std::string)>& tell = {});
    Connections(const Connections&) = delete;
    Connections& operator=(const Connections&) = delete;

    const providers::Accounts& accounts() const noexcept { return accounts_; }
    /// The account's last call was refused for its key. Any thread.
    bool refused(const core::AccountName& account) const noexcept;

private:
    std::map<core::AccountName, std::unique_ptr<WatchedTransport>> transports_;
    std::map<core::AccountName, std::unique_ptr<WatchedTransport>> calls_;  ///< providers::Account
    providers::Accounts accounts_;
};

/// The client of one account; `alive` as in Connections.
net::ClientConfig client_config(const AccountSpec& account, std::function<void()> alive = {});

}  // namespace overnight::cli
