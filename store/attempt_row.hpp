// Attempts within a transaction; attempts.cpp is the only writer of their table and its indexes.
#pragma once

#include "core/error.hpp"
#include "model/attempt.hpp"
#include "store/schema.hpp"

#include <span>

namespace overnight::store {

/// Whether the passes may see a new attempt: not before its job is published.
enum class Listing { hidden, live };

/// A new attempt in state rendered. Errc::conflict when its key or its intent is taken.
core::Result<> insert_attempt(const Tables& tables,
                              WriteTxn& txn,
                              const model::Attempt& attempt,
                              Listing listing);
/// Makes the hidden attempts of a job visible.
core::Result<> list_attempts(const Tables& tables, WriteTxn& txn, core::JobId job);
/// Removes the hidden attempts of a job that was never published.
core::Result<> erase_attempts(const Tables& tables, WriteTxn& txn, core::JobId job);
/// Errc::conflict when the stored state is not `expected`, internal for an illegal transition or
/// a changed identity. Gives the attempt as it was.
core::Result<model::Attempt> check_transition(const Tables& tables,
                                              const ReadTxn& txn,
                                              const model::Attempt& next,
                                              model::AttemptState expected);
/// Writes `next` over `before` and moves its index entries. `progress`, unless null, counts
/// batches.
core::Result<> replace_attempt(const Tables& tables,
                               WriteTxn& txn,
                               const model::Attempt& before,
                               const model::Attempt& next,
                               JobProgress* progress);

/// When a voided attempt ended: for the watch over late orphans, never earlier than its create.
core::TimePoint voided_time(const model::Attempt& attempt);

/// An open shard whose latest attempt is voided becomes dropped; Errc::conflict otherwise.
core::Result<> drop_open_shard(const Tables& tables, WriteTxn& txn, const model::ShardKey& key);

/// Changes a shard's state; Errc::internal when that is not legal.
core::Result<> change_shard(const Tables& tables,
                            WriteTxn& txn,
                            const model::ShardKey& key,
                            model::ShardState state);

}  // namespace overnight::store
