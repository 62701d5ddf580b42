// The response inside a result line, one reader an endpoint (providers/gemini.md 3, 8).
#pragma once

#include "providers/gemini/endpoint.hpp"
#include "providers/gemini/line_facts.hpp"
#include "providers/values.hpp"

#include <simdjson.h>

namespace overnight::providers::gemini {

/// Fills out.text or out.items and out.usage, and `facts`. A response that is no object leaves them
/// as they are.
simdjson::error_code read_response(Endpoint endpoint,
                                   simdjson::ondemand::value response,
                                   LineResult& out,
                                   LineFacts& facts);

/// google.rpc.Status, or a bare text; null is no error, nor is one that says nothing.
simdjson::error_code read_error(simdjson::ondemand::value value, LineFacts& facts);
/// As read_error(), of the member `status`, where code 0 and emptiness mean that all is well.
simdjson::error_code read_status(simdjson::ondemand::value value, LineFacts& facts);

}  // namespace overnight::providers::gemini
