// overnight cancel: nothing new is sent, live batches are cancelled, and what they have finished is
// kept.
#include "cli/commands.hpp"
#include "cli/job_lookup.hpp"
#include "cli/json_text.hpp"
#include "cli/output_json.hpp"
#include "core/text.hpp"

#include <utility>

namespace overnight::cli {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using model::AttemptState;

/// A role may advance the attempt at the same time; it is read again then.
constexpr int most_tries = 100;

Result<> want_cancel(store::Store& store, const model::AttemptKey& key) {
    for (int i = 0; i < most_tries; ++i) {
        OVERNIGHT_TRY_ASSIGN(auto attempt, store.attempt(key));
        if (!attempt || !model::is_in_flight(attempt->state) || attempt->cancel_wanted) return {};
        attempt->cancel_wanted = true;
        attempt->due = {};
        auto written = store.advance(*attempt, attempt->state);
        if (written || written.error().code() != Errc::conflict) return written;
    }
    return Error(Errc::conflict, "the job changes too fast to be cancelled; try again");
}

}  // namespace

Result<ExitCode> execute(const Session& session, const CancelCommand& command) {
    OVERNIGHT_TRY_ASSIGN(const auto store, open_existing_store(session));
    OVERNIGHT_TRY_ASSIGN(auto job, find_job(*store, command.job));
    const std::string number = std::to_string(job.id.v);
    if (model::is_over(job.state))
        return Error(Errc::conflict, "job " + number + " is " +
                                         std::string(model::name(job.state)) +
                                         " already; there is nothing to cancel");
    if (job.state == model::JobState::planning)
        return Error(Errc::conflict, "job " + number + " is being planned; stop that process");
    // First the job, so that no create passes its last check; then the batches that exist or may.
    OVERNIGHT_TRY(store->edit_job(job.id, [&](model::Job& edited) {
        if (model::is_over(edited.state)) return;
        edited.state = model::JobState::cancelling;
        edited.updated = session.clock.now();
    }));
    OVERNIGHT_TRY_ASSIGN(const auto attempts, store->attempts(job.id));
    std::uint64_t in_flight = 0;
    bool calls = false;
    for (const auto& attempt : attempts) {
        if (!model::is_in_flight(attempt.state)) continue;
        if (model::is_ordinary(attempt)) {
            calls = true;
        } else {
            ++in_flight;
        }
        OVERNIGHT_TRY(want_cancel(*store, attempt.key));
    }
    OVERNIGHT_TRY_ASSIGN(auto now, store->job(job.id));
    if (now) job = *std::move(now);
    if (session.json()) {
        auto object = job_json(job);
        object["batches_in_flight"] = in_flight;
        session.console.out(json_line(object));
        return ExitCode::ok;
    }
    std::string text = "job " + number + " is being cancelled; nothing new is sent\n";
    if (calls) text += "  calls that are under way end by themselves; their answers are kept\n";
    if (in_flight > 0)
        text += "  " + core::grouped(in_flight) + (in_flight == 1 ? " batch is" : " batches are") +
                " at the provider: asked to stop; what was finished there is kept, and billed\n";
    text += "  the next overnight run, pass or daemon does it; then overnight results " + number +
            same_state(session.common) + " -o FILE\n";
    session.console.out(text);
    return ExitCode::ok;
}

}  // namespace overnight::cli
