#include "providers/anthropic/bodies.hpp"

#include "jsonl/json_text.hpp"
#include "providers/anthropic/parameters.hpp"
#include "providers/anthropic/schema_rules.hpp"
#include "providers/body_text.hpp"
#include "providers/json_parts.hpp"

namespace overnight::providers::anthropic {
namespace {

using core::Errc;
using core::Error;
using core::Result;

std::string json_text(std::string_view text) {
    std::string out;
    jsonl::append_json_string(out, text);
    return out;
}

Result<> check(const BodySpec& spec) {
    if (spec.endpoint != messages_path)
        return Error(Errc::invalid_input, "\"" + spec.endpoint +
                                              "\" is not an endpoint of Anthropic's batches; "
                                              "there is " +
                                              std::string(messages_path));
    if (spec.model.empty()) return Error(Errc::invalid_input, "the model has no name");
    if (spec.schema.empty()) return {};
    if (auto schema = json_members(spec.schema); !schema)
        return Error(Errc::invalid_input, "the answer's schema: " + schema.error().message());
    return check_schema(spec.schema);
}

/// As text; as a block where a cache breakpoint stands behind it.
void append_system(std::string& out, std::string_view instructions, std::string_view cache) {
    out += R"(,"system":)";
    if (cache.empty()) {
        jsonl::append_json_string(out, instructions);
        return;
    }
    out += R"([{"type":"text","text":)";
    jsonl::append_json_string(out, instructions);
    out += R"(,"cache_control":)";
    append_one_line(out, cache);
    out += "}]";
}

Error corrupt(std::string_view what) {
    return Error(Errc::corrupt, "a request's line " + std::string(what));
}

}  // namespace

Result<BodyTemplate> make_body(const BodySpec& spec, Version version) {
    OVERNIGHT_TRY(check(spec));
    OVERNIGHT_TRY_ASSIGN(const Parameters parameters, Parameters::read(spec, version));
    BodyTemplate body;
    body.before = R"({"model":)" + json_text(spec.model);
    if (!spec.instructions.empty())
        append_system(body.before, spec.instructions, parameters.cache_of_instructions());
    body.before += R"(,"messages":[{"role":"user","content":")";
    body.after = R"("}])";
    parameters.append_to(body.after);
    body.after += "}";
    return body;
}

void append_frame(std::string& out, std::string_view custom_id) {
    out += R"({"custom_id":)";
    jsonl::append_json_string(out, custom_id);
    out += R"(,"params":)";
}

void append_failure_line(std::string& out,
                         std::string_view custom_id,
                         std::string_view code,
                         std::string_view message) {
    out += R"({"custom_id":)";
    jsonl::append_json_string(out, custom_id);
    out += R"(,"result":{"type":"errored","error":{"type":"error","request_id":null,)";
    out += R"("error":{"type":)";
    jsonl::append_json_string(out, code);
    out += R"(,"message":)";
    jsonl::append_json_string(out, message);
    out += "}}}}";
}

Result<std::vector<std::string>> read_line_prompt(std::string_view line) {
    const auto members = json_members(line);
    if (!members) return corrupt("is " + members.error().message());
    const auto* params = find_part(*members, "params");
    if (params == nullptr) return corrupt("has no params");
    const auto parts = json_members(params->raw);
    if (!parts) return corrupt("has params that are no object");
    const auto* messages = find_part(*parts, "messages");
    const auto list = messages == nullptr ? Result<std::vector<JsonPart>>(corrupt(""))
                                          : json_elements(messages->raw);
    if (!list || list->empty()) return corrupt("has no messages");
    const auto last = json_members(list->back().raw);
    if (!last) return corrupt("has a message that is no object");
    const auto* role = find_part(*last, "role");
    if (role == nullptr || role->raw != R"("user")")
        return corrupt("does not end with the user's message");
    const auto* content = find_part(*last, "content");
    if (content == nullptr || content->kind != JsonKind::text) return corrupt("has no prompt text");
    auto text = json_string(content->raw);
    if (!text) return corrupt("has a prompt that does not decode");
    std::vector<std::string> prompts;
    prompts.push_back(*std::move(text));
    return prompts;
}

}  // namespace overnight::providers::anthropic
