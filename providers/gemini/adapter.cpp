#include "providers/gemini/adapter.hpp"

#include "jsonl/json_text.hpp"
#include "providers/gemini/bodies.hpp"
#include "providers/gemini/endpoint.hpp"
#include "providers/gemini/limits.hpp"
#include "providers/gemini/lines.hpp"
#include "providers/gemini/operation.hpp"
#include "providers/gemini/ordinary.hpp"
#include "providers/gemini/portable_settings.hpp"
#include "providers/gemini/raw_line.hpp"
#include "providers/gemini/reply_class.hpp"
#include "providers/gemini/resource.hpp"
#include "providers/gemini/upload.hpp"
#include "providers/gemini/wire.hpp"
#include "providers/ordinary_parts.hpp"
#include "providers/portable.hpp"

#include <utility>

namespace overnight::providers::gemini {
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

std::string with_token(std::string target, std::string_view token) {
    if (!token.empty()) target.append("&pageToken=").append(model::url_encode(token));
    return target;
}

std::string file_target(const core::RemoteFileId& id) {
    return resource_target("files/", id.v);
}
std::string batch_target(const core::RemoteBatchId& id) {
    return resource_target("batches/", id.v);
}

HttpRequest post_json(std::string target, std::string body) {
    HttpRequest request = request_for(HttpMethod::post, std::move(target));
    request.headers.push_back({"Content-Type", "application/json"});
    request.body.emplace_back(std::move(body));
    return request;
}

Endpoint endpoint_of(std::string_view name) {
    return gemini::find_endpoint(name).value_or(Endpoint::generate);
}

class Gemini final : public Adapter {
public:
    std::string_view kind() const override { return "gemini"; }
    std::string_view family() const override { return "gemini"; }
    std::string_view default_endpoint() const override { return name_of(Endpoint::generate); }
    std::string_view default_base_url() const override {
        return "https://generativelanguage.googleapis.com";
    }
    std::string_view emulator_path() const override { return ""; }
    KeyFacts key_facts() const override {
        KeyFacts facts;
        facts.header = "x-goog-api-key";  // never ?key=: targets are logged
        facts.prefix = "";
        facts.variables = {"GEMINI_API_KEY", "GOOGLE_API_KEY"};
        facts.base_url_variable = "GOOGLE_GEMINI_BASE_URL";
        return facts;
    }
    std::vector<std::string_view> endpoints() const override { return endpoint_names(); }
    std::optional<std::string_view> find_endpoint(std::string_view name) const override;
    Caps caps(std::string_view endpoint) const override;

    Result<std::string> parameters(const recipe::Recipe& recipe,
                                   std::string_view endpoint) const override {
        return portable_parameters(recipe, endpoint);
    }
    Result<BodyTemplate> body(const BodySpec& spec) const override { return make_body(spec); }
    void append_line(std::string& out,
                     std::string_view custom_id,
                     std::string_view,
                     const BodyTemplate& body,
                     std::string_view encoded_prompt) const override {
        append_frame(out, custom_id);
        out.append(body.before).append(encoded_prompt).append(body.after).append("}\n");
    }
    void append_raw_line(std::string& out,
                         std::string_view custom_id,
                         std::string_view,
                         std::string_view body) const override {
        append_frame(out, custom_id);
        out.append(body).append("}\n");
    }
    Result<std::vector<std::string>> read_prompt(std::string_view line) const override {
        return read_line_prompt(line);
    }
    Result<RawRequest> read_raw_line(std::string_view line) const override {
        return read_request_line(line);
    }
    void append_raw_failure(std::string& out,
                            std::string_view custom_id,
                            std::string_view code,
                            std::string_view message) const override {
        append_failure_line(out, custom_id, code, message);
    }

