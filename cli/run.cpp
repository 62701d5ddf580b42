// overnight run: plan, submit, wait, merge; all roles in the foreground until the job is over.
#include "cli/commands.hpp"
#include "cli/emulation.hpp"
#include "cli/follow.hpp"
#include "cli/json_text.hpp"
#include "cli/output_json.hpp"
#include "cli/output_text.hpp"
#include "cli/roles.hpp"
#include "cli/work.hpp"

#include <algorithm>
#include <utility>

namespace overnight::cli {
namespace {

using core::Result;

constexpr core::Duration clean_up_time{3'000};

/// The account must be fit before anything is planned.
Result<const AccountSpec*> account_of(const Session& session,
                                      const Config& config,
                                      const store::Store& store,
                                      const Providers& providers,
                                      const core::AccountName& name) {
    if (const auto* account = providers.find(name)) return account;
    // It is missing for a reason, which resolving it alone tells.
    OVERNIGHT_TRY(resolve_account(name.v, config, session.env, store.installation().id));
    return core::Error(core::Errc::configuration, "there is no account '" + name.v + "'");
}

/// The job is over; its input files at the provider are deleted last. That is worth a moment, not a
/// wait: the next run finds what is left.
Result<> let_clean_up(const Session& session,
                      const store::Store& store,
                      core::JobId job,
                      Roles& roles) {
    const auto until = session.clock.since_boot() + clean_up_time;
    while (!session.stop.stop_requested() && !roles.error()) {
        const auto seen = roles.wake().changes();
        OVERNIGHT_TRY_ASSIGN(const auto attempts, store.attempts(job));
        const bool left = std::any_of(attempts.begin(), attempts.end(), [](const auto& attempt) {
            return attempt.state == model::AttemptState::settled;
        });
        const auto time = until - session.clock.since_boot();
        if (!left || time <= core::Duration{0}) break;
        roles.wake().wait(seen, time, session.stop);
    }
    return {};
}

ExitCode exit_code_of(const FollowEnd& end) {
    if (model::is_over(end.job.state)) return exit_code(end.job);
    if (end.held) return ExitCode::held;
    if (end.output_failed) return ExitCode::error;
    return ExitCode::interrupted;
}

void print(const Session& session, const FollowEnd& end) {
    if (session.json()) {
        session.console.out(json_line(job_json(end.job, end.held)));
    } else {
        session.console.out(job_text(end.job, end.held, same_state(session.common)));
    }
    if (end.interrupted)
        session.console.note("interrupted; job " + std::to_string(end.job.id.v) +
                             " goes on with the next run, pass or daemon");
}

}  // namespace

Result<ExitCode> execute(const Session& session, const RunCommand& command) {
    OVERNIGHT_TRY_ASSIGN(const auto config, session_config(session));
    OVERNIGHT_TRY_ASSIGN(const auto work, load_work(config, command.work, command.output));
    OVERNIGHT_TRY(check_output_place(work.output, input_file(work)));
    if (session.emulated() && !work.adapter->is_emulated())
        return core::Error(core::Errc::invalid_input,
                           "the emulator does not speak the dialect of '" +
                               std::string(work.adapter->kind()) +
                               "'; try the recipe with --provider openai --emulate");
    OVERNIGHT_TRY_ASSIGN(const auto store, open_store_to_send(session));
    OVERNIGHT_TRY_ASSIGN(const auto providers,
                         start_providers(session, *store, config, command.emulation));
    OVERNIGHT_TRY_ASSIGN(const auto* account,
                         account_of(session, config, *store, providers, work.account));
    OVERNIGHT_TRY_ASSIGN(const auto begun, begin_work(session, *store, work, command.output));
    tell_begun(session, begun);

    Roles::Setup setup{*store, session.clock, providers.accounts, OnTrouble::stop,
                       [&session](const std::string& line) { session.console.note(line); }};
    Roles roles(std::move(setup), session.stop);
    OVERNIGHT_TRY_ASSIGN(auto end,
                         follow(session, *store, begun.job.id, &roles, follow_account(*account)));
    if (model::is_over(end.job.state)) {
        OVERNIGHT_TRY(let_clean_up(session, *store, begun.job.id, roles));
    }
    roles.stop();
    // The roles may have finished what they were at.
    OVERNIGHT_TRY_ASSIGN(auto last, store->job(begun.job.id));
    if (last) end.job = *std::move(last);
    if (model::is_over(end.job.state)) {
        end.interrupted = false;
        end.held.reset();
    }
    print(session, end);
    return exit_code_of(end);
}

}  // namespace overnight::cli
