#include "poller/schedule.hpp"

#include <algorithm>

namespace overnight::poller {
namespace {

using model::AttemptState;
using model::BatchStatus;

constexpr std::uint16_t fetches_for_lines = 3;  // FAULTS 100
constexpr std::uint16_t fetches_for_files =
    12;  // a completed batch without files: about an hour of five minutes
constexpr std::chrono::hours lost_after{24};  // FAULTS 95
// The window of a day, and two more (FAULTS 98).
constexpr std::chrono::hours unaccounted_after{72};

/// Nothing is sent again for it: what is not counted may have run.
void hold_unaccounted(model::Attempt& attempt, const providers::BatchView& view) {
    const bool cancelled = view.status == BatchStatus::cancelling;
    attempt.status = cancelled ? BatchStatus::cancelled : BatchStatus::completed;
    attempt.output_file = view.output_file;
    attempt.error_file = view.error_file;
    attempt.state = AttemptState::hold;
    attempt.evidence = "the provider says that nothing of batch " + attempt.batch.v +
                       " is pending, but tells how " +
                       std::to_string(view.completed + view.failed) + " of its " +
                       std::to_string(view.total) +
                       " requests ended only, three days after it was created; once released, its "
                       "results are taken as they are, and rows without one may be paid for again";
}

}  // namespace

core::Duration sweep_interval(core::Duration youngest,
                              std::chrono::milliseconds poll,
                              double random01) {
    const core::Duration base = std::clamp<core::Duration>(youngest / 20, poll, 20 * poll);
    return base + core::Duration(static_cast<std::int64_t>(static_cast<double>(base.count()) * 0.1 *
                                                           random01));
}

bool belongs(const model::Attempt& attempt, const providers::BatchView& view) {
    return view.input_file == attempt.file || view.tag == attempt.tag;
}

model::Attempt apply(const model::Attempt& attempt,
                     const providers::BatchView& view,
                     core::TimePoint now) {
    model::Attempt next = attempt;
    // A batch that names another input and another tag is not this attempt's, whatever its id.
    if (!belongs(attempt, view)) return next;
    next.missing_since = {};
    next.status_word = view.status_word;
    if (view.status != BatchStatus::unknown) next.status = view.status;
    const auto share = view.progress * static_cast<double>(attempt.requests);
    next.done = std::max({next.done, view.completed + view.failed,
                          static_cast<std::uint64_t>(std::clamp(share, 0.0, 4e9))});
    const bool held = view.unaccounted && next.state == AttemptState::submitted &&
                      now - next.committed.wall >= unaccounted_after;
    if (held) hold_unaccounted(next, view);
    if (!model::is_end(view.status)) return next;
    next.output_file = view.output_file;
    next.error_file = view.error_file;
    if (next.state == AttemptState::submitted) {
        next.state = AttemptState::terminal;
        next.ended = now;
        next.due = {};
        next.fetch_tries = 0;
        next.evidence = "the provider says " + std::string(model::name(view.status));
    }
    return next;
}

bool is_over(const model::Attempt& attempt, const providers::BatchView& view) {
    return model::is_end(view.status) || (view.unaccounted && model::is_end(attempt.status));
}

bool cancel_arrived(providers::ReplyClass reply) {
    return reply == providers::ReplyClass::ok || reply == providers::ReplyClass::rejected;
}

model::Attempt apply_missing(const model::Attempt& attempt, core::TimePoint now) {
    model::Attempt next = attempt;
    if (next.missing_since == core::TimePoint{}) next.missing_since = now;
    if (now - next.missing_since < lost_after) return next;
    next.state = AttemptState::hold;
    next.evidence =
        "remote_lost: the provider has not known batch " + attempt.batch.v + " for a day";
    return next;
}

Fetch after_fetch(const model::Attempt& attempt, std::uint64_t lines) {
    if (lines >= attempt.requests || attempt.status == BatchStatus::failed) return Fetch::done;
    const bool no_files = attempt.output_file.empty() && attempt.error_file.empty();
    const bool complete = attempt.status == BatchStatus::completed;
    const auto tries = no_files && complete ? fetches_for_files : fetches_for_lines;
    return attempt.short_fetches + 1 < tries ? Fetch::again : Fetch::done;
}

core::Duration fetch_wait(const model::Attempt& attempt, std::chrono::milliseconds poll) {
    return 10 * poll * (1 << std::min<int>(attempt.fetch_tries / 6, 4));
}

}  // namespace overnight::poller
