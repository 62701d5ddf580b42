#include "cli/emulation.hpp"

#include "jsonl/random_reader.hpp"

#include <algorithm>
#include <utility>

namespace overnight::cli {
namespace {

using core::Result;

constexpr std::size_t max_faults_bytes = 4u << 20;
/// A batch takes 2 virtual seconds: a trial ends while one looks at it, and still shows what
/// happens.
constexpr double embedded_speed = 4.0;

}  // namespace

const AccountSpec* Providers::find(const core::AccountName& name) const noexcept {
    const auto at = std::find_if(accounts.begin(), accounts.end(),
                                 [&](const auto& account) { return account.name == name; });
    return at == accounts.end() ? nullptr : &*at;
}

Result<std::string> read_faults(const std::string& file) {
    if (file.empty()) return std::string();
    return jsonl::read_small_file(file, max_faults_bytes);
}

Result<Providers> start_providers(const Session& session,
                                  const store::Store& store,
                                  const Config& config,
                                  const Emulation& emulation) {
    Providers providers;
    if (!session.emulated()) {
        auto resolved = resolve_accounts(config, session.env, store.installation().id);
        providers.accounts = std::move(resolved.fit);
        providers.unfit = std::move(resolved.unfit);
        return providers;
    }
    emulator::Options options;
    options.state = emulator_dir(store.state_dir());
    options.ledger = emulation.ledger.empty() ? options.state / "ledger.jsonl"
                                              : std::filesystem::path(emulation.ledger);
    options.speed = emulation.speed > 0 ? emulation.speed : embedded_speed;
    OVERNIGHT_TRY_ASSIGN(options.faults, read_faults(emulation.faults));
    OVERNIGHT_TRY_ASSIGN(providers.emulator, emulator::Emulator::start(std::move(options)));
    providers.accounts = emulated_accounts(config, providers.emulator->url());
    return providers;
}

}  // namespace overnight::cli
