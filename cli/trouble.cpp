#include "cli/trouble.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace overnight::cli {
namespace {

using model::AttemptState;

bool waits(const model::Attempt& attempt, std::span<const model::Attempt> all) {
    if (attempt.error.empty()) return false;
    if (attempt.state == AttemptState::voided) {
        const bool for_now = attempt.void_reason == model::VoidReason::later ||
                             attempt.void_reason == model::VoidReason::token_limit;
        return for_now && std::none_of(all.begin(), all.end(), [&](const auto& other) {
                   return other.key.shard == attempt.key.shard &&
                          other.key.attempt > attempt.key.attempt;
               });
    }
    // At the provider a batch gets on by itself; lines that we send ourselves do not.
    if (attempt.state == AttemptState::submitted) return model::is_ordinary(attempt);
    return attempt.state != AttemptState::settled && attempt.state != AttemptState::closed;
}

}  // namespace

std::optional<Trouble> trouble(std::span<const model::Attempt> attempts) {
    const model::Attempt* found = nullptr;
    for (const auto& attempt : attempts)
        if (waits(attempt, attempts) && (found == nullptr || attempt.due > found->due))
            found = &attempt;
    if (found == nullptr) return std::nullopt;
    return Trouble{std::uint64_t{found->key.shard.v} + 1, model::is_ordinary(*found),
                   core::printable(found->error), found->due};
}

}  // namespace overnight::cli
