// overnight status: all jobs, or one; looks only, whoever works.
#include "cli/commands.hpp"
#include "cli/follow.hpp"
#include "cli/job_lookup.hpp"
#include "cli/json_text.hpp"
#include "cli/output_json.hpp"
#include "cli/output_text.hpp"
#include "cli/role_owner.hpp"
#include "cli/trouble.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace overnight::cli {
namespace {

using core::Result;

Result<ExitCode> show_all(const Session& session, const std::vector<model::Job>& jobs) {
    if (!session.json()) {
        session.console.out(jobs_text(jobs, session.clock.now()));
        return ExitCode::ok;
    }
    boost::json::array list;
    for (const auto& job : jobs)
        list.push_back(job_json(job));
    boost::json::object object;
    object["jobs"] = std::move(list);
    session.console.out(json_line(object));
    return ExitCode::ok;
}

Result<> show(const Session& session,
              const store::Store& store,
              const model::Job& job,
              const std::optional<Held>& held) {
    OVERNIGHT_TRY_ASSIGN(const auto attempts, store.attempts(job.id));
    if (session.json()) {
        auto object = job_json(job, held);
        const auto met = model::is_over(job.state) ? std::nullopt : trouble(attempts);
        object["trouble"] = met ? boost::json::value(met->error) : boost::json::value(nullptr);
        session.console.out(json_line(object));
        return {};
    }
    const auto worked_on =
        anybody_works(store.state_dir()) ? WorkedOn::by_somebody : WorkedOn::by_nobody;
    session.console.out(status_text(job, attempts, held, worked_on, session.clock.now(),
                                    same_state(session.common)));
    return {};
}

}  // namespace

Result<ExitCode> execute(const Session& session, const StatusCommand& command) {
    auto opened = open_existing_store(session);
    if (!opened && opened.error().code() == core::Errc::not_found && command.job.empty()) {
        session.console.note(opened.error().message());
        return show_all(session, {});
    }
    OVERNIGHT_TRY_ASSIGN(const auto store, std::move(opened));
    if (command.job.empty() && command.follow == Follow::no) {
        OVERNIGHT_TRY_ASSIGN(const auto jobs, store->jobs());
        return show_all(session, jobs);
    }
    if (command.job.empty())
        return core::Error(core::Errc::invalid_input, "which job? overnight status JOB --follow");
    OVERNIGHT_TRY_ASSIGN(const auto job, find_job(*store, command.job));
    if (command.follow == Follow::no) {
        OVERNIGHT_TRY_ASSIGN(const auto why, held_now(session, *store, job));
        OVERNIGHT_TRY(show(session, *store, job, why));
        return ExitCode::ok;
    }
    OVERNIGHT_TRY_ASSIGN(const auto end, follow(session, *store, job.id, nullptr, {}));
    OVERNIGHT_TRY(show(session, *store, end.job, end.held));
    if (model::is_over(end.job.state)) return exit_code(end.job);
    if (end.held) return ExitCode::held;
    return end.output_failed ? ExitCode::error : ExitCode::interrupted;
}

}  // namespace overnight::cli
