// Settling: one attempt's result files become settled rows, failures, and rows queued to be sent
// again, in one transaction.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "model/attempt.hpp"
#include "model/job.hpp"
#include "store/store.hpp"

#include <string>

namespace overnight::reconciler {

/// Of an attempt in state fetched: joins, settles, or voids it when the provider failed it in
/// validation. Errc::corrupt when a result file is not what was downloaded.
core::Result<> settle(store::Store& store,
                      const core::Clock& clock,
                      const model::Job& job,
                      model::Attempt attempt);

/// Of an attempt that was voided because the provider refused it for good: its rows fail.
core::Result<> settle_refused(store::Store& store,
                              const core::Clock& clock,
                              const model::Job& job,
                              const model::Attempt& attempt);

/// Of an attempt that was voided because it alone is over the enqueued-token limit that was
/// learned: its rows are queued for smaller shards. False when it is not over it.
core::Result<bool> split_oversized(store::Store& store,
                                   const core::Clock& clock,
                                   const model::Job& job,
                                   const model::Attempt& attempt);

}  // namespace overnight::reconciler
