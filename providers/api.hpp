// The provider adapter: value in, HTTP request out; HTTP response in, value out. Stateless and
// pure: it never sees a socket, a clock, the store or a key. A provider is one folder and one line
// in registry.cpp.
#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"
#include "model/http.hpp"
#include "providers/values.hpp"
#include "recipe/recipe.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::providers {

/// Parses result lines fast; keeps its buffers. One thread.
class LineParser {
public:
    virtual ~LineParser() = default;
    /// `line` without its newline. Errc::protocol for a line that is no JSON object or has no
    /// custom_id.
    virtual core::Result<> parse(std::string_view line, LineResult& out) = 0;
};

/// An upload, which may take several requests. Values in, values out; one thread.
class UploadSession {
public:
    virtual ~UploadSession() = default;
    virtual model::HttpRequest first() = 0;
    /// After a reply that classify() calls ok: the next request, or nothing when that reply is the
    /// last one and parse_file() reads it. Errc::protocol.
    virtual core::Result<std::optional<model::HttpRequest>> next(
        const model::HttpResponse& reply) = 0;
    /// After a connection that broke: how to go on where the provider stopped reading. Nothing: the
    /// upload starts anew.
    virtual std::optional<model::HttpRequest> resume() = 0;
};

/// How a provider's key travels, and where users keep it.
struct KeyFacts {
    std::string_view header = "Authorization";
    std::string_view prefix = "Bearer ";
    std::vector<const char*> variables;  ///< environment variables, the first that is set counts
    const char* base_url_variable = nullptr;
};

class Adapter {
public:
    virtual ~Adapter() = default;
    virtual std::string_view kind() const = 0;  ///< "openai"
    virtual std::string_view family()
        const = 0;  ///< whose answers are the same answers, for fingerprints
    virtual std::string_view default_endpoint() const = 0;
    virtual std::string_view default_base_url() const = 0;
    virtual std::string_view emulator_path() const = 0;  ///< its dialect at our emulator: "/v1"
    /// Whether our emulator speaks the provider's dialect at all.
    virtual bool is_emulated() const { return true; }
    virtual KeyFacts key_facts() const = 0;
    virtual std::vector<std::string_view> endpoints() const = 0;
    /// The endpoint that does the work of `name`: one of endpoints(), or a portable name ("chat",
    /// "embeddings", "/v1/chat/completions", "/v1/embeddings"). Nothing when there is none.
    virtual std::optional<std::string_view> find_endpoint(std::string_view name) const = 0;
    virtual Caps caps(std::string_view endpoint) const = 0;

    // requests' bodies
    /// The provider's own parameters: the recipe's `parameters` with its portable settings
    /// (max_output_tokens, temperature, reasoning_effort) translated into them, as a JSON object.
    /// Errc::invalid_input, naming the setting, for what the provider or the model cannot express
    /// and for what is said twice.
    virtual core::Result<std::string> parameters(const recipe::Recipe& recipe,
                                                 std::string_view endpoint) const = 0;
    /// Refuses parameters that a batch cannot have (stream, n other than 1, model, messages,
    /// input). invalid_input.
    virtual core::Result<BodyTemplate> body(const BodySpec& spec) const = 0;
    /// Appends one line of a shard, newline included: the frame around a body whose prompt is
    /// already encoded.
    virtual void append_line(std::string& out,
                             std::string_view custom_id,
                             std::string_view endpoint,
                             const BodyTemplate& body,
                             std::string_view encoded_prompt) const = 0;
    /// Appends a raw request's line under our custom_id; `body` is its JSON text, byte for byte.
    virtual void append_raw_line(std::string& out,
                                 std::string_view custom_id,
                                 std::string_view endpoint,
                                 std::string_view body) const = 0;
    /// The prompt strings of a line that append_line made: one for text, one a row for list.
    /// Errc::corrupt.
    virtual core::Result<std::vector<std::string>> read_prompt(std::string_view line) const = 0;

    struct RawRequest {
        std::string custom_id;
        std::string endpoint;
        std::string model;         ///< "" where the line does not name it (Gemini)
        std::string_view body;     ///< JSON text inside the line
        std::uint32_t inputs = 1;  ///< of an embeddings request
    };
    /// Takes a line of a user's batch file apart and checks what the provider would refuse.
    /// invalid_input.
    virtual core::Result<RawRequest> read_raw_line(std::string_view line) const = 0;
    /// Appends the line of a raw request that failed, in the shape of the provider's result files.
    virtual void append_raw_failure(std::string& out,
                                    std::string_view custom_id,
                                    std::string_view code,
                                    std::string_view message) const = 0;

