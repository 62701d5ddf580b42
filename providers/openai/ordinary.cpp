#include "providers/openai/ordinary.hpp"

#include "jsonl/json_text.hpp"
#include "jsonl/utf8_repair.hpp"
#include "providers/body_text.hpp"
#include "providers/json_parts.hpp"
#include "providers/wire_values.hpp"
#include "recipe/json_walk.hpp"

#include <utility>

namespace overnight::providers::openai {
namespace {

constexpr std::size_t shown_bytes = 500;  // of a reply that is no JSON object

bool is_success(int status) noexcept {
    return status >= 200 && status <= 299;
}

enum class Shape { answer, failure, foreign };

/// What a body is that came with `status`.
Shape shape_of(std::string_view body, int status) {
    const auto value = parse_json(body);
    const auto* object = value ? value->if_object() : nullptr;
    if (object == nullptr) return Shape::foreign;
    if (is_success(status)) return Shape::answer;
    const auto* error = object->if_contains("error");
    return error != nullptr && !error->is_null() ? Shape::failure : Shape::foreign;
}

void append_foreign(std::string& out, const model::HttpResponse& reply) {
    std::string message = "HTTP " + std::to_string(reply.status) + " without an error object";
    if (is_success(reply.status)) message = "the reply is not a JSON object";
    if (!reply.body.empty())
        message.append(": ").append(
            cut_utf8(jsonl::repaired_utf8(reply.body.substr(0, shown_bytes)), shown_bytes));
    out += R"({"error":{"message":)";
    jsonl::append_json_string(out, message);
    out += R"(,"type":"foreign_reply","code":"foreign_reply"}})";
}

void append_body(std::string& out, const model::HttpResponse& reply) {
    if (shape_of(reply.body, reply.status) != Shape::foreign)
        return append_one_line(out, reply.body);
    // Half a character or half a surrogate pair must not cost an answer that was paid for.
    std::string mended = jsonl::repaired_utf8(reply.body);
    recipe::mend_lone_surrogates(mended);
    if (shape_of(mended, reply.status) != Shape::foreign) return append_one_line(out, mended);
    append_foreign(out, reply);
}

}  // namespace

std::optional<model::HttpRequest> ordinary_request(std::string_view line,
                                                   std::string target,
                                                   std::string_view model) {
    const auto parts = json_members(line);
    const auto* body = parts ? find_part(*parts, "body") : nullptr;
    const auto members = body == nullptr ? core::Result<std::vector<JsonPart>>(core::Error(
                                               core::Errc::corrupt, "a line without a body"))
                                         : json_members(body->raw);
    if (!members) return std::nullopt;
    std::string text;
    if (find_part(*members, "model") == nullptr && !model.empty()) {
        text = R"({"model":)";
        jsonl::append_json_string(text, model);
        if (!members->empty()) text.push_back(',');
        text.append(body->raw.substr(1));
    } else {
        text.assign(body->raw);
    }
    model::HttpRequest request;
    request.method = model::HttpMethod::post;
    request.target = std::move(target);
    request.headers.push_back({"Content-Type", "application/json"});
    request.body.emplace_back(std::move(text));
    return request;
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
