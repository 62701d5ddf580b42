#include "providers/anthropic/adapter.hpp"

#include "providers/anthropic/bodies.hpp"
#include "providers/anthropic/limits.hpp"
#include "providers/anthropic/lines.hpp"
#include "providers/anthropic/ordinary.hpp"
#include "providers/anthropic/parameters.hpp"
#include "providers/anthropic/raw_line.hpp"
#include "providers/anthropic/reply_class.hpp"
#include "providers/anthropic/version.hpp"
#include "providers/anthropic/wire.hpp"
#include "providers/ordinary_parts.hpp"
#include "providers/portable.hpp"
#include "providers/upload_session.hpp"

#include <algorithm>
#include <utility>

namespace overnight::providers::anthropic {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using model::HttpMethod;
using model::HttpRequest;
using model::HttpResponse;

constexpr std::string_view batches_path = "/v1/messages/batches";

std::string batch_target(std::string_view id) {
    return std::string(batches_path) + "/" + model::url_encode(id);
}

Error no_files() {
    return Error(Errc::internal, "Anthropic's batches have no files: the create carries the lines");
}

class Anthropic final : public Adapter {
public:
    constexpr Anthropic(std::string_view kind, Version version) : kind_(kind), version_(version) {}

    std::string_view kind() const override { return kind_; }
    std::string_view family() const override { return "anthropic"; }
    std::string_view default_endpoint() const override { return messages_path; }
    std::string_view default_base_url() const override { return "https://api.anthropic.com"; }
    std::string_view emulator_path() const override { return "/anthropic"; }
    KeyFacts key_facts() const override {
        KeyFacts facts;
        facts.header = "x-api-key";
        facts.prefix = "";
        facts.variables = {"ANTHROPIC_API_KEY"};
        facts.base_url_variable = "ANTHROPIC_BASE_URL";
        return facts;
    }
    std::vector<std::string_view> endpoints() const override { return {messages_path}; }
    std::optional<std::string_view> find_endpoint(std::string_view name) const override {
        if (name == messages_path || portable_kind(name) == "chat") return messages_path;
        return std::nullopt;
    }
    Caps caps(std::string_view endpoint) const override;

    Result<std::string> parameters(const recipe::Recipe& recipe, std::string_view) const override {
        return portable_parameters(recipe, version_);
    }
    Result<BodyTemplate> body(const BodySpec& spec) const override {
        return make_body(spec, version_);
    }
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
        return read_request_line(line, version_);
    }
    void append_raw_failure(std::string& out,
                            std::string_view custom_id,
                            std::string_view code,
                            std::string_view message) const override {
        append_failure_line(out, custom_id, code, message);
    }

    // Files: there are none, and InputMode::inline_body keeps the roles from asking. The requests
    // have no target and would do nothing; the readers give Errc::internal.
    std::unique_ptr<UploadSession> upload(const UploadSpec&) const override {
        return std::make_unique<SingleUpload>(HttpRequest{});
    }
    Result<FileView> parse_file(const HttpResponse&) const override { return no_files(); }
    std::optional<core::RemoteFileId> chosen_file(std::string_view) const override {
        return std::nullopt;
    }
    HttpRequest list_files(std::string_view) const override { return {}; }
    Result<Page<FileView>> parse_file_page(const HttpResponse&) const override {
        return no_files();
    }
    HttpRequest get_file(const core::RemoteFileId&) const override { return {}; }
    HttpRequest delete_file(const core::RemoteFileId&) const override { return {}; }
    Result<bool> parse_deleted(const HttpResponse&) const override { return no_files(); }

