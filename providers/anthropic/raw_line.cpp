#include "providers/anthropic/raw_line.hpp"

#include "core/text.hpp"
#include "providers/anthropic/limits.hpp"
#include "providers/anthropic/parameters.hpp"
#include "providers/json_parts.hpp"

#include <string>
#include <vector>

namespace overnight::providers::anthropic {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using Parts = std::vector<JsonPart>;

Error refused(std::string why) {
    return Error(Errc::invalid_input, std::move(why));
}

Result<const JsonPart*> required(const Parts& parts,
                                 std::string_view name,
                                 std::string_view path,
                                 JsonKind kind,
                                 std::string_view what) {
    const auto* part = find_part(parts, name);
    if (part == nullptr) return refused("\"" + std::string(path) + "\" is missing");
    if (part->kind != kind)
        return refused("\"" + std::string(path) + "\" must be " + std::string(what));
    return part;
}

Result<> check_params(const Parts& params, Version version) {
    OVERNIGHT_TRY_ASSIGN(const auto* messages,
                         required(params, "messages", "params.messages", JsonKind::list, "a list"));
    OVERNIGHT_TRY_ASSIGN(const auto elements, json_elements(messages->raw));
    if (elements.empty()) return refused("\"params.messages\" is empty");
    const auto limit =
        required(params, "max_tokens", "params.max_tokens", JsonKind::number, "a number");
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
                         required(parts, "custom_id", "custom_id", JsonKind::text, "a string"));
    OVERNIGHT_TRY_ASSIGN(request.custom_id, json_string(id->raw));
    if (request.custom_id.empty() || request.custom_id.size() > max_custom_id_bytes)
        return refused("\"custom_id\" must have 1 to " + std::to_string(max_custom_id_bytes) +
                       " bytes");
    if (find_part(parts, "params") == nullptr && find_part(parts, "body") != nullptr)
        return refused("\"params\" is missing: a line with \"body\" is of OpenAI's batch format");
    OVERNIGHT_TRY_ASSIGN(const auto* params,
                         required(parts, "params", "params", JsonKind::object, "an object"));
    request.body = params->raw;
    request.endpoint = messages_path;
    OVERNIGHT_TRY_ASSIGN(const Parts members, json_members(request.body));
    OVERNIGHT_TRY_ASSIGN(const auto* model,
                         required(members, "model", "params.model", JsonKind::text, "a string"));
    OVERNIGHT_TRY_ASSIGN(request.model, json_string(model->raw));
    if (request.model.empty()) return refused("\"params.model\" is empty");
    OVERNIGHT_TRY(check_params(members, version));
    return request;
}

}  // namespace overnight::providers::anthropic
