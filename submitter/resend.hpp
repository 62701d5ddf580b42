// Shards of rows that are sent again.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "model/job.hpp"
#include "providers/account.hpp"
#include "store/store.hpp"

namespace overnight::submitter {

/// Puts every queued row of the job into new shards, in row order, in packs no larger than each row
/// allows. Gives how many shards were made. The evidence for each row is in the store already.
/// `calls_at_once`: ShardWish.
core::Result<std::uint32_t> resend_queued_rows(store::Store& store,
                                               const model::Job& job,
                                               std::uint32_t calls_at_once = 0);

/// Writes the file of the next attempt of a shard whose attempt was voided, and begins that
/// attempt.
core::Result<> attempt_again(store::Store& store, const model::Attempt& voided);

}  // namespace overnight::submitter
