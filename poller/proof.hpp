// Whose batch it is, by the custom_ids in its results: where a provider's lists show no tags.
#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"
#include "model/attempt.hpp"
#include "providers/account.hpp"
#include "store/store.hpp"

namespace overnight::poller {

enum class Proof {
    none,     ///< no line that can be read
    ours,     ///< the first line carries the attempt's intent
    foreign,  ///< it carries another id
};

/// Of an attempt whose result files are in the spool.
core::Result<Proof> prove(const providers::Account& account,
                          const store::Store& store,
                          const model::Attempt& attempt);

/// The intent in the first line's custom_id; empty when it is none of this program's.
core::Result<core::IntentId> first_intent(const providers::Account& account,
                                          const store::Store& store,
                                          const model::Attempt& attempt);

}  // namespace overnight::poller
