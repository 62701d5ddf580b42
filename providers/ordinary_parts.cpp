#include "providers/ordinary_parts.hpp"

#include "jsonl/json_text.hpp"
#include "jsonl/utf8_repair.hpp"
#include "providers/body_text.hpp"
#include "providers/json_parts.hpp"
#include "providers/wire_values.hpp"
#include "recipe/json_walk.hpp"

#include <utility>

namespace overnight::providers {
namespace {

constexpr std::size_t shown_bytes = 500;  // of a reply that is no JSON object

bool is_object(std::string_view text) {
    const auto value = parse_json(text);
    return value && value->is_object();
}

}  // namespace

std::optional<std::string> body_of_line(std::string_view line,
                                        std::string_view name,
                                        std::string_view model) {
    const auto parts = json_members(line);
    const auto* body = parts ? find_part(*parts, name) : nullptr;
    if (body == nullptr) return std::nullopt;
    const auto members = json_members(body->raw);
    if (!members) return std::nullopt;
    if (model.empty() || find_part(*members, "model") != nullptr) return std::string(body->raw);
    std::string text = R"({"model":)";
    jsonl::append_json_string(text, model);
    if (!members->empty()) text.push_back(',');
    return text.append(body->raw.substr(1));
}

model::HttpRequest ordinary_post(std::string target, std::string body) {
    model::HttpRequest request;
    request.method = model::HttpMethod::post;
    request.target = std::move(target);
    request.headers.push_back({"Content-Type", "application/json"});
    request.body.emplace_back(std::move(body));
    return request;
}

std::optional<std::string> object_of_reply(const model::HttpResponse& reply) {
    std::string line;
    if (is_object(reply.body)) {
        append_one_line(line, reply.body);
        return line;
    }
    std::string mended = jsonl::repaired_utf8(reply.body);
    recipe::mend_lone_surrogates(mended);
    if (!is_object(mended)) return std::nullopt;
    append_one_line(line, mended);
    return line;
}

std::string foreign_words(const model::HttpResponse& reply) {
    const bool success = reply.status >= 200 && reply.status <= 299;
    std::string words = success
                            ? std::string("the reply is not a JSON object")
                            : "HTTP " + std::to_string(reply.status) + " without an error object";
    if (!reply.body.empty())
        words.append(": ").append(
            cut_utf8(jsonl::repaired_utf8(reply.body.substr(0, shown_bytes)), shown_bytes));
    return words;
}

}  // namespace overnight::providers
