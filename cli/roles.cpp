#include "cli/roles.hpp"

#include "cli/watched_transport.hpp"
#include "poller/pass.hpp"
#include "reconciler/pass.hpp"
#include "submitter/pass.hpp"

#include <utility>

namespace overnight::cli {
namespace {

using core::Result;
using store::Role;

template <class Pass>
Result<RolePass> same(Result<Pass> pass) {
    if (!pass) return std::move(pass).error();
    return RolePass{pass->due, pass->worked};
}

std::string_view worker(Role role) noexcept {
    switch (role) {
    case Role::submit:
        return "submitter";
    case Role::poll:
        return "poller";
    case Role::reconcile:
        return "reconciler";
    case Role::plan:
        return "planner";
    }
    return "?";
}

}  // namespace

std::optional<Role> role_of(std::string_view word) noexcept {
    if (word == "submit") return Role::submit;
    if (word == "poll") return Role::poll;
    if (word == "reconcile") return Role::reconcile;
    return {};
}

Result<RolePass> run_pass(Role role,
                          store::Store& store,
                          const core::Clock& clock,
                          const providers::Accounts& accounts,
                          std::stop_token stop) {
    switch (role) {
    case Role::submit:
        return same(submitter::pass(store, clock, accounts, std::move(stop)));
    case Role::poll:
        return same(poller::pass(store, clock, accounts, std::move(stop)));
    case Role::reconcile:
        return same(reconciler::pass(store, clock, std::move(stop)));
    case Role::plan:
        break;
    }
    return core::Error(core::Errc::internal, "planning is no pass");
}

Roles::Roles(Setup setup, std::stop_token stop) : setup_(std::move(setup)) {
    outer_stop_.emplace(std::move(stop), [this] { stop_.request_stop(); });
    for (std::size_t i = 0; i < working_roles.size(); ++i) {
        Pulse& pulse = pulses_[i];
        beat(pulse);
        // The reconciler has no network.
        const auto reach = working_roles[i] == Role::reconcile
                               ? std::span<const AccountSpec>()
                               : std::span<const AccountSpec>(setup_.accounts);
        connections_[i] = std::make_unique<Connections>(
            reach, [this, &pulse] { beat(pulse); }, setup_.tell);
    }
    for (std::size_t i = 0; i < working_roles.size(); ++i)
        threads_[i] = std::thread([this, i] { run(i); });
}

Roles::~Roles() {
    stop();
}

void Roles::stop() {
    stop_.request_stop();
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
}

std::optional<core::Error> Roles::error() const {
    const std::lock_guard lock(mutex_);
    return error_;
}

void Roles::beat(Pulse& pulse) const {
    pulse.last.store(setup_.clock.since_boot().count(), std::memory_order_relaxed);
}

bool Roles::lively(std::chrono::milliseconds limit) const {
    const auto now = setup_.clock.since_boot().count();
    for (const auto& pulse : pulses_) {
        if (pulse.sleeping.load(std::memory_order_relaxed)) continue;
        if (now - pulse.last.load(std::memory_order_relaxed) > limit.count()) return false;
    }
    return true;
}

bool Roles::refused(Role role, const core::AccountName& account) const {
    for (std::size_t i = 0; i < working_roles.size(); ++i)
        if (working_roles[i] == role) return connections_[i]->refused(account);
    return false;
}

void Roles::run(std::size_t index) {
    const Role role = working_roles[index];
    Pulse& pulse = pulses_[index];
    const auto alive = [this, &pulse] { beat(pulse); };
    const WatchedClock clock(setup_.clock, alive);
    std::optional<store::RoleLock> lock;
    const auto& dir = setup_.store.state_dir();

    RoleWork work;
    work.take_lock = [&]() -> Result<bool> {
        OVERNIGHT_TRY_ASSIGN(lock, store::RoleLock::try_take(dir, role));
        if (lock) OVERNIGHT_TRY(setup_.store.sweep(role));  // what a killed process left
        return lock.has_value();
    };
    work.pass = [&](std::stop_token stop) {
        alive();
        pulse.sleeping.store(false, std::memory_order_relaxed);
        auto passed =
            run_pass(role, setup_.store, clock, connections_[index]->accounts(), std::move(stop));
        pulse.sleeping.store(true, std::memory_order_relaxed);
        return passed;
    };
    work.taken_elsewhere = [&] {
        const std::string owner = store::RoleLock::owner(dir, role);
        setup_.tell("another process" + (owner.empty() ? "" : " (pid " + owner + ")") + " is the " +
                    std::string(worker(role)) + "; following it");
    };
    work.trouble = [&](const core::Error& error) {
        setup_.tell("the " + std::string(worker(role)) + " tries again soon: " + error.describe());
    };
    auto error = run_role(work, wake_, setup_.clock, setup_.on_trouble, stop_.get_token());
    if (error) {
        {
            const std::lock_guard guard(mutex_);
            if (!error_) error_ = std::move(error);
        }
        stop_.request_stop();
    }
    wake_.tell();
}

}  // namespace overnight::cli
