// overnight pass: what is due, once, then exit: for a systemd timer or cron.
#include "cli/commands.hpp"
#include "cli/emulation.hpp"
#include "cli/follow.hpp"
#include "cli/json_text.hpp"
#include "cli/roles.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace overnight::cli {
namespace {

using core::Result;

struct Done {
    store::Role role;
    std::string taken_by;          ///< who has the role, when it was not free
    std::optional<RolePass> pass;  ///< when it was
};

Result<Done> pass_once(const Session& session,
                       store::Store& store,
                       const providers::Accounts& accounts,
                       store::Role role) {
    OVERNIGHT_TRY_ASSIGN(const auto lock, store::RoleLock::try_take(store.state_dir(), role));
    if (!lock) {
        auto owner = store::RoleLock::owner(store.state_dir(), role);
        return Done{role, owner.empty() ? "another process" : "process " + owner, {}};
    }
    OVERNIGHT_TRY(store.sweep(role));
    OVERNIGHT_TRY_ASSIGN(const auto pass,
                         run_pass(role, store, session.clock, accounts, session.stop));
    return Done{role, {}, pass};
}

std::string due_text(const Session& session, const RolePass& pass) {
    if (pass.due == core::TimePoint::max()) return "nothing is due";
    return "next due " + core::iso8601(std::max(pass.due, session.clock.now()));
}

void print(const Session& session, const std::vector<Done>& done) {
    if (!session.json()) {
        for (const auto& one : done) {
            std::string line(store::name(one.role));
            line += one.pass ? std::string(one.pass->worked ? ": worked; " : ": nothing to do; ") +
                                   due_text(session, *one.pass)
                             : ": left to " + one.taken_by;
            session.console.out(line + "\n");
        }
        return;
    }
    boost::json::array passes;
    for (const auto& one : done) {
        boost::json::object object;
        object["role"] = store::name(one.role);
        object["taken_by"] = nullptr;
        object["worked"] = one.pass && one.pass->worked;
        object["due"] = nullptr;
        if (!one.pass) object["taken_by"] = one.taken_by;
        if (one.pass && one.pass->due != core::TimePoint::max())
            object["due"] = core::iso8601(one.pass->due);
        passes.push_back(std::move(object));
    }
    boost::json::object object;
    object["passes"] = std::move(passes);
    session.console.out(json_line(object));
}

/// A timer should hear of it when a job waits for a person.
Result<bool> any_held(const Session& session, const store::Store& store) {
    OVERNIGHT_TRY_ASSIGN(const auto jobs, store.jobs());
    bool any = false;
    for (const auto& job : jobs) {
        if (model::is_over(job.state)) continue;
        OVERNIGHT_TRY_ASSIGN(const auto why, held_now(session, store, job));
        if (!why) continue;
        any = true;
        session.console.warn("job " + std::to_string(job.id.v) + " is held: " + why->why + "; " +
                             why->what_to_do + same_state(session.common));
    }
    return any;
}

}  // namespace

Result<ExitCode> execute(const Session& session, const PassCommand& command) {
    OVERNIGHT_TRY_ASSIGN(const auto config, session_config(session));
    OVERNIGHT_TRY_ASSIGN(const auto store, open_store_to_send(session));
    std::vector<store::Role> roles(working_roles.begin(), working_roles.end());
    if (const auto only = role_of(command.role)) roles = {*only};
    Providers providers;
    if (command.role != "reconcile") {
        OVERNIGHT_TRY_ASSIGN(providers,
                             start_providers(session, *store, config, command.emulation));
        if (providers.accounts.empty() && !providers.unfit.empty()) return providers.unfit.front();
        for (const auto& error : providers.unfit)
            session.console.warn(error.describe());
        if (providers.accounts.empty())
            session.console.warn("there is no key for any provider; nothing is sent or polled");
    }
    const Connections connections(providers.accounts, [] {});
    std::vector<Done> done;
    for (const auto role : roles) {
        if (session.stop.stop_requested()) break;
        OVERNIGHT_TRY_ASSIGN(auto one, pass_once(session, *store, connections.accounts(), role));
        done.push_back(std::move(one));
    }
    print(session, done);
    if (session.stop.stop_requested()) return ExitCode::interrupted;
    OVERNIGHT_TRY_ASSIGN(const bool held, any_held(session, *store));
    return held ? ExitCode::held : ExitCode::ok;
}

}  // namespace overnight::cli
