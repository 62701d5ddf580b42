// overnight daemon: all roles, on all jobs, until it is told to stop. Type=notify.
#include "cli/commands.hpp"
#include "cli/emulation.hpp"
#include "cli/held.hpp"
#include "cli/roles.hpp"
#include "cli/service.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace overnight::cli {
namespace {

using core::Result;
using namespace std::chrono_literals;

/// A pass that shows no sign of life for so long hangs. Far above what a slow disk or a large merge
/// takes; every call to a provider has deadlines of its own.
constexpr std::chrono::minutes stalled_after{15};
constexpr std::chrono::milliseconds usual_look = 5s;

/// Says what changed, for the log, and how it stands, for the service manager.
class Reporter {
public:
    explicit Reporter(const Session& session) : session_(session) {}

    Result<> report(const store::Store& store) {
        OVERNIGHT_TRY_ASSIGN(const auto jobs, store.jobs());
        std::size_t open = 0;
        std::uint64_t waiting = 0;
        for (const auto& job : jobs) {
            if (!model::is_over(job.state) && job.state != model::JobState::planning) {
                ++open;
                waiting += job.rows.waiting();
            }
            tell_change(job);
        }
        first_ = false;
        std::string status =
            open == 0 ? "idle"
                      : core::grouped(open) + " jobs, " + core::grouped(waiting) + " rows waiting";
        if (status != status_) service_status(status);
        status_ = std::move(status);
        return {};
    }

    Result<> report_holds(const store::Store& store, const std::vector<AccountSpec>& accounts) {
        for (const auto& spec : accounts) {
            OVERNIGHT_TRY_ASSIGN(const auto account, store.account(spec.name));
            std::string& known = holds_[spec.name];
            if (account.hold_reason == known) continue;
            known = account.hold_reason;
            const std::string name = core::printable(spec.name.v, 80);
            if (known.empty()) {
                session_.console.note("the account '" + name + "' is not held any more");
            } else {
                session_.console.warn("the account '" + name +
                                      "' is held: " + core::printable(known));
            }
        }
        return {};
    }

private:
    void tell_change(const model::Job& job) {
        auto [at, is_new] = states_.try_emplace(job.id, job.state);
        const bool changed = is_new ? !first_ : at->second != job.state;
        at->second = job.state;
        if (!changed) return;
        session_.console.note(
            "job " + std::to_string(job.id.v) + " (" + core::printable(job.name, 120) + ") is " +
            std::string(model::name(job.state)) + ": " + core::grouped(job.rows.total) + " rows, " +
            core::grouped(job.rows.waiting()) + " waiting, " + core::grouped(job.rows.failed) +
            " failed");
    }

    const Session& session_;
    std::map<core::JobId, model::JobState> states_;
    std::map<core::AccountName, std::string> holds_;
    std::string status_;
    bool first_ = true;
};

Result<> check_accounts(const Session& session, const Providers& providers) {
    if (!providers.unfit.empty()) return providers.unfit.front();
    if (providers.accounts.empty())
        return core::Error(
            core::Errc::configuration,
            "there is no key for any provider, so there is nothing to do; see overnight doctor");
    for (const auto& account : providers.accounts)
        if (account.key_from_environment && !session.env("NOTIFY_SOCKET").empty())
            session.console.warn(
                "the key of '" + account.name.v + "' comes from the environment (" +
                account.key_source +
                "), which other processes of this user can read; LoadCredential= is safer");
    return {};
}

}  // namespace

Result<ExitCode> execute(const Session& session, const DaemonCommand& command) {
    OVERNIGHT_TRY_ASSIGN(const auto config, session_config(session));
    OVERNIGHT_TRY_ASSIGN(const auto store, open_store_to_send(session));
    OVERNIGHT_TRY_ASSIGN(const auto providers,
                         start_providers(session, *store, config, command.emulation));
    OVERNIGHT_TRY(check_accounts(session, providers));
    Roles::Setup setup{*store, session.clock, providers.accounts, OnTrouble::retry,
                       [&session](const std::string& line) { session.console.note(line); }};
    Roles roles(std::move(setup), session.stop);
    service_ready();
    session.console.note("working on " + store->state_dir().string() + " with " +
                         core::grouped(providers.accounts.size()) +
                         (providers.accounts.size() == 1 ? " account" : " accounts"));
    const auto watchdog = service_watchdog();
    const auto look = watchdog
                          ? std::clamp<std::chrono::milliseconds>(*watchdog / 3, 100ms, usual_look)
                          : usual_look;
    Reporter reporter(session);
    while (!session.stop.stop_requested() && !roles.error()) {
        OVERNIGHT_TRY(reporter.report(*store));
        OVERNIGHT_TRY(reporter.report_holds(*store, providers.accounts));
        if (roles.lively(stalled_after)) service_alive();
        const auto seen = roles.wake().changes();
        // One report for a burst of changes.
        roles.wake().rest(std::min(look, std::chrono::milliseconds{1'000}), session.stop);
        roles.wake().wait(seen, look, session.stop);
    }
    service_stopping();
    session.console.note("stopping");
    roles.stop();
    OVERNIGHT_TRY(reporter.report(*store));
    if (auto error = roles.error()) return *std::move(error);
    return ExitCode::ok;
}

}  // namespace overnight::cli
