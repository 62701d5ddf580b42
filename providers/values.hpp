// What adapters speak in: values that no provider's wire shows through.
#pragma once

#include "core/ids.hpp"
#include "model/attempt.hpp"
#include "model/row.hpp"
#include "model/usage.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
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
    /// What the reply's body asks to be waited for, where a provider says it there and not in
    /// Retry-After.
    std::optional<std::chrono::milliseconds> wait{};
};

/// How rows stand in a request's body.
enum class PromptForm {
    text,  ///< one string: a row's text, or the pack's rows as lines
    list,  ///< a list of strings: one a row, matched by index (embeddings, moderations)
};

/// How a shard reaches the provider.
enum class InputMode {
    file,         ///< uploaded, then named in the create
    inline_body,  ///< the create's own body carries the lines (CreateSpec::path)
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
    InputMode input = InputMode::file;
    bool fence_by_file = true;  ///< deleting the input file stops a late create
    /// Lists show what a batch was made for: our tag, or our input file. Where they do not, a lost
    /// create is looked for by what came after a baseline (SUBMISSION 3.4).
    bool tagged = true;
    /// Shards differ in size by up to so many requests, so that a count tells them apart.
    std::uint32_t vary_requests = 0;
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
    core::RemoteFileId file;     ///< InputMode::file
    std::filesystem::path path;  ///< the shard's file, for InputMode::inline_body
    std::uint64_t bytes = 0;     ///< of it
    std::string endpoint;
    std::string model;
    std::string tag;
    std::string job;  ///< for people who look at the provider's console
    std::string shard;
};

enum class FileState {
    ready,
    pending,  ///< the provider still looks at it: a create would be refused
    failed,   ///< the provider cannot read it
};

struct FileView {
    core::RemoteFileId id;
    std::uint64_t bytes = 0;
    std::string filename;
    std::int64_t created_at = 0;
    FileState state = FileState::ready;
};

/// How an account's requests are sent.
enum class Tier {
    batch,  ///< whole shards, through the provider's batch endpoint
    sync,   ///< line by line as ordinary calls: for servers without one
};

/// What to do about a lost create at a provider without fence and tags (SUBMISSION 3.4). A setting
/// of the account.
struct Lost {
    /// Nobody else makes batches under this key: one batch that looks like the lost one is it.
    bool dedicated = false;
    enum class Policy { hold, resubmit };
    Policy policy = Policy::hold;  ///< when it is not found within the settle time
    /// Shards with more estimated input tokens than this are held whatever the policy.
    std::uint64_t most_exposed_tokens = 1'000'000;
};

struct BatchView {
    core::RemoteBatchId id;
    model::BatchStatus status = model::BatchStatus::unknown;
    std::string status_word;
    std::string tag;  ///< from the metadata or the name; "" when absent
    core::RemoteFileId input_file;
    core::RemoteFileId output_file;  ///< empty for null, absent and ""
    core::RemoteFileId error_file;
    std::int64_t created_at = 0;  ///< Unix seconds; 0 when absent
    std::uint64_t total = 0, completed = 0, failed = 0;
    double progress = 0;  ///< 0..1, where a provider tells that instead of counts
    /// Not ended, but nothing of it waits any more: its counts leave requests out. Where the counts
    /// decide, such an end may never be said (providers/others.md 1, xAI).
    bool unaccounted = false;
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

}  // namespace overnight::providers
