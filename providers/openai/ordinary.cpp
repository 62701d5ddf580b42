#include "providers/openai/ordinary.hpp"

#include "jsonl/json_text.hpp"
#include "providers/ordinary_parts.hpp"
#include "providers/wire_values.hpp"

#include <utility>

namespace overnight::providers::openai {
namespace {

bool is_success(int status) noexcept {
    return status >= 200 && status <= 299;
}

bool names_error(std::string_view body) {
    const auto value = parse_json(body);
    const auto* object = value ? value->if_object() : nullptr;
    const auto* error = object == nullptr ? nullptr : object->if_contains("error");
    return error != nullptr && !error->is_null();
}

void append_body(std::string& out, const model::HttpResponse& reply) {
    const auto body = object_of_reply(reply);
    if (body && (is_success(reply.status) || names_error(*body))) {
        out += *body;
        return;
    }
    out += R"({"error":{"message":)";
    jsonl::append_json_string(out, foreign_words(reply));
    out += R"(,"type":"foreign_reply","code":"foreign_reply"}})";
}

}  // namespace

std::optional<model::HttpRequest> ordinary_request(std::string_view line,
                                                   std::string target,
                                                   std::string_view model) {
    auto body = body_of_line(line, "body", model);
    if (!body) return std::nullopt;
    return ordinary_post(std::move(target), *std::move(body));
}

void append_ordinary_reply(LineShape shape,
                           std::string& out,
                           std::string_view custom_id,
                           const model::HttpResponse& reply) {
    const bool grpc = shape == LineShape::grpc;
    out += grpc ? R"({"batch_request_id":)" : R"({"id":null,"custom_id":)";
    jsonl::append_json_string(out, custom_id);
    out += grpc ? R"(,"batch_result":{"status_code":)" : R"(,"response":{"status_code":)";
    out += std::to_string(reply.status);
    if (grpc) {
        out += R"(,"response":{"ordinary_call":)";
        append_body(out, reply);
        out += "}}}\n";
        return;
    }
    out += R"(,"request_id":)";
    if (const auto id = reply.header("x-request-id")) {
        jsonl::append_json_string(out, *id);
    } else {
        out += "null";
    }
    out += R"(,"body":)";
    append_body(out, reply);
    out += "},\"error\":null}\n";
}

}  // namespace overnight::providers::openai