    HttpRequest create_batch(const CreateSpec& spec) const override;
    HttpRequest get_batch(const core::RemoteBatchId& id) const override {
        return get(batch_target(id.v));
    }
    HttpRequest list_batches(std::string_view cursor) const override {
        std::string target = std::string(batches_path) + "?limit=100";
        if (!cursor.empty()) target.append("&after_id=").append(model::url_encode(cursor));
        return get(std::move(target));
    }
    HttpRequest cancel_batch(const core::RemoteBatchId& id) const override {
        return post(batch_target(id.v) + "/cancel");
    }
    HttpRequest check_key() const override { return get(std::string(batches_path) + "?limit=1"); }
    Result<BatchView> parse_batch(const HttpResponse& reply) const override {
        return read_batch(reply);
    }
    Result<Page<BatchView>> parse_batch_page(const HttpResponse& reply) const override {
        return read_batch_page(reply);
    }
    /// `id` is the batch's own: its results are no file of another name.
    HttpRequest fetch(const core::RemoteFileId& id) const override {
        return get(batch_target(id.v) + "/results");
    }
    std::optional<HttpRequest> result_info(const core::RemoteFileId&) const override {
        return std::nullopt;
    }

    Reply classify(const HttpResponse& reply) const override { return classify_reply(reply); }
    Reply classify_create(const HttpResponse& reply) const override {
        return classify_create_reply(reply);
    }
    std::optional<std::uint64_t> token_limit_of(std::string_view) const override {
        return std::nullopt;  // the queue is limited in requests, and no message names the limit
    }
    Reply classify_failed(const BatchView&) const override {
        return {ReplyClass::retry, "", "the batch failed and names no reason"};  // none ever does
    }

    std::unique_ptr<LineParser> line_parser(std::string_view) const override {
        return make_line_parser();
    }

    std::optional<HttpRequest> ordinary_call(std::string_view line,
                                             std::string_view endpoint,
                                             std::string_view model) const override {
        auto body = body_of_line(line, "params", model);
        if (!body) return std::nullopt;
        HttpRequest request = post(std::string(endpoint));
        request.body.emplace_back(*std::move(body));
        return request;
    }
    void append_reply_line(std::string& out,
                           std::string_view custom_id,
                           const HttpResponse& reply) const override {
        append_ordinary_reply(out, custom_id, reply);
    }

private:
    HttpRequest request_for(HttpMethod method, std::string target) const {
        HttpRequest request;
        request.method = method;
        request.target = std::move(target);
        request.headers.push_back({"anthropic-version", std::string(word(version_))});
        return request;
    }
    HttpRequest get(std::string target) const {
        return request_for(HttpMethod::get, std::move(target));
    }
    HttpRequest post(std::string target) const {
        HttpRequest request = request_for(HttpMethod::post, std::move(target));
        request.headers.push_back({"Content-Type", "application/json"});
        return request;
    }

    std::string_view kind_;
    Version version_;
};

Caps Anthropic::caps(std::string_view) const {
    Caps caps;
    caps.max_requests = max_requests;
    caps.max_bytes = max_shard_bytes;
    caps.max_line_bytes = max_line_bytes;
    caps.form = PromptForm::text;
    caps.structured_output = true;
    caps.input = InputMode::inline_body;
    caps.fence_by_file = false;
    caps.tagged = false;
    caps.vary_requests = vary_requests;
    return caps;
}

// Nothing of ours but the custom_ids shows at the provider: a batch has no name and no metadata.
HttpRequest Anthropic::create_batch(const CreateSpec& spec) const {
    HttpRequest request = post(std::string(batches_path));
    request.body.emplace_back(std::string(R"({"requests":[)"));
    // Without the last newline, behind which no element stands.
    const std::uint64_t length = spec.bytes - std::min<std::uint64_t>(spec.bytes, 1);
    request.body.emplace_back(
        model::FilePiece{spec.path, 0, length, model::Lines::joined_by_commas});
    request.body.emplace_back(std::string("]}"));
    return request;
}

}  // namespace

const Adapter& adapter_2023_06_01() {
    static const Anthropic the_adapter("anthropic", Version::v2023_06_01);
    return the_adapter;
}

const Adapter& adapter_2026_10_21() {
    static const Anthropic the_adapter("anthropic-2026-10-21", Version::v2026_10_21);
    return the_adapter;
}

}  // namespace overnight::providers::anthropic
