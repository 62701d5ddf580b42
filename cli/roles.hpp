// The three roles at work in this process: one thread each, with its role's lock and its own
// clients.
#pragma once

#include "cli/accounts.hpp"
#include "cli/role_loop.hpp"
#include "cli/wake.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "store/role_lock.hpp"
#include "store/store.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace overnight::cli {

inline constexpr std::array<store::Role, 3> working_roles = {
    store::Role::poll, store::Role::reconcile, store::Role::submit};

/// "submit", "poll", "reconcile"; nothing for another word.
std::optional<store::Role> role_of(std::string_view word) noexcept;

/// One pass of a role, which the caller has the lock of.
core::Result<RolePass> run_pass(store::Role role,
                                store::Store& store,
                                const core::Clock& clock,
                                const providers::Accounts& accounts,
                                std::stop_token stop);

class Roles {
public:
    struct Setup {
        store::Store& store;
        const core::Clock& clock;
        std::vector<AccountSpec> accounts;
        OnTrouble on_trouble = OnTrouble::stop;
        std::function<void(std::string)> tell;  ///< a sentence for people; any thread
    };

    /// Starts the threads. `stop` ends them as well.
    Roles(Setup setup, std::stop_token stop);
    /// Stops and joins.
    ~Roles();
    Roles(const Roles&) = delete;
    Roles& operator=(const Roles&) = delete;

    /// Asks all to stop and waits for the last: a create past its commit byte is finished first.
    void stop();
    Wake& wake() noexcept { return wake_; }
    /// The first error that ended a role; the others are asked to stop then.
    std::optional<core::Error> error() const;
    /// The last call of that role to the account was refused for its key.
    bool refused(store::Role role, const core::AccountName& account) const;
    /// True when every role showed a sign of life within `limit`, or sleeps until a time that it
    /// knows.
    bool lively(std::chrono::milliseconds limit) const;

private:
    struct Pulse {
        std::atomic<std::int64_t> last{0};  ///< of the clock that does not jump
        std::atomic<bool> sleeping{true};
    };
    void run(std::size_t index);
    void beat(Pulse& pulse) const;

    Setup setup_;
    Wake wake_;
    std::stop_source stop_;
    std::optional<std::stop_callback<std::function<void()>>> outer_stop_;
    mutable std::mutex mutex_;
    std::optional<core::Error> error_;
    std::array<Pulse, working_roles.size()> pulses_;
    std::array<std::unique_ptr<Connections>, working_roles.size()> connections_;
    std::array<std::thread, working_roles.size()> threads_;
};

}  // namespace overnight::cli
