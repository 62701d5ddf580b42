// The emulator inside the program: a provider without network, key and money.
#pragma once

#include "cli/accounts.hpp"
#include "cli/args.hpp"
#include "cli/session.hpp"
#include "core/error.hpp"
#include "emulator/emulator.hpp"
#include "store/store.hpp"

#include <memory>
#include <vector>

namespace overnight::cli {

/// The accounts that a command works with, and, in an emulated session, the emulator that they are
/// on.
struct Providers {
    std::unique_ptr<emulator::Emulator> emulator;  ///< outlives the roles that use the accounts
    std::vector<AccountSpec> accounts;
    std::vector<core::Error> unfit;  ///< configured accounts that cannot be used

    /// Null when there is no such account.
    const AccountSpec* find(const core::AccountName& name) const noexcept;
};

/// Emulated sessions keep the emulator's files, batches and ledger inside the state directory, so
/// that a later run goes on with them.
core::Result<Providers> start_providers(const Session& session,
                                        const store::Store& store,
                                        const Config& config,
                                        const Emulation& emulation);

/// The fault script's text; empty for an empty name.
core::Result<std::string> read_faults(const std::string& file);

}  // namespace overnight::cli
