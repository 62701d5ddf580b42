// The body inside a result line, one reader an endpoint (providers/openai.md 10).
#pragma once

#include "providers/api.hpp"
#include "providers/openai/endpoint.hpp"
#include "providers/openai/line_facts.hpp"

#include <simdjson.h>

namespace overnight::providers::openai {

/// Fills out.text or out.items and out.usage, and `facts`. A body that is no object leaves them as
/// they are.
simdjson::error_code read_body(Endpoint endpoint,
                               simdjson::ondemand::value body,
                               LineResult& out,
                               BodyFacts& facts);

/// {code, type, message}, or a bare string, or null.
simdjson::error_code read_error(simdjson::ondemand::value value, LineError& error);

}  // namespace overnight::providers::openai
