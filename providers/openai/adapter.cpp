#include "providers/openai/adapter.hpp"

#include "providers/openai/bodies.hpp"
#include "providers/openai/create.hpp"
#include "providers/openai/endpoint.hpp"
#include "providers/openai/limits.hpp"
#include "providers/openai/lines.hpp"
#include "providers/openai/multipart.hpp"
#include "providers/openai/ordinary.hpp"
#include "providers/openai/parameters.hpp"
#include "providers/openai/profiles.hpp"
#include "providers/openai/raw_line.hpp"
#include "providers/openai/reply_class.hpp"
#include "providers/openai/targets.hpp"
#include "providers/openai/wire.hpp"
#include "providers/portable.hpp"
#include "providers/upload_session.hpp"

#include <charconv>
#include <cstdint>
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

std::string page_after(std::string_view cursor) {
    std::uint64_t page = 0;  // the first is asked for without a number
    std::from_chars(cursor.data(), cursor.data() + cursor.size(), page);
    return std::to_string(page + 1);
}

class OpenAi final : public Adapter {
public:
    explicit OpenAi(const Profile& profile) : profile_(profile) {}

    std::string_view kind() const override { return profile_.kind; }
    std::string_view family() const override { return profile_.kind; }
    std::string_view default_endpoint() const override {
        return path_of(profile_.endpoints.front());
    }
    std::string_view default_base_url() const override { return profile_.base_url; }
    std::string_view emulator_path() const override { return profile_.emulator_path; }
    bool is_emulated() const override { return !profile_.emulator_path.empty(); }
    KeyFacts key_facts() const override {
        KeyFacts facts;
        facts.header = profile_.key_header;
        facts.prefix = profile_.key_prefix;
        facts.variables = {profile_.key_variable};
        facts.base_url_variable = profile_.base_url_variable;
        return facts;
    }
    std::vector<std::string_view> endpoints() const override {
        return endpoint_paths(profile_.endpoints);
    }
    std::optional<std::string_view> find_endpoint(std::string_view name) const override;
    Caps caps(std::string_view endpoint) const override;

    Result<std::string> parameters(const recipe::Recipe& recipe,
                                   std::string_view endpoint) const override {
        return portable_parameters(profile_, recipe, endpoint);
    }
    Result<BodyTemplate> body(const BodySpec& spec) const override {
        return make_body(profile_, spec);
    }
    void append_line(std::string& out,
                     std::string_view custom_id,
                     std::string_view endpoint,
                     const BodyTemplate& body,
                     std::string_view encoded_prompt) const override {
        append_frame(profile_, out, custom_id, endpoint);
        out.append(body.before).append(encoded_prompt).append(body.after).append("}\n");
    }
    void append_raw_line(std::string& out,
                         std::string_view custom_id,
                         std::string_view endpoint,
                         std::string_view body) const override {
        append_frame(profile_, out, custom_id, endpoint);
        out.append(body).append("}\n");
    }
    Result<std::vector<std::string>> read_prompt(std::string_view line) const override {
        return read_line_prompt(line);
    }
    Result<RawRequest> read_raw_line(std::string_view line) const override {
        return read_request_line(profile_, line);
    }
    void append_raw_failure(std::string& out,
                            std::string_view custom_id,
                            std::string_view code,
                            std::string_view message) const override {
        append_failure_line(profile_, out, custom_id, code, message);
    }

    std::unique_ptr<UploadSession> upload(const UploadSpec& spec) const override {
        return std::make_unique<SingleUpload>(upload_request(profile_, spec));
    }
    std::optional<core::RemoteFileId> chosen_file(std::string_view) const override {
        return std::nullopt;
    }
    Result<FileView> parse_file(const HttpResponse& reply) const override {
        return read_file(profile_, reply);
    }
    HttpRequest list_files(std::string_view cursor) const override {
        return request_for(HttpMethod::get, files_target(profile_, cursor));
    }
    Result<Page<FileView>> parse_file_page(const HttpResponse& reply) const override {
        return read_file_page(profile_, reply);
    }
    HttpRequest get_file(const core::RemoteFileId& id) const override {
        return request_for(HttpMethod::get, file_target(profile_, id));
    }
    HttpRequest delete_file(const core::RemoteFileId& id) const override {
        return request_for(HttpMethod::del, file_target(profile_, id));
    }
    Result<bool> parse_deleted(const HttpResponse& reply) const override {
        return read_deleted(profile_, reply);
    }
    HttpRequest create_batch(const CreateSpec& spec) const override {
        return create_request(profile_, spec);
    }
    HttpRequest get_batch(const core::RemoteBatchId& id) const override {
        return request_for(HttpMethod::get, batch_target(profile_, id));
    }
    HttpRequest list_batches(std::string_view cursor) const override {
        return request_for(HttpMethod::get, batch_list_target(profile_, cursor));
    }
    bool lists_newest_first() const override { return profile_.newest_first; }
    HttpRequest cancel_batch(const core::RemoteBatchId& id) const override {
        return request_for(HttpMethod::post, batch_target(profile_, id).append(profile_.cancel));
    }
    HttpRequest check_key() const override {
        return request_for(HttpMethod::get, std::string(profile_.version) + "/models");
    }
    Result<BatchView> parse_batch(const HttpResponse& reply) const override {
        return read_batch(profile_, reply);
    }
    Result<Page<BatchView>> parse_batch_page(const HttpResponse& reply) const override {
        return read_batch_page(profile_, reply);
    }
    std::string cursor_after(std::string_view cursor, std::string next) const override {
        return profile_.cursor.kind == Cursor::Kind::number ? page_after(cursor) : next;
    }

