#include "cli/held.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace overnight::cli {
namespace {

using model::AttemptState;

/// A voided attempt whose shard gets another one by itself, unless it got it already.
bool is_tried_again(const model::Attempt& voided, std::span<const model::Attempt> attempts) {
    using model::VoidReason;
    const bool again = voided.void_reason == VoidReason::absent ||
                       voided.void_reason == VoidReason::later ||
                       voided.void_reason == VoidReason::token_limit;
    return again && std::none_of(attempts.begin(), attempts.end(), [&](const auto& other) {
               return other.key.shard == voided.key.shard && other.key.attempt > voided.key.attempt;
           });
}

/// Whether an attempt can get on without a person.
bool moves(const model::Attempt& attempt, const store::Account& account, const Outlook& outlook) {
    switch (attempt.state) {
    case AttemptState::closed:
    case AttemptState::voided:
    case AttemptState::hold:
        return false;
    case AttemptState::settled:
        return false;  // only clean-up is left of it
    case AttemptState::fetched:
        return true;
    case AttemptState::rendered:
    case AttemptState::uploading:
    case AttemptState::uploaded:
        return !held_for_good(account);
    case AttemptState::committing:
    case AttemptState::ambiguous:
    case AttemptState::fenced: {
        if (!held_for_good(account)) return true;
        const bool other_key = !outlook.key_fingerprint.empty() &&
                               !attempt.key_fingerprint.empty() &&
                               attempt.key_fingerprint != outlook.key_fingerprint;
        const auto since =
            std::max({attempt.doubted.wall, attempt.committed.wall, outlook.started});
        return !other_key && !outlook.scans_refused && outlook.now - since < outlook.resolution;
    }
    case AttemptState::submitted:
    case AttemptState::terminal:
        if (model::is_ordinary(attempt))  // its results come with the calls, not with a sweep
            return attempt.state == AttemptState::terminal || !held_for_good(account);
        return !held_for_good(account) || !outlook.sweeps_refused;
    }
    return true;
}

/// Of a cancelled job the submitter gives up what it holds of ordinary calls.
bool is_given_up(const model::Job& job, const model::Attempt& attempt) {
    return job.state == model::JobState::cancelling && attempt.state == AttemptState::hold &&
           model::is_ordinary(attempt) && attempt.output_file.empty();
}

Held of_account(const store::Account& account) {
    const std::string name = core::printable(account.name.v, 80);
    return {"the account '" + name + "' is held: " + core::printable(account.hold_reason),
            "put it right, then: overnight doctor --release " + name};
}

Held of_attempt(const model::Attempt& attempt) {
    std::string why =
        "batch " + std::to_string(attempt.key.shard.v + 1) + " of the job is in doubt";
    if (!attempt.evidence.empty()) why += ": " + core::printable(attempt.evidence);
    const std::string release =
        "overnight doctor --release " + core::printable(attempt.account.v, 80);
    if (model::is_ordinary(attempt))
        return {std::move(why),
                std::string(attempt.output_file.empty() ? "cancel the job, or " : "") +
                    "put its files in the spool back as they were, then: " + release};
    if (!attempt.batch.empty()) why += " (" + core::printable(attempt.batch.v, 80) + ")";
    return {std::move(why),
            "look for " + attempt.tag + " in the provider's console, then: " + release};
}

}  // namespace

bool held_for_good(const store::Account& account) noexcept {
    return !account.hold_reason.empty() && account.hold_until == core::TimePoint{};
}

std::optional<Held> held(const model::Job& job,
                         std::span<const model::Attempt> attempts,
                         const store::Account& account,
                         const Outlook& outlook) {
    const bool waits =
        job.state == model::JobState::running || job.state == model::JobState::cancelling;
    if (!waits || job.rows.waiting() == 0) return {};
    const auto doubtful = std::find_if(attempts.begin(), attempts.end(),
                                       [](const auto& a) { return a.state == AttemptState::hold; });
    const bool blocked = held_for_good(account);
    if (!blocked && doubtful == attempts.end()) return {};
    // Rows and shards that are sent again later are no reason to stop, unless nothing may be sent.
    const bool more_to_send =
        !blocked &&
        (outlook.rows_queued || std::any_of(attempts.begin(), attempts.end(), [&](const auto& a) {
             return a.state == AttemptState::voided && is_tried_again(a, attempts);
         }));
    const bool moving = std::any_of(attempts.begin(), attempts.end(), [&](const auto& a) {
        return moves(a, account, outlook) || is_given_up(job, a);
    });
    if (more_to_send || moving) return {};
    return doubtful != attempts.end() ? of_attempt(*doubtful) : of_account(account);
}

}  // namespace overnight::cli
