// overnight plan: renders and counts everything; nothing is sent, and no job is made.
#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "cli/output_json.hpp"
#include "cli/output_text.hpp"
#include "cli/work.hpp"

namespace overnight::cli {

core::Result<ExitCode> execute(const Session& session, const PlanCommand& command) {
    OVERNIGHT_TRY_ASSIGN(const auto config, session_config(session));
    // A plan writes no output: a name is only asked for where there is none.
    const std::string output = command.work.file == "-" ? "results.jsonl" : "";
    OVERNIGHT_TRY_ASSIGN(const auto work, load_work(config, command.work, output));
    OVERNIGHT_TRY_ASSIGN(const auto store, open_store(session));
    OVERNIGHT_TRY_ASSIGN(const auto plan,
                         plan_work(session, *store, work, submitter::PlanMode::dry));
    if (session.json()) {
        session.console.out(json_line(plan_json(plan)));
    } else {
        session.console.out(plan_text(plan));
    }
    return ExitCode::ok;
}

}  // namespace overnight::cli
