// What a reply means (SUBMISSION 3.1, providers/gemini.md 7).
#pragma once

#include "model/http.hpp"
#include "providers/values.hpp"

namespace overnight::providers::gemini {

/// Of any request but a create. A status says something only together with the provider's error
/// shape; without it the answer came from something in between, and the request is free to repeat.
Reply classify_reply(const model::HttpResponse& reply);

/// Of a create: whatever does not prove that nothing took effect is ambiguous. An input file that
/// is not to be found, or not ready, has the code "file_not_found".
Reply classify_create_reply(const model::HttpResponse& reply);

/// Of a batch that failed before it ran.
Reply classify_failed_batch(const BatchView& batch);

}  // namespace overnight::providers::gemini