    HttpRequest fetch(const core::RemoteFileId& id) const override {
        return request_for(HttpMethod::get, file_target(profile_, id) + "/content");
    }
    std::optional<HttpRequest> result_info(const core::RemoteFileId& id) const override {
        if (!profile_.tells_size) return std::nullopt;
        return get_file(id);
    }
    bool pages_results() const override { return !profile_.results.empty(); }
    HttpRequest result_page(const core::RemoteFileId& results,
                            std::string_view cursor) const override {
        return request_for(HttpMethod::get, result_page_target(profile_, results, cursor));
    }
    Result<std::string> parse_result_page(const HttpResponse& reply,
                                          std::string& lines) const override {
        if (!pages_results()) return Adapter::parse_result_page(reply, lines);
        return read_result_page(profile_, reply, lines);
    }
    bool is_whole(const HttpResponse& reply) const override {
        if (profile_.unfinished_header.empty()) return true;
        return reply.header(profile_.unfinished_header).value_or("") != "true";
    }

    Reply classify(const HttpResponse& reply) const override {
        return classify_reply(profile_, reply);
    }
    Reply classify_create(const HttpResponse& reply) const override {
        return classify_create_reply(profile_, reply);
    }
    std::optional<std::uint64_t> token_limit_of(std::string_view message) const override {
        return enqueued_limit(message);
    }
    Reply classify_failed(const BatchView& batch) const override {
        return classify_failed_batch(batch);
    }

    std::unique_ptr<LineParser> line_parser(std::string_view endpoint) const override {
        return make_line_parser(profile_.lines, endpoint_of(endpoint));
    }

    std::optional<HttpRequest> ordinary_call(std::string_view line,
                                             std::string_view endpoint,
                                             std::string_view model) const override {
        return ordinary_request(line, ordinary_target(profile_, endpoint), model);
    }
    void append_reply_line(std::string& out,
                           std::string_view custom_id,
                           const HttpResponse& reply) const override {
        append_ordinary_reply(profile_.lines, out, custom_id, reply);
    }

private:
    Endpoint endpoint_of(std::string_view path) const {
        return openai::find_endpoint(profile_.endpoints, path).value_or(Endpoint::chat);
    }

    const Profile& profile_;
};

std::optional<std::string_view> OpenAi::find_endpoint(std::string_view name) const {
    const auto kind = portable_kind(name);
    if (kind == "chat") name = path_of(Endpoint::chat);
    if (kind == "embeddings") name = path_of(Endpoint::embeddings);
    if (const auto known = openai::find_endpoint(profile_.endpoints, name)) return path_of(*known);
    return std::nullopt;
}

Caps OpenAi::caps(std::string_view endpoint) const {
    const Endpoint known = endpoint_of(endpoint);
    Caps caps;
    caps.max_requests = profile_.max_requests;
    caps.max_bytes = profile_.max_bytes;
    caps.max_line_bytes = profile_.max_line_bytes;
    caps.max_list_inputs = max_embedding_inputs;
    caps.max_inputs_per_request = max_inputs_per_embedding;
    caps.max_tokens_per_request = max_tokens_per_embedding;
    if (known == Endpoint::moderations) {
        caps.max_list_inputs = max_moderation_inputs;
        caps.max_inputs_per_request = max_inputs_per_moderation;
    }
    caps.form = takes_list(known) ? PromptForm::list : PromptForm::text;
    caps.structured_output = takes_schema(known);
    caps.fence_by_file = profile_.fence_by_file;
    return caps;
}

}  // namespace

const std::vector<const Adapter*>& adapters() {
    static const std::vector<OpenAi> made(profiles().begin(), profiles().end());
    static const std::vector<const Adapter*> all = [] {
        std::vector<const Adapter*> pointers;
        for (const auto& one : made)
            pointers.push_back(&one);
        return pointers;
    }();
    return all;
}

}  // namespace overnight::providers::openai