    // requests and what comes back
    // (InputMode::inline_body: nothing that concerns files is called)
    virtual std::unique_ptr<UploadSession> upload(const UploadSpec& spec) const = 0;
    virtual core::Result<FileView> parse_file(const model::HttpResponse& reply) const = 0;
    /// The id that upload() asks for, where the client may choose it: then get_file() tells whether
    /// an upload arrived, and lists are not searched.
    virtual std::optional<core::RemoteFileId> chosen_file(std::string_view tag) const = 0;
    virtual model::HttpRequest list_files(std::string_view cursor) const = 0;
    virtual core::Result<Page<FileView>> parse_file_page(
        const model::HttpResponse& reply) const = 0;
    virtual model::HttpRequest get_file(const core::RemoteFileId& id) const = 0;
    virtual model::HttpRequest delete_file(const core::RemoteFileId& id) const = 0;
    virtual core::Result<bool> parse_deleted(const model::HttpResponse& reply) const = 0;
    virtual model::HttpRequest create_batch(const CreateSpec& spec) const = 0;
    virtual model::HttpRequest get_batch(const core::RemoteBatchId& id) const = 0;
    virtual model::HttpRequest list_batches(std::string_view cursor) const = 0;
    /// Lists begin with the newest batch, so that a reading may end at an old one.
    virtual bool lists_newest_first() const { return true; }
    virtual model::HttpRequest cancel_batch(const core::RemoteBatchId& id) const = 0;
    virtual model::HttpRequest check_key() const = 0;  ///< the cheapest call that needs the key
    virtual core::Result<BatchView> parse_batch(const model::HttpResponse& reply) const = 0;
    virtual core::Result<Page<BatchView>> parse_batch_page(
        const model::HttpResponse& reply) const = 0;
    /// The cursor of the page behind the one that was asked for with `cursor` and whose reply named
    /// `next`: where pages are numbered, replies do not know their number.
    virtual std::string cursor_after(std::string_view cursor, std::string next) const {
        (void)cursor;
        return next;
    }
    virtual model::HttpRequest fetch(const core::RemoteFileId& id) const = 0;
    /// Results are no files but pages: an ended batch names, as its output_file, what result_page()
    /// is to be asked for, and fetch() and result_info() are not called.
    virtual bool pages_results() const { return false; }
    virtual model::HttpRequest result_page(const core::RemoteFileId& results,
                                           std::string_view cursor) const;
    /// Appends a page's results to `lines`, one line each, newlines included, for line_parser().
    /// Returns the next page's cursor, "" behind the last. Errc::protocol, with `lines` as it was.
    virtual core::Result<std::string> parse_result_page(const model::HttpResponse& reply,
                                                        std::string& lines) const;
    /// A result file's reply: false when the file still grows, so that it must be fetched again.
    virtual bool is_whole(const model::HttpResponse& reply) const {
        (void)reply;
        return true;
    }
    /// Asks for a result file's length, which parse_file() reads; nothing where none is told.
    virtual std::optional<model::HttpRequest> result_info(const core::RemoteFileId& id) const = 0;

    /// Of any request but a create: what a reply means.
    virtual Reply classify(const model::HttpResponse& reply) const = 0;
    /// Of a create (SUBMISSION 3.1): ok, rejected, rate_limited, unauthorized, quota, token_limit,
    /// not_found, or ambiguous; never retry.
    virtual Reply classify_create(const model::HttpResponse& reply) const = 0;
    /// The enqueued-token limit that a message names; nothing when it names none.
    virtual std::optional<std::uint64_t> token_limit_of(std::string_view message) const = 0;
    /// What a batch that failed in validation says.
    virtual Reply classify_failed(const BatchView& batch) const = 0;

    virtual std::unique_ptr<LineParser> line_parser(std::string_view endpoint) const = 0;

    // ordinary calls: a shard's lines one by one, where there is no batch endpoint
    /// The ordinary call that a shard's line stands for: its body, to `endpoint`, for `model` where
    /// neither names one. Nothing: this provider is not driven by ordinary calls, or the line is
    /// none that append_line or append_raw_line made.
    virtual std::optional<model::HttpRequest> ordinary_call(std::string_view line,
                                                            std::string_view endpoint,
                                                            std::string_view model) const;
    /// Appends the reply to an ordinary call, whatever its status, as a line of the provider's
    /// result files, newline included. What line_parser() cannot read in it becomes an error with
    /// the reply's status, or with what stands for it in lines that have none. Appends nothing
    /// where ordinary_call() gives nothing.
    virtual void append_reply_line(std::string& out,
                                   std::string_view custom_id,
                                   const model::HttpResponse& reply) const;
};

/// The adapter of a provider kind, or nullptr.
const Adapter* find_adapter(std::string_view kind);
std::vector<std::string_view> known_kinds();

}  // namespace overnight::providers
