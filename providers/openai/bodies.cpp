#include "providers/openai/bodies.hpp"

#include "jsonl/json_text.hpp"
#include "providers/body_text.hpp"
#include "providers/json_parts.hpp"
#include "providers/openai/endpoint.hpp"
#include "providers/openai/parameters.hpp"

#include <optional>

namespace overnight::providers::openai {
namespace {

using core::Errc;
using core::Error;
using core::Result;

/// Stands between instructions and prompt in the one string of /v1/completions.
/// append_json_string() never writes a line end that way, so the place can be found again.
constexpr std::string_view completion_break = R"(\u000a\u000a)";

std::string json_text(std::string_view text) {
    std::string out;
    jsonl::append_json_string(out, text);
    return out;
}

Result<> check(const BodySpec& spec, Endpoint endpoint) {
    if (spec.model.empty()) return Error(Errc::invalid_input, "the model has no name");
    if (takes_list(endpoint) && !spec.instructions.empty())
        return Error(Errc::invalid_input,
                     spec.endpoint + " has no place for instructions; leave them out");
    if (spec.schema.empty()) return {};
    if (!takes_schema(endpoint))
        return Error(Errc::invalid_input,
                     spec.endpoint + " has no structured output; leave [answer] out");
    if (auto schema = json_members(spec.schema); !schema)
        return Error(Errc::invalid_input, "the answer's schema: " + schema.error().message());
    return {};
}

/// The head of a schema format, up to where the schema itself stands.
constexpr std::string_view schema_head = R"("name":"answer","strict":true,"schema":)";

/// `{"model":"NAME",`, or `{` where the batch names the model.
std::string opening(const Profile& profile, const BodySpec& spec) {
    return profile.full_lines ? R"({"model":)" + json_text(spec.model) + "," : "{";
}

// The instructions go under "system": every chat model takes that role, and those that know
// "developer" treat it as such (providers/openai.md 4.1 and 10.1 show one each).
BodyTemplate chat_body(const Profile& profile, const BodySpec& spec, const Parameters& parameters) {
    BodyTemplate body;
    body.before = opening(profile, spec) + R"("messages":[)";
    if (!spec.instructions.empty())
        body.before += R"({"role":"system","content":)" + json_text(spec.instructions) + "},";
    body.before += R"({"role":"user","content":")";
    body.after = R"("}])";
    if (!spec.schema.empty()) {
        body.after.append(R"(,"response_format":{"type":"json_schema","json_schema":{)")
            .append(schema_head);
        append_one_line(body.after, spec.schema);
        body.after += "}}";
    }
    parameters.append_to(body.after);
    body.after += "}";
    return body;
}

BodyTemplate responses_body(const Profile& profile,
                            const BodySpec& spec,
                            const Parameters& parameters) {
    BodyTemplate body;
    body.before = opening(profile, spec);
    if (!spec.instructions.empty())
        body.before += R"("instructions":)" + json_text(spec.instructions) + ",";
    body.before += R"("input":")";
    body.after = "\"";
    if (!spec.schema.empty()) {
        body.after.append(R"(,"text":{"format":{"type":"json_schema",)").append(schema_head);
        append_one_line(body.after, spec.schema);
        body.after += "}";
        parameters.append_text_members(body.after);
        body.after += "}";
    }
    // Kept answers are of no use here, and the provider's default keeps them.
    if (!parameters.has("store")) body.after += R"(,"store":false)";
    parameters.append_to(body.after);
    body.after += "}";
    return body;
}

BodyTemplate completions_body(const Profile& profile,
                              const BodySpec& spec,
                              const Parameters& parameters) {
    BodyTemplate body;
    body.before = opening(profile, spec) + R"("prompt":")";
    if (!spec.instructions.empty()) {
        const std::string text = json_text(spec.instructions);
        body.before.append(text, 1, text.size() - 2).append(completion_break);
    }
    body.after = "\"";
    parameters.append_to(body.after);
    body.after += "}";
    return body;
}

BodyTemplate list_body(const Profile& profile,
                       const BodySpec& spec,
                       const Parameters& parameters,
                       Endpoint endpoint) {
    BodyTemplate body;
    body.before = opening(profile, spec) + R"("input":[)";
    body.after = "]";
    // Half the size of float text, and exact (providers/openai.md 10.3).
    if (endpoint == Endpoint::embeddings && profile.packs_vectors &&
        !parameters.has("encoding_format"))
        body.after += R"(,"encoding_format":"base64")";
    parameters.append_to(body.after);
    body.after += "}";
    return body;
}

