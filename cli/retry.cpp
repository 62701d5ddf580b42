// overnight retry: the failed rows of a job are queued again, with fresh counters.
#include "cli/commands.hpp"
#include "cli/job_lookup.hpp"
#include "cli/json_text.hpp"
#include "cli/output_json.hpp"
#include "core/text.hpp"

#include <utility>

namespace overnight::cli {

using core::Errc;
using core::Error;
using core::Result;

Result<ExitCode> execute(const Session& session, const RetryCommand& command) {
    OVERNIGHT_TRY_ASSIGN(const auto store, open_existing_store(session));
    OVERNIGHT_TRY_ASSIGN(auto job, find_job(*store, command.job));
    const std::string number = std::to_string(job.id.v);
    if (job.state != model::JobState::finished && job.state != model::JobState::running)
        return Error(Errc::conflict, "job " + number + " is " +
                                         std::string(model::name(job.state)) +
                                         "; only a running or finished one can send rows again");
    std::uint64_t queued = 0;
    if (job.rows.failed > 0) {
        OVERNIGHT_TRY_ASSIGN(queued, store->requeue_failures(job.id, session.clock.now()));
    }
    if (queued > 0) {
        OVERNIGHT_TRY(store->edit_job(job.id, [&](model::Job& edited) {
            edited.note.clear();
            edited.updated = session.clock.now();
        }));
    }
    OVERNIGHT_TRY_ASSIGN(auto now, store->job(job.id));
    if (now) job = *std::move(now);
    if (session.json()) {
        auto object = job_json(job);
        object["queued"] = queued;
        session.console.out(json_line(object));
        return ExitCode::ok;
    }
    if (queued == 0) {
        session.console.out(
            "job " + number +
            (job.rows.failed == 0
                 ? " has no failed rows\n"
                 : ": its failed rows were never sent; mend them in the input and run it again\n"));
        return ExitCode::ok;
    }
    session.console.out("job " + number + ": " + core::grouped(queued) +
                        (queued == 1 ? " row is" : " rows are") +
                        " queued again; overnight run, pass or daemon sends them\n");
    return ExitCode::ok;
}

}  // namespace overnight::cli
