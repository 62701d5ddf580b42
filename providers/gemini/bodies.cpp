#include "providers/gemini/bodies.hpp"

#include "core/text.hpp"
#include "jsonl/json_text.hpp"
#include "providers/body_text.hpp"
#include "providers/gemini/endpoint.hpp"
#include "providers/gemini/openapi_schema.hpp"
#include "providers/gemini/parameters.hpp"
#include "providers/json_parts.hpp"

#include <utility>

namespace overnight::providers::gemini {
namespace {

using core::Errc;
using core::Error;
using core::Result;

Result<> check(const BodySpec& spec, Endpoint endpoint) {
    if (spec.model.empty()) return Error(Errc::invalid_input, "the model has no name");
    if (endpoint == Endpoint::embed && !spec.instructions.empty())
        return Error(Errc::invalid_input,
                     "embedContent has no place for instructions; leave them out");
    if (spec.schema.empty()) return {};
    if (endpoint == Endpoint::embed)
        return Error(Errc::invalid_input,
                     "embedContent has no structured output; leave [answer] out");
    if (auto schema = json_members(spec.schema); !schema)
        return Error(Errc::invalid_input, "the answer's schema: " + schema.error().message());
    return {};
}

Result<std::string> generation_config(const BodySpec& spec, const Parameters& parameters) {
    std::string config = "{";
    if (!spec.schema.empty()) {
        append_member(config, "response_mime_type", R"("application/json")");
        if (parameters.schema_field() == SchemaField::response_schema) {
            OVERNIGHT_TRY_ASSIGN(const auto schema, openapi_schema(spec.schema));
            append_member(config, "response_schema", schema);
        } else {
            append_member(config, "response_json_schema", spec.schema);
        }
    }
    parameters.append_config_to(config);
    return config + "}";
}

Result<BodyTemplate> generate_body(const BodySpec& spec, const Parameters& parameters) {
    OVERNIGHT_TRY_ASSIGN(const auto config, generation_config(spec, parameters));
    BodyTemplate body;
    body.before = "{";
    if (!spec.instructions.empty()) {  // an empty text is refused
        body.before += R"("system_instruction":{"parts":[{"text":)";
        jsonl::append_json_string(body.before, spec.instructions);
        body.before += "}]},";
    }
    body.before += R"("contents":[{"role":"user","parts":[{"text":")";
    body.after = R"("}]}])";
    if (config != "{}") append_member(body.after, "generation_config", config);
    parameters.append_to(body.after);
    body.after += "}";
    return body;
}

BodyTemplate embed_body(const Parameters& parameters) {
    BodyTemplate body;
    body.before = R"({"content":{"parts":[{"text":)";
    body.after = "}]}";
    parameters.append_to(body.after);
    body.after += "}";
    return body;
}

Error corrupt(std::string_view what) {
    return Error(Errc::corrupt, "a request's line " + std::string(what));
}

/// The one text of a content: {"parts":[{"text":"..."}]}.
Result<std::vector<std::string>> text_of(std::string_view content) {
    const auto members = json_members(content);
    const auto* parts = members ? find_part(*members, "parts") : nullptr;
    const auto list = parts != nullptr ? json_elements(parts->raw)
                                       : Result<std::vector<JsonPart>>(corrupt("has no parts"));
    if (!list || list->size() != 1) return corrupt("has no prompt, or one of several parts");
    const auto part = json_members(list->front().raw);
    const auto* text = part ? find_part(*part, "text") : nullptr;
    if (text == nullptr || text->kind != JsonKind::text) return corrupt("has no prompt text");
    auto decoded = json_string(text->raw);
    if (!decoded) return corrupt("has a prompt that does not decode");
    std::vector<std::string> prompts;
    prompts.push_back(*std::move(decoded));
    return prompts;
}

}  // namespace

Result<BodyTemplate> make_body(const BodySpec& spec) {
    const auto endpoint = find_endpoint(spec.endpoint);
    if (!endpoint)
        return Error(Errc::invalid_input, "\"" + core::printable(spec.endpoint, 100) +
                                              "\" is not an endpoint of Gemini's batches");
    OVERNIGHT_TRY(check(spec, *endpoint));
    OVERNIGHT_TRY_ASSIGN(const Parameters parameters, Parameters::read(spec, *endpoint));
    if (*endpoint == Endpoint::embed) return embed_body(parameters);
    return generate_body(spec, parameters);
}

void append_frame(std::string& out, std::string_view key) {
    out += R"({"key":)";
    jsonl::append_json_string(out, key);
    out += R"(,"request":)";
}

void append_failure_line(std::string& out,
                         std::string_view key,
                         std::string_view code,
                         std::string_view message) {
    constexpr std::string_view unknown = "2";  // google.rpc.Code: the reason is in our words
    out += R"({"key":)";
    jsonl::append_json_string(out, key);
    out.append(R"(,"error":{"code":)").append(unknown).append(R"(,"message":)");
    jsonl::append_json_string(out, message);
    out += R"(,"status":)";
    jsonl::append_json_string(out, code);
    out += "}}";
}

Result<std::vector<std::string>> read_line_prompt(std::string_view line) {
    const auto members = json_members(line);
    if (!members) return corrupt("is " + members.error().message());
    const auto* request = find_part(*members, "request");
    if (request == nullptr) return corrupt("has no request");
    const auto parts = json_members(request->raw);
    if (!parts) return corrupt("has a request that is no object");
    if (const auto* content = find_part(*parts, "content")) return text_of(content->raw);
    const auto* contents = find_part(*parts, "contents");
    if (contents == nullptr) return corrupt("has no contents");
    const auto list = json_elements(contents->raw);
    if (!list || list->size() != 1) return corrupt("has no content, or several");
    return text_of(list->front().raw);
}

}  // namespace overnight::providers::gemini
