// Names of states and verdicts, and the tables of legal transitions.
#include "model/attempt.hpp"
#include "model/job.hpp"
#include "model/row.hpp"
#include "model/shard.hpp"

namespace overnight::model {

std::string_view name(RowState state) noexcept {
    switch (state) {
    case RowState::waiting:
        return "waiting";
    case RowState::answered:
        return "answered";
    case RowState::cached:
        return "cached";
    case RowState::failed:
        return "failed";
    case RowState::duplicate:
        return "duplicate";
    }
    return "?";
}

std::string_view name(Verdict verdict) noexcept {
    switch (verdict) {
    case Verdict::answered:
        return "answered";
    case Verdict::bad_answer:
        return "bad_answer";
    case Verdict::cut_off:
        return "cut_off";
    case Verdict::filtered:
        return "filtered";
    case Verdict::retryable:
        return "retryable";
    case Verdict::quota:
        return "quota";
    case Verdict::permanent:
        return "permanent";
    case Verdict::never_ran:
        return "never_ran";
    case Verdict::missing_line:
        return "missing_line";
    }
    return "?";
}

std::string_view name(JobState state) noexcept {
    switch (state) {
    case JobState::planning:
        return "planning";
    case JobState::running:
        return "running";
    case JobState::merging:
        return "merging";
    case JobState::finished:
        return "finished";
    case JobState::cancelling:
        return "cancelling";
    case JobState::cancelled:
        return "cancelled";
    }
    return "?";
}

bool may_become(JobState from, JobState to) noexcept {
    if (from == to) return true;
    switch (from) {
    case JobState::planning:
        return to == JobState::running || to == JobState::merging;
    case JobState::running:
        return to == JobState::merging || to == JobState::cancelling;
    case JobState::merging:
        return to == JobState::finished || to == JobState::cancelling;
    case JobState::finished:
        return to == JobState::running;  // retry JOB: failed rows are queued again
    case JobState::cancelling:
        return to == JobState::cancelled;
    case JobState::cancelled:
        return false;
    }
    return false;
}

std::string_view name(ShardState state) noexcept {
    switch (state) {
    case ShardState::open:
        return "open";
    case ShardState::settled:
        return "settled";
    case ShardState::dropped:
        return "dropped";
    }
    return "?";
}

bool may_become(ShardState from, ShardState to) noexcept {
    return from == to || from == ShardState::open;
}

std::string_view name(AttemptState state) noexcept {
    switch (state) {
    case AttemptState::rendered:
        return "rendered";
    case AttemptState::uploading:
        return "uploading";
    case AttemptState::uploaded:
        return "uploaded";
    case AttemptState::committing:
        return "committing";
    case AttemptState::ambiguous:
        return "ambiguous";
    case AttemptState::fenced:
        return "fenced";
    case AttemptState::submitted:
        return "submitted";
    case AttemptState::terminal:
        return "terminal";
    case AttemptState::fetched:
        return "fetched";
    case AttemptState::settled:
        return "settled";
    case AttemptState::closed:
        return "closed";
    case AttemptState::voided:
        return "voided";
    case AttemptState::hold:
        return "hold";
    }
    return "?";
}

std::string_view name(VoidReason reason) noexcept {
    switch (reason) {
    case VoidReason::none:
        return "none";
    case VoidReason::absent:
        return "absent";
    case VoidReason::later:
        return "later";
    case VoidReason::token_limit:
        return "token_limit";
    case VoidReason::rejected:
        return "rejected";
    case VoidReason::cancelled:
        return "cancelled";
    }
    return "?";
}

bool may_become(AttemptState from, AttemptState to) noexcept {
    using S = AttemptState;
    if (from == to) return true;
    switch (from) {
    case S::rendered:
        // to uploaded: of a provider that takes the lines in the create itself; to submitted: its
        // lines are sent one by one, and there is no batch
        return to == S::uploading || to == S::uploaded || to == S::submitted || to == S::voided;
    case S::uploading:
        return to == S::uploaded || to == S::voided;
    case S::uploaded:
        return to == S::committing || to == S::uploading || to == S::voided;
    // back to uploaded: the create was proven not sent
    case S::committing:
        return to == S::submitted || to == S::voided || to == S::ambiguous || to == S::uploaded;
    case S::ambiguous:
        return to == S::submitted || to == S::fenced || to == S::voided || to == S::hold;
    case S::fenced:
        return to == S::submitted || to == S::voided || to == S::hold;
    case S::submitted:
        return to == S::terminal || to == S::hold;
    // to ambiguous: a batch that was adopted for its looks turned out to be somebody else's
    case S::terminal:
        return to == S::fetched || to == S::voided || to == S::hold || to == S::ambiguous;
    // back to terminal: a file was damaged, fetch again
    case S::fetched:

        return to == S::settled || to == S::terminal || to == S::voided || to == S::hold;
    case S::settled:
        return to == S::closed;
    case S::hold:
        return to == S::submitted || to == S::voided || to == S::ambiguous || to == S::terminal;
    case S::closed:
        return false;
    case S::voided:
        return to == S::submitted;  // a late orphan was found: what it produces is kept
    }
    return false;
}

std::string_view name(BatchStatus status) noexcept {
    switch (status) {
    case BatchStatus::unknown:
        return "unknown";
    case BatchStatus::validating:
        return "validating";
    case BatchStatus::in_progress:
        return "in_progress";
    case BatchStatus::finalizing:
        return "finalizing";
    case BatchStatus::cancelling:
        return "cancelling";
    case BatchStatus::completed:
        return "completed";
    case BatchStatus::failed:
        return "failed";
    case BatchStatus::expired:
        return "expired";
    case BatchStatus::cancelled:
        return "cancelled";
    }
    return "?";
}

}  // namespace overnight::model
