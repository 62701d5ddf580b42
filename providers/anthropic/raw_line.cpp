#include "providers/anthropic/raw_line.hpp"

#include "core/text.hpp"
#include "providers/anthropic/limits.hpp"
#include "providers/anthropic/parameters.hpp"
#include "providers/json_parts.hpp"

#include <string>
#include <vector>

namespace overnight::providers::anthropic {
namespace {

using core::Result;
using Parts = std::vector<JsonPart>;

/// What version 2026-10-21 refuses inside of a message (anthropic.md 0, item 1).
Result<> check_blocks(const JsonPart& message) {
    if (message.kind != JsonKind::object) return {};
    OVERNIGHT_TRY_ASSIGN(const auto members, json_members(message.raw));
    const auto* role = find_part(members, "role");
    const auto* content = find_part(members, "content");
    if (role == nullptr || content == nullptr || content->kind != JsonKind::list) return {};
    OVERNIGHT_TRY_ASSIGN(const auto blocks, json_elements(content->raw));
    for (const auto& block : blocks) {
        if (block.kind != JsonKind::object) continue;
        OVERNIGHT_TRY_ASSIGN(const auto parts, json_members(block.raw));
        const auto* type = find_part(parts, "type");
        const auto* citations = find_part(parts, "citations");
        if (type == nullptr) continue;
        if (role->raw == R"("assistant")" && type->raw == R"("document")")
            return refused(
                "\"params.messages\": API version 2026-10-21 refuses a \"document\" in "
                "an assistant's message");
        bool cites = false;
        if (citations != nullptr && citations->kind == JsonKind::list) {
            OVERNIGHT_TRY_ASSIGN(const auto cited, json_elements(citations->raw));
            cites = !cited.empty();
        }
        if (role->raw == R"("user")" && type->raw == R"("text")" && cites)
            return refused(
                "\"params.messages\": API version 2026-10-21 refuses \"citations\" in a "
                "user's text");
    }
    return {};
}

Result<> check_params(const Parts& params, Version version) {
    OVERNIGHT_TRY_ASSIGN(const auto* messages, required_part(params, "messages", JsonKind::list,
                                                             "a list", "params.messages"));
    OVERNIGHT_TRY_ASSIGN(const auto elements, json_elements(messages->raw));
    if (elements.empty()) return refused("\"params.messages\" is empty");
    if (version == Version::v2026_10_21)
        for (const auto& message : elements)
            OVERNIGHT_TRY(check_blocks(message));
    const auto limit =
        required_part(params, "max_tokens", JsonKind::number, "a number", "params.max_tokens");
    if (!limit) return limit.error();
    for (const auto& part : params)
        if (const auto why = why_refused(part, version))
            return refused("\"params." + core::printable(part.name, 80) + "\" " + *why);
    return {};
}

}  // namespace

Result<Adapter::RawRequest> read_request_line(std::string_view line, Version version) {
    if (line.size() > max_line_bytes)
        return refused("the line is longer than " + core::bytes_text(max_line_bytes));
    OVERNIGHT_TRY_ASSIGN(const Parts parts, json_members(line));
    Adapter::RawRequest request;
    OVERNIGHT_TRY_ASSIGN(const auto* id,
                         required_part(parts, "custom_id", JsonKind::text, "a string"));
    OVERNIGHT_TRY_ASSIGN(request.custom_id, json_string(id->raw));
    if (request.custom_id.empty() || request.custom_id.size() > max_custom_id_bytes)
        return refused("\"custom_id\" must have 1 to " + std::to_string(max_custom_id_bytes) +
                       " bytes");
    if (find_part(parts, "params") == nullptr && find_part(parts, "body") != nullptr)
        return refused("\"params\" is missing: a line with \"body\" is of OpenAI's batch format");
    OVERNIGHT_TRY_ASSIGN(const auto* params,
                         required_part(parts, "params", JsonKind::object, "an object"));
    request.body = params->raw;
    request.endpoint = messages_path;
    OVERNIGHT_TRY_ASSIGN(const Parts members, json_members(request.body));
    OVERNIGHT_TRY_ASSIGN(const auto* model, required_part(members, "model", JsonKind::text,
                                                          "a string", "params.model"));
    OVERNIGHT_TRY_ASSIGN(request.model, json_string(model->raw));
    if (request.model.empty()) return refused("\"params.model\" is empty");
    OVERNIGHT_TRY(check_params(members, version));
    return request;
}

}  // namespace overnight::providers::anthropic
