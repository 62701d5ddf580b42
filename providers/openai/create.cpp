#include "providers/openai/create.hpp"

#include "jsonl/json_text.hpp"
#include "jsonl/utf8_repair.hpp"
#include "providers/openai/targets.hpp"
#include "providers/wire_values.hpp"

#include <utility>

namespace overnight::providers::openai {
namespace {

void append_name(std::string& out, std::string_view name) {
    if (out.back() != '{') out.push_back(',');
    jsonl::append_json_string(out, name);
    out.push_back(':');
}

void append_note(std::string& out, const char* name, std::string_view value) {
    if (name == nullptr || value.empty()) return;
    append_name(out, name);
    jsonl::append_json_string(out, cut_utf8(jsonl::repaired_utf8(value), max_metadata_bytes));
}

void append_notes(const BatchMembers& names, const CreateSpec& spec, std::string& out) {
    append_note(out, names.tag, spec.tag);
    append_note(out, names.job, spec.job);
    append_note(out, names.shard, spec.shard);
}

}  // namespace

model::HttpRequest create_request(const Profile& profile, const CreateSpec& spec) {
    const BatchMembers& names = profile.batch;
    std::string body = "{";
    append_name(body, names.input);
    if (profile.lists_input) body.push_back('[');
    jsonl::append_json_string(body, spec.file.v);
    if (profile.lists_input) body.push_back(']');
    if (profile.create_says_endpoint) {
        append_name(body, "endpoint");
        jsonl::append_json_string(body, spec.endpoint);
    }
    if (profile.create_says_model) {
        append_name(body, "model");
        jsonl::append_json_string(body, spec.model);
    }
    if (!profile.window.empty()) body.append(",").append(profile.window);
    if (names.metadata != nullptr) {
        append_name(body, names.metadata);
        body.push_back('{');
        append_notes(names, spec, body);
        body.push_back('}');
    } else {
        append_notes(names, spec, body);
    }
    body.push_back('}');

    model::HttpRequest request;
    request.method = model::HttpMethod::post;
    request.target = batches_target(profile);
    request.headers.push_back({"Content-Type", "application/json"});
    // Logged by the provider: its support can trace a create whose reply was lost
    // (providers/openai.md 1.1).
    request.headers.push_back({"X-Client-Request-Id", spec.tag});
    request.body.emplace_back(std::move(body));
    return request;
}

}  // namespace overnight::providers::openai
