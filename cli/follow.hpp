// Watching one job until it is over, held, or the user has had enough. Whoever works on it: this
// process or another.
#pragma once

#include "cli/held.hpp"
#include "cli/roles.hpp"
#include "cli/session.hpp"
#include "core/error.hpp"
#include "model/job.hpp"
#include "store/store.hpp"

#include <optional>

namespace overnight::cli {

struct FollowEnd {
    model::Job job;            ///< as it was last seen
    std::optional<Held> held;  ///< why it cannot go on
    bool output_failed =
        false;  ///< every row is settled, and the output cannot be written: the job's note says why
    bool interrupted = false;
};

/// What held() needs to know of the account that a job runs on; default: nothing.
struct FollowAccount {
    std::chrono::milliseconds resolution = Outlook{}.resolution;
    std::string key_fingerprint;
};
FollowAccount follow_account(const AccountSpec& spec);

/// Draws progress meanwhile. `roles` may be null: others work on it. Ends with the error of a role
/// that failed.
core::Result<FollowEnd> follow(const Session& session,
                               const store::Store& store,
                               core::JobId job,
                               Roles* roles,
                               const FollowAccount& account);

/// Reads what held() needs from the store. For commands that look once.
core::Result<std::optional<Held>> held_now(const Session& session,
                                           const store::Store& store,
                                           const model::Job& job);

}  // namespace overnight::cli
