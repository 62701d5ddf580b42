// An account: a [provider.NAME] of the configuration, with the way to reach it.
#pragma once

#include "core/ids.hpp"
#include "model/transport.hpp"
#include "providers/api.hpp"

#include <chrono>
#include <map>
#include <string>

namespace overnight::providers {

struct Account {
    core::AccountName name;
    const Adapter* adapter = nullptr;
    model::Transport* transport = nullptr;   ///< outlives the account; one thread at a time
    std::string key_fingerprint;             ///< never the key
    std::chrono::milliseconds poll{30'000};  ///< shortest time between two sweeps
    std::chrono::milliseconds list_lag{
        600'000};  ///< G: how long a new batch may stay out of the lists
    std::chrono::milliseconds settle{3'600'000};  ///< L + G: where no fence exists
};

using Accounts = std::map<core::AccountName, Account>;

}  // namespace overnight::providers