    std::unique_ptr<UploadSession> upload(const UploadSpec& spec) const override {
        return std::make_unique<ResumableUpload>(spec);
    }
    Result<FileView> parse_file(const HttpResponse& reply) const override {
        return read_file(reply);
    }
    std::optional<core::RemoteFileId> chosen_file(std::string_view tag) const override {
        return file_name(tag);
    }
    HttpRequest list_files(std::string_view cursor) const override {
        return request_for(HttpMethod::get, with_token("/v1beta/files?pageSize=100", cursor));
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
        // Without a pageSize the list was seen empty.
        return request_for(HttpMethod::get, with_token("/v1beta/batches?pageSize=100", cursor));
    }
    HttpRequest cancel_batch(const core::RemoteBatchId& id) const override {
        return post_json(batch_target(id) + ":cancel", "{}");
    }
    HttpRequest check_key() const override {
        return request_for(HttpMethod::get, "/v1beta/models?pageSize=1");
    }
    Result<BatchView> parse_batch(const HttpResponse& reply) const override {
        return read_batch(reply);
    }
    Result<Page<BatchView>> parse_batch_page(const HttpResponse& reply) const override {
        return read_batch_page(reply);
    }
    HttpRequest fetch(const core::RemoteFileId& id) const override {
        return request_for(HttpMethod::get, "/download" + file_target(id) + ":download?alt=media");
    }
    std::optional<HttpRequest> result_info(const core::RemoteFileId&) const override {
        return std::nullopt;  // no length is promised for generated files
    }

    Reply classify(const HttpResponse& reply) const override { return classify_reply(reply); }
    Reply classify_create(const HttpResponse& reply) const override {
        return classify_create_reply(reply);
    }
    std::optional<std::uint64_t> token_limit_of(std::string_view) const override {
        return std::nullopt;  // no message that names it is known
    }
    Reply classify_failed(const BatchView& batch) const override {
        return classify_failed_batch(batch);
    }

    std::unique_ptr<LineParser> line_parser(std::string_view endpoint) const override {
        return make_line_parser(endpoint_of(endpoint));
    }

    std::optional<HttpRequest> ordinary_call(std::string_view line,
                                             std::string_view endpoint,
                                             std::string_view model) const override {
        auto body = body_of_line(line, "request", "");  // the model stands in the target
        if (!body || model.empty()) return std::nullopt;
        const auto method = name_of(endpoint_of(endpoint));
        return ordinary_post(model_target(model) + ":" + std::string(method), *std::move(body));
    }
    void append_reply_line(std::string& out,
                           std::string_view custom_id,
                           const HttpResponse& reply) const override {
        append_ordinary_reply(out, custom_id, reply);
    }
};

std::optional<std::string_view> Gemini::find_endpoint(std::string_view name) const {
    const auto kind = portable_kind(name);
    if (kind == "chat") return name_of(Endpoint::generate);
    if (kind == "embeddings") return name_of(Endpoint::embed);
    if (const auto known = gemini::find_endpoint(name)) return name_of(*known);
    return std::nullopt;
}

Caps Gemini::caps(std::string_view endpoint) const {
    Caps caps;
    caps.max_requests = max_requests;
    caps.max_bytes = max_file_bytes;
    caps.max_line_bytes = max_line_bytes;
    if (endpoint_of(endpoint) == Endpoint::generate) return caps;
    caps.form = PromptForm::list;
    caps.structured_output = false;
    caps.max_list_inputs = max_embeddings;
    caps.max_inputs_per_request = inputs_per_embedding;
    return caps;
}

HttpRequest Gemini::create_batch(const CreateSpec& spec) const {
    std::string body = R"({"batch":{"displayName":)";
    jsonl::append_json_string(body, spec.tag);
    body += R"(,"inputConfig":{"fileName":)";
    jsonl::append_json_string(body, spec.file.v);
    body += "}}}";
    const auto method = batch_method(endpoint_of(spec.endpoint));
    return post_json(model_target(spec.model) + ":" + std::string(method), std::move(body));
}

}  // namespace

const Adapter& adapter() {
    static const Gemini the_adapter;
    return the_adapter;
}

}  // namespace overnight::providers::gemini