Error corrupt(std::string_view what) {
    return Error(Errc::corrupt, "a request's line " + std::string(what));
}

Result<std::string> text_of(const JsonPart* part) {
    if (part == nullptr || part->kind != JsonKind::text) return corrupt("has no prompt text");
    auto text = json_string(part->raw);
    if (!text) return corrupt("has a prompt that does not decode");
    return text;
}

Result<std::vector<std::string>> one(Result<std::string> text) {
    if (!text) return std::move(text).error();
    std::vector<std::string> prompts;
    prompts.push_back(*std::move(text));
    return prompts;
}

Result<std::string> user_message(const JsonPart& messages) {
    auto list = json_elements(messages.raw);
    if (!list || list->empty()) return corrupt("has no messages");
    auto last = json_members(list->back().raw);
    if (!last) return corrupt("has a message that is no object");
    const auto* role = find_part(*last, "role");
    if (role == nullptr || role->raw != R"("user")")
        return corrupt("does not end with the user's message");
    return text_of(find_part(*last, "content"));
}

Result<std::vector<std::string>> inputs(const JsonPart& input) {
    if (input.kind == JsonKind::text) return one(text_of(&input));
    auto list = json_elements(input.raw);
    if (!list) return corrupt("has no list of inputs");
    std::vector<std::string> prompts;
    for (const auto& part : *list) {
        OVERNIGHT_TRY_ASSIGN(prompts.emplace_back(), text_of(&part));
    }
    return prompts;
}

}  // namespace

Result<BodyTemplate> make_body(const Profile& profile, const BodySpec& spec) {
    const auto endpoint = find_endpoint(profile.endpoints, spec.endpoint);
    if (!endpoint)
        return Error(Errc::invalid_input, "\"" + spec.endpoint + "\" is not an endpoint of " +
                                              std::string(profile.name) + "'s batches");
    OVERNIGHT_TRY(check(spec, *endpoint));
    OVERNIGHT_TRY_ASSIGN(const Parameters parameters, Parameters::read(spec, *endpoint));
    switch (*endpoint) {
    case Endpoint::chat:
        return chat_body(profile, spec, parameters);
    case Endpoint::responses:
        return responses_body(profile, spec, parameters);
    case Endpoint::completions:
        return completions_body(profile, spec, parameters);
    case Endpoint::embeddings:
    case Endpoint::moderations:
        break;
    }
    return list_body(profile, spec, parameters, *endpoint);
}

void append_frame(const Profile& profile,
                  std::string& out,
                  std::string_view custom_id,
                  std::string_view endpoint) {
    out += R"({"custom_id":)";
    jsonl::append_json_string(out, custom_id);
    if (profile.full_lines) {
        out += R"(,"method":"POST","url":)";
        jsonl::append_json_string(out, endpoint);
    }
    out += R"(,"body":)";
}

void append_failure_line(const Profile& profile,
                         std::string& out,
                         std::string_view custom_id,
                         std::string_view code,
                         std::string_view message) {
    const bool grpc = profile.lines == LineShape::grpc;
    out += grpc ? R"({"batch_request_id":)" : R"({"id":null,"custom_id":)";
    jsonl::append_json_string(out, custom_id);
    out += grpc ? R"(,"batch_result":{"error":{"code":)" : R"(,"response":null,"error":{"code":)";
    jsonl::append_json_string(out, code);
    out += R"(,"message":)";
    jsonl::append_json_string(out, message);
    out += grpc ? "}}}" : "}}";
}

Result<std::vector<std::string>> read_line_prompt(std::string_view line) {
    const auto members = json_members(line);
    if (!members) return corrupt("is " + members.error().message());
    const auto* body = find_part(*members, "body");
    if (body == nullptr) return corrupt("has no body");
    const auto parts = json_members(body->raw);
    if (!parts) return corrupt("has a body that is no object");
    if (const auto* messages = find_part(*parts, "messages")) return one(user_message(*messages));
    if (const auto* input = find_part(*parts, "input")) return inputs(*input);
    const auto* prompt = find_part(*parts, "prompt");
    if (prompt == nullptr || prompt->kind != JsonKind::text) return corrupt("has no prompt");
    JsonPart own = *prompt;
    std::string rest;
    if (const auto place = own.raw.rfind(completion_break); place != std::string_view::npos) {
        rest = "\"" + std::string(own.raw.substr(place + completion_break.size()));
        own.raw = rest;
    }
    return one(text_of(&own));
}

}  // namespace overnight::providers::openai
