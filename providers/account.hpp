// An account: a [provider.NAME] of the configuration, with the way to reach it.
#pragma once

#include "core/ids.hpp"
#include "model/transport.hpp"
#include "providers/api.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
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
    Lost lost;
    Tier tier = Tier::batch;
    /// For ordinary calls, which are answered when their work is done: its deadlines are long. Any
    /// thread, several calls at once; outlives the account. May be null for an account without any.
    model::Transport* calls = nullptr;
    std::uint32_t concurrency = 8;          ///< ordinary calls at once, at least 1
    std::uint32_t requests_per_minute = 0;  ///< ordinary calls; 0: no limit but the server's
    /// A sentence for people, while a pass goes on; any thread. May be empty.
    std::function<void(std::string)> tell;
};

using Accounts = std::map<core::AccountName, Account>;

}  // namespace overnight::providers
