#include "providers/openai/raw_line.hpp"

#include "core/text.hpp"
#include "providers/json_parts.hpp"
#include "providers/openai/endpoint.hpp"
#include "providers/openai/limits.hpp"

#include <string>
#include <vector>

namespace overnight::providers::openai {
namespace {

using core::Result;
using Parts = std::vector<JsonPart>;

Result<std::string> required_text(const Parts& parts, std::string_view name) {
    OVERNIGHT_TRY_ASSIGN(const auto* part, required_part(parts, name, JsonKind::text, "a string"));
    return json_string(part->raw);
}

Result<Endpoint> endpoint_of(const Profile& profile, std::string_view url) {
    if (const auto endpoint = find_endpoint(profile.endpoints, url)) return *endpoint;
    const auto known = endpoint_paths(profile.endpoints);
    std::string message = "\"url\": \"" + core::printable(url, 100) + "\" is not an endpoint of " +
                          std::string(profile.name) + "'s batches";
    if (const auto near = core::nearest(url, known); !near.empty())
        message.append("; did you mean \"").append(near).append("\"?");
    return refused(std::move(message));
}

/// Of a line that does not say it: the create will.
Result<Endpoint> endpoint_by_body(const Parts& body) {
    if (find_part(body, "messages") != nullptr) return Endpoint::chat;
    if (find_part(body, "input") != nullptr) return Endpoint::embeddings;
    return refused("\"body\" has neither \"messages\" nor \"input\"");
}

/// How many inputs an embeddings request has: a string or one list of tokens is one.
Result<std::uint32_t> count_inputs(const JsonPart& input) {
    if (input.kind == JsonKind::text) return 1u;
    if (input.kind != JsonKind::list) return refused("\"body.input\" must be a string or a list");
    OVERNIGHT_TRY_ASSIGN(const auto elements, json_elements(input.raw));
    if (elements.empty()) return refused("\"body.input\" is empty");
    if (elements.front().kind == JsonKind::number) return 1u;
    if (elements.size() > max_inputs_per_embedding)
        return refused("\"body.input\" has " + core::grouped(elements.size()) +
                       " inputs; a request takes " + core::grouped(max_inputs_per_embedding));
    return static_cast<std::uint32_t>(elements.size());
}

/// What the endpoint cannot do without.
Result<> check_prompt(const Parts& body, Endpoint endpoint) {
    const auto needs = [&](std::string_view name) -> Result<> {
        const auto* part = find_part(body, name);
        if (part == nullptr || part->kind == JsonKind::null)
            return refused("\"body." + std::string(name) + "\" is missing");
        return {};
    };
    switch (endpoint) {
    case Endpoint::chat:
        return needs("messages");
    case Endpoint::embeddings:
    case Endpoint::moderations:
        return needs("input");
    case Endpoint::completions:
        return needs("prompt");
    case Endpoint::responses:
        break;
    }
    // A stored prompt of the provider's can stand for the input.
    if (find_part(body, "prompt") != nullptr) return {};
    return needs("input");
}

Result<> check_stream(const Parts& body) {
    for (const std::string_view name : {"stream", "background"}) {
        const auto* part = find_part(body, name);
        if (part != nullptr && part->raw != "false" && part->kind != JsonKind::null)
            return refused("\"body." + std::string(name) + "\" cannot be used in a batch");
    }
    return {};
}

}  // namespace

Result<Adapter::RawRequest> read_request_line(const Profile& profile, std::string_view line) {
    if (line.size() > profile.max_line_bytes)
        return refused("the line is longer than " + core::bytes_text(profile.max_line_bytes));
    OVERNIGHT_TRY_ASSIGN(const Parts parts, json_members(line));
    Adapter::RawRequest request;
    OVERNIGHT_TRY_ASSIGN(request.custom_id, required_text(parts, "custom_id"));
    if (request.custom_id.empty() || request.custom_id.size() > max_custom_id_bytes)
        return refused("\"custom_id\" must have 1 to " + std::to_string(max_custom_id_bytes) +
                       " bytes");
    Endpoint endpoint = Endpoint::chat;
    if (profile.full_lines) {
        OVERNIGHT_TRY_ASSIGN(const std::string method, required_text(parts, "method"));
        if (method != "POST") return refused("\"method\" must be \"POST\"");
        OVERNIGHT_TRY_ASSIGN(request.endpoint, required_text(parts, "url"));
        OVERNIGHT_TRY_ASSIGN(endpoint, endpoint_of(profile, request.endpoint));
    }
    OVERNIGHT_TRY_ASSIGN(const auto* body,
                         required_part(parts, "body", JsonKind::object, "an object"));
    request.body = body->raw;
    OVERNIGHT_TRY_ASSIGN(const Parts members, json_members(request.body));
    if (profile.full_lines) {
        OVERNIGHT_TRY_ASSIGN(request.model, required_text(members, "model"));
        if (request.model.empty()) return refused("\"body.model\" is empty");
    } else {
        if (find_part(members, "model") != nullptr)
            return refused("\"body.model\" must be left out: a batch names its model once");
        OVERNIGHT_TRY_ASSIGN(endpoint, endpoint_by_body(members));
        request.endpoint = path_of(endpoint);
    }
    OVERNIGHT_TRY(check_stream(members));
    OVERNIGHT_TRY(check_prompt(members, endpoint));
    if (endpoint == Endpoint::embeddings) {
        OVERNIGHT_TRY_ASSIGN(request.inputs, count_inputs(*find_part(members, "input")));
    }
    return request;
}

}  // namespace overnight::providers::openai
