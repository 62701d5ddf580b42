// What a reply means (SUBMISSION 3.1, providers/anthropic.md 4).
#pragma once

#include "model/http.hpp"
#include "providers/api.hpp"

namespace overnight::providers::anthropic {

/// Of any request but a create. A status says something only together with the provider's error
/// shape; without it the answer came from something in between, and the request is free to repeat.
Reply classify_reply(const model::HttpResponse& reply);

/// Of a create: whatever does not prove that nothing took effect is ambiguous.
Reply classify_create_reply(const model::HttpResponse& reply);

}  // namespace overnight::providers::anthropic
