// The provider adapter: value in, HTTP request out; HTTP response in, value out. Stateless and
// pure: it never sees a socket, a clock, the store or a key. A provider is one folder and one line
// in registry.cpp.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "model/attempt.hpp"
#include "model/http.hpp"
#include "model/row.hpp"
#include "model/usage.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::providers {

/// What a reply means for whoever sent the request. Errors without a reply are net's to tell.
enum class ReplyClass {
    ok,
    retry,         ///< 5xx, 408, 409...: of a request that is free to repeat
    rate_limited,  ///< wait, then the same again
    rejected,      ///< with the provider's own error shape: it took no effect
    not_found,     ///< with the provider's own error shape
    unauthorized,  ///< the key is refused: hold the account
    quota,         ///< no credit, spend limit: hold the account
    token_limit,   ///< enqueued tokens: wait for running batches
    ambiguous,     ///< of a create: it may have taken effect
};
std::string_view name(ReplyClass c) noexcept;

struct Reply {
    ReplyClass what = ReplyClass::ok;
    std::string code;     ///< the provider's error code or type, "" when none
    std::string message;  ///< the provider's words; untrusted
};

enum class Correlation { lines };  // custom_id in every line; others come with their providers

/// How rows stand in a request's body.
enum class PromptForm {
    text,  ///< one string: a row's text, or the pack's rows as lines
    list,  ///< a list of strings: one a row, matched by index (embeddings, moderations)
};

struct Caps {
    std::uint32_t max_requests = 50'000;             ///< a shard
    std::uint64_t max_bytes = 200'000'000;           ///< a shard
    std::uint32_t max_list_inputs = 50'000;          ///< embedding inputs summed over a shard
    std::uint32_t max_inputs_per_request = 2048;     ///< of PromptForm::list
    std::uint64_t max_tokens_per_request = 300'000;  ///< of PromptForm::list
    std::uint64_t max_line_bytes = 16u << 20;        ///< ours, where the provider names none
    PromptForm form = PromptForm::text;
    bool structured_output = true;
    bool fence_by_file = true;  ///< deleting the input file stops a late create
};

/// The shared part of a request's body.
struct BodySpec {
    std::string endpoint;
    std::string model;
    std::string
        parameters;  ///< a JSON object's text: passed through as the provider's own parameters
    std::string instructions;  ///< may be empty
    std::string schema;        ///< JSON Schema text for strict structured output; empty: plain text
    std::uint32_t output_factor =
        1;  ///< multiplies an output limit among the parameters, if there is one
};

/// A body is `before`, the prompt, `after`. For PromptForm::text the prompt is the inside of one
/// JSON string (escaped, without its quotes); for list it is JSON strings with commas between them.
/// Shared text comes first.
struct BodyTemplate {
    std::string before;
    std::string after;
};

struct UploadSpec {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    std::string tag;  ///< the file's name at the provider is "<tag>.jsonl"
};

struct CreateSpec {
    core::RemoteFileId file;
    std::string endpoint;
    std::string tag;
    std::string job;  ///< for people who look at the provider's console
    std::string shard;
};

struct FileView {
    core::RemoteFileId id;
    std::uint64_t bytes = 0;
    std::string filename;
    std::int64_t created_at = 0;
};

struct BatchView {
    core::RemoteBatchId id;
    model::BatchStatus status = model::BatchStatus::unknown;
    std::string status_word;
    std::string tag;  ///< from the metadata; "" when absent
    core::RemoteFileId input_file;
    core::RemoteFileId output_file;  ///< empty for null, absent and ""
    core::RemoteFileId error_file;
    std::int64_t created_at = 0;  ///< Unix seconds; 0 when absent
    std::uint64_t total = 0, completed = 0, failed = 0;
    model::Usage usage;
    struct Problem {
        std::string code;
        std::string message;
        std::optional<std::uint64_t> line;
    };
    std::vector<Problem> errors;
};

template <class Item>
struct Page {
    std::vector<Item> items;
    bool more = false;
    std::string next;  ///< cursor of the next page, "" without
};

/// What one line of a result file says.
struct LineResult {
    std::string custom_id;
    model::Verdict verdict =
        model::Verdict::retryable;   ///< answered: complete, not refused, not cut; not yet checked
    std::string text;                ///< the answer, when answered or cut off (PromptForm::text)
    std::vector<std::string> items;  ///< per input, by index: JSON text (PromptForm::list)
    int status = 0;                  ///< HTTP status inside the line; 0 without
    std::string code;                ///< error code, finish reason, "refusal"
    std::string message;             ///< untrusted
    model::Usage usage;

    void clear();
};

/// Parses result lines fast; keeps its buffers. One thread.
class LineParser {
public:
    virtual ~LineParser() = default;
    /// `line` without its newline. Errc::protocol for a line that is no JSON object or has no
    /// custom_id.
    virtual core::Result<> parse(std::string_view line, LineResult& out) = 0;
};

class Adapter {
public:
    virtual ~Adapter() = default;
    virtual std::string_view kind() const = 0;  ///< "openai"
    virtual std::string_view family()
        const = 0;  ///< whose answers are the same answers, for fingerprints
    virtual std::string_view default_endpoint() const = 0;
    virtual std::string_view default_base_url() const = 0;
    virtual std::vector<std::string_view> endpoints() const = 0;
    virtual Caps caps(std::string_view endpoint) const = 0;

    // requests' bodies
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
        std::string model;
        std::string_view body;     ///< JSON text inside the line
        std::uint32_t inputs = 1;  ///< of an embeddings request
    };
    /// Takes a line of a user's batch file apart and checks what the provider would refuse.
    /// invalid_input.
    virtual core::Result<RawRequest> read_raw_line(std::string_view line) const = 0;

    // requests and what comes back
    virtual model::HttpRequest upload(const UploadSpec& spec) const = 0;
    virtual core::Result<FileView> parse_file(const model::HttpResponse& reply) const = 0;
    virtual model::HttpRequest list_files(std::string_view cursor) const = 0;
    virtual core::Result<Page<FileView>> parse_file_page(
        const model::HttpResponse& reply) const = 0;
    virtual model::HttpRequest get_file(const core::RemoteFileId& id) const = 0;
    virtual model::HttpRequest delete_file(const core::RemoteFileId& id) const = 0;
    virtual core::Result<bool> parse_deleted(const model::HttpResponse& reply) const = 0;
    virtual model::HttpRequest create_batch(const CreateSpec& spec) const = 0;
    virtual model::HttpRequest get_batch(const core::RemoteBatchId& id) const = 0;
    virtual model::HttpRequest list_batches(std::string_view cursor) const = 0;
    virtual model::HttpRequest cancel_batch(const core::RemoteBatchId& id) const = 0;
    virtual model::HttpRequest check_key() const = 0;  ///< the cheapest call that needs the key
    virtual core::Result<BatchView> parse_batch(const model::HttpResponse& reply) const = 0;
    virtual core::Result<Page<BatchView>> parse_batch_page(
        const model::HttpResponse& reply) const = 0;
    virtual model::HttpRequest fetch(const core::RemoteFileId& id) const = 0;

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
};

/// The adapter of a provider kind, or nullptr.
const Adapter* find_adapter(std::string_view kind);
std::vector<std::string_view> known_kinds();

}  // namespace overnight::providers
