#include "providers/openai/adapter.hpp"

#include "jsonl/json_text.hpp"
#include "jsonl/utf8_repair.hpp"
#include "providers/openai/bodies.hpp"
#include "providers/openai/endpoint.hpp"
#include "providers/openai/limits.hpp"
#include "providers/openai/lines.hpp"
#include "providers/openai/multipart.hpp"
#include "providers/openai/raw_line.hpp"
#include "providers/openai/reply_class.hpp"
#include "providers/openai/wire.hpp"

#include <utility>

namespace overnight::providers::openai {
namespace {

using core::Result;
using model::HttpMethod;
using model::HttpRequest;
using model::HttpResponse;

HttpRequest request_for(HttpMethod method, std::string target) {
    HttpRequest request;
    request.method = method;
    request.target = std::move(target);
    return request;
}

std::string with_cursor(std::string target, std::string_view cursor) {
    if (!cursor.empty()) target.append("&after=").append(model::url_encode(cursor));
    return target;
}

std::string file_target(const core::RemoteFileId& id) {
    return "/files/" + model::url_encode(id.v);
}
std::string batch_target(const core::RemoteBatchId& id) {
    return "/batches/" + model::url_encode(id.v);
}

void append_metadata(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (out.back() != '{') out.push_back(',');
    jsonl::append_json_string(out, name);
    out.push_back(':');
    jsonl::append_json_string(out, cut_utf8(jsonl::repaired_utf8(value), max_metadata_bytes));
}

class OpenAi final : public Adapter {
public:
    std::string_view kind() const override { return "openai"; }
    std::string_view family() const override { return "openai"; }
    std::string_view default_endpoint() const override { return path_of(Endpoint::chat); }
    std::string_view default_base_url() const override { return "https://api.openai.com/v1"; }
    std::vector<std::string_view> endpoints() const override { return endpoint_paths(); }
    Caps caps(std::string_view endpoint) const override;

    Result<BodyTemplate> body(const BodySpec& spec) const override { return make_body(spec); }
    void append_line(std::string& out,
                     std::string_view custom_id,
                     std::string_view endpoint,
                     const BodyTemplate& body,
                     std::string_view encoded_prompt) const override {
        append_frame(out, custom_id, endpoint);
        out.append(body.before).append(encoded_prompt).append(body.after).append("}\n");
    }
    void append_raw_line(std::string& out,
                         std::string_view custom_id,
                         std::string_view endpoint,
                         std::string_view body) const override {
        append_frame(out, custom_id, endpoint);
        out.append(body).append("}\n");
    }
    Result<std::vector<std::string>> read_prompt(std::string_view line) const override {
        return read_line_prompt(line);
    }
    Result<RawRequest> read_raw_line(std::string_view line) const override {
        return read_request_line(line);
    }

    HttpRequest upload(const UploadSpec& spec) const override { return upload_request(spec); }
    Result<FileView> parse_file(const HttpResponse& reply) const override {
        return read_file(reply);
    }
    HttpRequest list_files(std::string_view cursor) const override {
        return request_for(HttpMethod::get, with_cursor("/files?purpose=batch&limit=1000", cursor));
    }
    Result<Page<FileView>> parse_file_page(const HttpResponse& reply) const override {
        return read_file_page(reply);
    }
    HttpRequest get_file(const core::RemoteFileId& id) const override {
        return request_for(HttpMethod::get, file_target(id));
    }
    HttpRequest delete_file(const core::RemoteFileId& id) const override {
        return request_for(HttpMethod::del, file_target(id));
    }
    Result<bool> parse_deleted(const HttpResponse& reply) const override {
        return read_deleted(reply);
    }
    HttpRequest create_batch(const CreateSpec& spec) const override;
    HttpRequest get_batch(const core::RemoteBatchId& id) const override {
        return request_for(HttpMethod::get, batch_target(id));
    }
    HttpRequest list_batches(std::string_view cursor) const override {
        return request_for(HttpMethod::get, with_cursor("/batches?limit=100", cursor));
    }
    HttpRequest cancel_batch(const core::RemoteBatchId& id) const override {
        return request_for(HttpMethod::post, batch_target(id) + "/cancel");
    }
    HttpRequest check_key() const override { return request_for(HttpMethod::get, "/models"); }
    Result<BatchView> parse_batch(const HttpResponse& reply) const override {
        return read_batch(reply);
    }
    Result<Page<BatchView>> parse_batch_page(const HttpResponse& reply) const override {
        return read_batch_page(reply);
    }
    HttpRequest fetch(const core::RemoteFileId& id) const override {
        return request_for(HttpMethod::get, file_target(id) + "/content");
    }

    Reply classify(const HttpResponse& reply) const override { return classify_reply(reply); }
    Reply classify_create(const HttpResponse& reply) const override {
        return classify_create_reply(reply);
    }
    std::optional<std::uint64_t> token_limit_of(std::string_view message) const override {
        return enqueued_limit(message);
    }
    Reply classify_failed(const BatchView& batch) const override {
        return classify_failed_batch(batch);
    }

    std::unique_ptr<LineParser> line_parser(std::string_view endpoint) const override {
        return make_line_parser(find_endpoint(endpoint).value_or(Endpoint::chat));
    }
};

Caps OpenAi::caps(std::string_view endpoint) const {
    const Endpoint known = find_endpoint(endpoint).value_or(Endpoint::chat);
    Caps caps;
    caps.max_requests = max_requests;
    caps.max_bytes = max_file_bytes;
    caps.max_line_bytes = max_line_bytes;
    caps.max_list_inputs = max_embedding_inputs;
    caps.max_inputs_per_request = max_inputs_per_embedding;
    caps.max_tokens_per_request = max_tokens_per_embedding;
    if (known == Endpoint::moderations) {
        caps.max_list_inputs = max_moderation_inputs;
        caps.max_inputs_per_request = max_inputs_per_moderation;
    }
    caps.form = takes_list(known) ? PromptForm::list : PromptForm::text;
    caps.structured_output = takes_schema(known);
    caps.fence_by_file = true;
    return caps;
}

HttpRequest OpenAi::create_batch(const CreateSpec& spec) const {
    HttpRequest request = request_for(HttpMethod::post, "/batches");
    request.headers.push_back({"Content-Type", "application/json"});
    // Logged by the provider: its support can trace a create whose reply was lost
    // (providers/openai.md 1.1).
    request.headers.push_back({"X-Client-Request-Id", spec.tag});
    std::string body = R"({"input_file_id":)";
    jsonl::append_json_string(body, spec.file.v);
    body += R"(,"endpoint":)";
    jsonl::append_json_string(body, spec.endpoint);
    body += R"(,"completion_window":"24h","metadata":{)";
    append_metadata(body, "overnight", spec.tag);
    append_metadata(body, "job", spec.job);
    append_metadata(body, "shard", spec.shard);
    body += "}}";
    request.body.emplace_back(std::move(body));
    return request;
}

}  // namespace

const Adapter& adapter() {
    static const OpenAi the_adapter;
    return the_adapter;
}

}  // namespace overnight::providers::openai
