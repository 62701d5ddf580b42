// The poller's pass: one list sweep answers for all batches of an account; result files of every
// batch that ended are downloaded, verified and durable before anything else may touch them. It
// creates nothing.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "providers/account.hpp"
#include "store/store.hpp"

#include <stop_token>

namespace overnight::poller {

struct PassResult {
    core::TimePoint due = core::TimePoint::max();
    bool worked = false;
};

/// Does all that is due. The caller has the role's lock. An error is of this process; a provider's
/// trouble is written down and tried again later.
core::Result<PassResult> pass(store::Store& store,
                              const core::Clock& clock,
                              const providers::Accounts& accounts,
                              std::stop_token stop);

}  // namespace overnight::poller
