// Result lines of a service that is gRPC behind its JSON: xAI's (providers/others.md 1).
#pragma once

#include "providers/api.hpp"
#include "providers/openai/endpoint.hpp"

#include <memory>

namespace overnight::providers::openai {

/// {"batch_request_id", "batch_result": {"response": {NAME: BODY}} or {"error": {code, message}} or
/// {"error_message"}}; the error may also stand beside batch_result. BODY is what the ordinary
/// endpoint answers, whatever its NAME. A "status_code" in batch_result is ours, of an ordinary
/// call.
std::unique_ptr<LineParser> make_grpc_line_parser(Endpoint endpoint);

}  // namespace overnight::providers::openai
