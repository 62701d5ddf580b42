// How one dialect writes its requests and answers: bodies become a Prompt, what the executor made
// of it becomes a body.
#pragma once

#include "emulator/api_error.hpp"
#include "emulator/endpoint.hpp"
#include "emulator/faults.hpp"
#include "emulator/hashing.hpp"
#include "emulator/prompt.hpp"
#include "emulator/prompt_cache.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace overnight::emulator {

enum class Tier { batch, flex, standard };
std::string_view name(Tier tier) noexcept;

/// One request body that is to be executed.
struct ExecutionRequest {
    Endpoint endpoint = Endpoint::chat_completions;
    std::string_view body;  ///< with padding behind it, as simdjson wants it
    const Sha256& sha256;   ///< of the body
    Tier tier = Tier::batch;
    std::int64_t now = 0;          ///< seconds
    std::uint64_t batch = 0;       ///< ordinal, for the fault rules; 0: an ordinary call
    std::string_view model{};      ///< where the URL or the batch names it; else it is in the body
    std::string_view version{};    ///< of the API, where requests choose one
    PromptCache* cache = nullptr;  ///< null: nothing is cached
};

/// What an execution came to. `status` 0 stands for a line that has none (providers/openai.md 4.4
/// D).
struct Executed {
    int status = 200;
    std::string body;  ///< JSON: the answer; empty when it failed
    ApiError error;    ///< why it failed: whoever shows it writes the dialect's envelope
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
    bool billed = false;
    const Rule* rule = nullptr;  ///< that made it so

    bool succeeded() const noexcept { return status >= 200 && status < 300; }
};

/// What the executor made, for a dialect to wrap.
struct Answer {
    const ExecutionRequest& request;
    const Prompt& prompt;
    std::string_view text;       ///< empty for endpoints that do not answer with text
    bool cut = false;            ///< it ran into the token limit
    const Rule* rule = nullptr;  ///< the line rule that applies
};

/// One a thread and dialect: it may keep parsers, and from read() to put_answer() what only its
/// dialect asks for.
class RequestFormat {
public:
    virtual ~RequestFormat() = default;

    /// Fills `prompt`, also when the answer is an error: as far as it was read. Views in it point
    /// into the body and into this object until the next call.
    virtual ApiError read(const ExecutionRequest& request, Prompt& prompt) = 0;
    /// What the provider refuses in a request that could be read.
    virtual ApiError check(const ExecutionRequest& request, const Prompt& prompt) const = 0;
    /// A schema that the provider cannot use.
    virtual ApiError bad_schema(const std::string& why) const = 0;
    /// The error of line_error, quota or poison, before the rule's own parameters replace parts of
    /// it.
    virtual ApiError failure(const Rule& rule, const Prompt& prompt) const = 0;
    /// Writes result.body and sets result.output_tokens.
    virtual void put_answer(const Answer& answer, Executed& result) = 0;
};

/// The emulator's tokenizer: four bytes a token.
constexpr std::uint64_t tokens_of(std::string_view text) noexcept {
    return (text.size() + 3) / 4;
}

/// Replaces the parts of an error that a rule names: status, code, message, type, param.
void apply_rule(const Rule& rule, ApiError& error);

/// Token numbers as a usage object shows them, which `usage_wrong` falsifies.
struct ShownUsage {
    std::int64_t input = 0;
    std::int64_t output = 0;
    bool absent = false;
};
ShownUsage shown_usage(const Executed& result, const Rule* rule);

/// The model's name as the answer shows it: `other_model` falsifies it.
std::string_view shown_model(const Prompt& prompt, const Rule* rule, std::string_view other);

/// The text of a refusal.
std::string_view refusal_text(const Rule& rule);

}  // namespace overnight::emulator
