// Which batches a request gets to see: what the rules of the world and of the request leave of
// them.
#pragma once

#include "emulator/call.hpp"

#include <optional>
#include <vector>

namespace overnight::emulator {

/// The batch that the path names; nothing when it is another provider's or, by key_scope, another
/// key's.
std::optional<Batch> find_batch(World& world, const Call& call, Provider provider);

/// For a retrieve: batch_hidden may hide it, swap_replies may give another.
std::optional<Batch> shown_batch(World& world, const Call& call, Provider provider);

/// For a list: newest first, without what is too young for list_lag, and as list_empty,
/// list_reverse and list_drop want it.
std::vector<Batch> listed_batches(World& world, const Call& call, Provider provider);

/// Whether creates_per_hour refuses one more.
bool too_many_creates(World& world, const Call& call, Provider provider);

}  // namespace overnight::emulator
