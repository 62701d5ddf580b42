#include "providers/anthropic/ordinary.hpp"

#include "jsonl/json_text.hpp"
#include "providers/anthropic/bodies.hpp"
#include "providers/anthropic/wire.hpp"
#include "providers/ordinary_parts.hpp"

namespace overnight::providers::anthropic {
namespace {

/// The error type that Anthropic gives with a status (anthropic.md 4).
std::string_view type_of(int status) noexcept {
    switch (status) {
    case 401:
        return "authentication_error";
    case 402:
        return "billing_error";
    case 403:
        return "permission_error";
    case 404:
        return "not_found_error";
    case 408:
        return "timeout_error";
    case 409:
    case 425:
        return "conflict_error";
    case 413:
        return "request_too_large";
    case 429:
        return "rate_limit_error";
    default:
        return status >= 400 && status <= 499 ? "invalid_request_error" : "api_error";
    }
}

}  // namespace

void append_ordinary_reply(std::string& out,
                           std::string_view custom_id,
                           const model::HttpResponse& reply) {
    const bool success = reply.status >= 200 && reply.status <= 299;
    const auto body = object_of_reply(reply);
    const bool error = body && read_error(*body);
    if (!body || (!success && !error)) {
        append_failure_line(out, custom_id, type_of(reply.status), foreign_words(reply));
        out += "\n";
        return;
    }
    out += R"({"custom_id":)";
    jsonl::append_json_string(out, custom_id);
    out += error ? R"(,"result":{"type":"errored","error":)"
                 : R"(,"result":{"type":"succeeded","message":)";
    out.append(*body).append("}}\n");
}

}  // namespace overnight::providers::anthropic
