// overnight forget: removes a job that is over, and says what is left.
#include "cli/commands.hpp"
#include "cli/job_lookup.hpp"
#include "cli/json_text.hpp"
#include "core/text.hpp"

#include <boost/json/object.hpp>

namespace overnight::cli {

core::Result<ExitCode> execute(const Session& session, const ForgetCommand& command) {
    OVERNIGHT_TRY_ASSIGN(const auto store, open_existing_store(session));
    OVERNIGHT_TRY_ASSIGN(const auto job, find_job(*store, command.job));
    const std::string number = std::to_string(job.id.v);
    if (!model::is_over(job.state))
        return core::Error(core::Errc::conflict,
                           "job " + number + " is " + std::string(model::name(job.state)) +
                               "; only a job that is over can be forgotten (overnight cancel " +
                               number + same_state(session.common) + " gives it up)");
    OVERNIGHT_TRY(store->forget_job(job.id));
    if (session.json()) {
        boost::json::object object;
        object["job"] = job.id.v;
        object["forgotten"] = true;
        session.console.out(json_line(object));
        return ExitCode::ok;
    }
    session.console.out(
        "job " + number + " (" + core::printable(job.name, 120) +
        ") and its spool are removed; its answers stay in the cache, and its output stays where it "
        "is\n");
    return ExitCode::ok;
}

}  // namespace overnight::cli
