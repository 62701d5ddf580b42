// overnight submit: plans a job and prints its number; `daemon` or `pass` sends it.
#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "cli/output_json.hpp"
#include "cli/work.hpp"

namespace overnight::cli {

core::Result<ExitCode> execute(const Session& session, const SubmitCommand& command) {
    OVERNIGHT_TRY_ASSIGN(const auto config, session_config(session));
    OVERNIGHT_TRY_ASSIGN(const auto work, load_work(config, command.work, command.output));
    OVERNIGHT_TRY(check_output_place(work.output, input_file(work)));
    OVERNIGHT_TRY_ASSIGN(const auto store, open_store_to_send(session));
    OVERNIGHT_TRY_ASSIGN(const auto begun, begin_work(session, *store, work, command.output));
    tell_begun(session, begun);
    if (session.json()) {
        session.console.out(json_line(job_json(begun.job)));
    } else {
        session.console.out(std::to_string(begun.job.id.v) + "\n");
    }
    return ExitCode::ok;
}

}  // namespace overnight::cli
