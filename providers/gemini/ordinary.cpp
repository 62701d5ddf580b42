#include "providers/gemini/ordinary.hpp"

#include "jsonl/json_text.hpp"
#include "providers/json_parts.hpp"
#include "providers/ordinary_parts.hpp"

#include <optional>

namespace overnight::providers::gemini {
namespace {

/// The `error` of a failure's body.
std::optional<std::string> error_in(std::string_view body) {
    const auto members = json_members(body);
    const auto* error = members ? find_part(*members, "error") : nullptr;
    if (error == nullptr || error->kind != JsonKind::object) return std::nullopt;
    return std::string(error->raw);
}

}  // namespace

void append_ordinary_reply(std::string& out,
                           std::string_view key,
                           const model::HttpResponse& reply) {
    const bool success = reply.status >= 200 && reply.status <= 299;
    const auto body = object_of_reply(reply);
    const auto error = body && !success ? error_in(*body) : std::nullopt;
    out += R"({"key":)";
    jsonl::append_json_string(out, key);
    if (body && success) {
        out.append(R"(,"response":)").append(*body);
    } else if (error) {
        out.append(R"(,"error":)").append(*error);
    } else {
        out += R"(,"error":{"message":)";
        jsonl::append_json_string(out, foreign_words(reply));
        if (!success) out.append(R"(,"code":)").append(std::to_string(reply.status));
        out += "}";
    }
    out += "}\n";
}

}  // namespace overnight::providers::gemini
