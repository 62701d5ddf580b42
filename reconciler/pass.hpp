// The reconciler's pass: joins result lines to rows, settles rows, queues rows to be sent again
// with the evidence, and merges settled rows into the output. It has no network and no keys.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "store/store.hpp"

#include <stop_token>

namespace overnight::reconciler {

struct PassResult {
    core::TimePoint due = core::TimePoint::max();
    bool worked = false;
};

/// Does all that is due. The caller has the role's lock. A job whose output cannot be written keeps
/// its answers, and has the reason in its note; that is no error of the pass unless the disk is
/// full.
core::Result<PassResult> pass(store::Store& store, const core::Clock& clock, std::stop_token stop);

}  // namespace overnight::reconciler
