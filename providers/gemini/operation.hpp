// A batch as Gemini shows it: an operation whose metadata is the batch
// (providers/gemini.md 2.3, 2.4).
#pragma once

#include "core/error.hpp"
#include "model/http.hpp"
#include "providers/values.hpp"

#include <string_view>

namespace overnight::providers::gemini {

/// Of a create's reply, and of a GET. Errc::protocol.
core::Result<BatchView> read_batch(const model::HttpResponse& reply);
/// Errc::protocol also for an entry without a time: the search for a lost create trusts the order.
core::Result<Page<BatchView>> read_batch_page(const model::HttpResponse& reply);

/// Of "BATCH_STATE_RUNNING", "JOB_STATE_RUNNING" or "RUNNING"; unknown for any other word.
model::BatchStatus read_status(std::string_view word);

}  // namespace overnight::providers::gemini
