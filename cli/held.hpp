// When a job cannot go on until a person acts.
#pragma once

#include "core/clock.hpp"
#include "model/attempt.hpp"
#include "model/job.hpp"
#include "store/store.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>

namespace overnight::cli {

struct Held {
    std::string why;         ///< printable
    std::string what_to_do;  ///< the next thing to do; printable
};

/// What is known beside the store.
struct Outlook {
    core::TimePoint now{};
    core::TimePoint started{};    ///< when somebody began to work on it; zero: nobody knows
    bool sweeps_refused = false;  ///< the poller's last call was refused for its key
    bool scans_refused = false;   ///< the submitter's
    bool rows_queued = false;     ///< rows of the job wait to be sent again
    /// A create that is in doubt for longer is not being resolved.
    std::chrono::milliseconds resolution{2 * 4'200'000};
    std::string key_fingerprint;  ///< of the key at hand; empty: not known
};

/// The account's hold is in force, and only a person ends it.
bool held_for_good(const store::Account& account) noexcept;

/// Nothing when the job is over, or when something can still proceed by itself: a hold that ends,
/// batches that sweeps still see (a hold stops creates only), files to fetch, rows to settle.
/// `attempts` are all of the job, in key order. Pure.
std::optional<Held> held(const model::Job& job,
                         std::span<const model::Attempt> attempts,
                         const store::Account& account,
                         const Outlook& outlook);

}  // namespace overnight::cli
