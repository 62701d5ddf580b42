#include "providers/gemini/raw_line.hpp"

#include "core/text.hpp"
#include "providers/gemini/endpoint.hpp"
#include "providers/gemini/fields.hpp"
#include "providers/gemini/limits.hpp"
#include "providers/json_parts.hpp"

#include <string>
#include <utility>
#include <vector>

namespace overnight::providers::gemini {
namespace {

using core::Result;

/// Only a request's own message tells what it is for.
Result<Endpoint> endpoint_of(const std::vector<Field>& request) {
    const auto* contents = find_field(request, "contents");
    const auto* content = find_field(request, "content");
    if (contents != nullptr && content != nullptr)
        return refused(
            "\"request\" has \"contents\" and \"content\": it is either of "
            "generateContent or of embedContent");
    if (contents == nullptr && content == nullptr)
        return refused("\"request.contents\" is missing (of embedContent: \"request.content\")");
    if (contents != nullptr && contents->kind != JsonKind::list)
        return refused("\"request.contents\" must be a list");
    if (content != nullptr && content->kind != JsonKind::object)
        return refused("\"request.content\" must be an object");
    return contents != nullptr ? Endpoint::generate : Endpoint::embed;
}

/// "models/x" and "x" are one; "" when the line does not name it, as most do not.
Result<std::string> model_of(const std::vector<Field>& request) {
    const auto* part = find_field(request, "model");
    if (part == nullptr) return std::string();
    if (part->kind != JsonKind::text) return refused("\"request.model\" must be a string");
    OVERNIGHT_TRY_ASSIGN(std::string model, json_string(part->raw));
    if (constexpr std::string_view prefix = "models/"; model.starts_with(prefix))
        model.erase(0, prefix.size());
    return model;
}

}  // namespace

Result<Adapter::RawRequest> read_request_line(std::string_view line) {
    if (line.size() > max_line_bytes)
        return refused("the line is longer than " + core::bytes_text(max_line_bytes));
    OVERNIGHT_TRY_ASSIGN(const auto parts, json_members(line));
    for (const auto& part : parts)
        if (part.name != "key" && part.name != "request")
            return refused("\"" + core::printable(part.name, 80) +
                           "\" would be lost: a line has \"key\" and \"request\"");
    Adapter::RawRequest made;
    OVERNIGHT_TRY_ASSIGN(const auto* key, required_part(parts, "key", JsonKind::text, "a string"));
    OVERNIGHT_TRY_ASSIGN(made.custom_id, json_string(key->raw));
    if (made.custom_id.empty() || made.custom_id.size() > max_key_bytes)
        return refused("\"key\" must have 1 to " + std::to_string(max_key_bytes) + " bytes");
    OVERNIGHT_TRY_ASSIGN(const auto* request,
                         required_part(parts, "request", JsonKind::object, "an object"));
    made.body = request->raw;
    OVERNIGHT_TRY_ASSIGN(const auto fields, read_fields(made.body, "\"request\""));
    OVERNIGHT_TRY_ASSIGN(const Endpoint endpoint, endpoint_of(fields));
    made.endpoint = name_of(endpoint);
    OVERNIGHT_TRY_ASSIGN(made.model, model_of(fields));
    return made;
}

}  // namespace overnight::providers::gemini
