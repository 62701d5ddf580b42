// The submitter's pass: the only code that can spend. It makes shards of rows that are queued
// again, new attempts of shards whose attempt was voided, uploads, creates, and resolves creates
// whose outcome is in doubt.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "providers/account.hpp"
#include "store/store.hpp"

#include <stop_token>

namespace overnight::submitter {

struct PassResult {
    core::TimePoint due = core::TimePoint::max();  ///< when there is something to do again
    bool worked = false;  ///< something was done: the other roles may have work now
};

/// Does all that is due. The caller has the role's lock. An error is of this process (disk, store);
/// a provider's trouble is written into the attempt and the account and is no error.
core::Result<PassResult> pass(store::Store& store,
                              const core::Clock& clock,
                              const providers::Accounts& accounts,
                              std::stop_token stop);

}  // namespace overnight::submitter
