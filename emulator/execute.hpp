// Executes one request body: the answer, its usage and, by a fault rule, what goes wrong with it.
#pragma once

#include "emulator/faults.hpp"
#include "emulator/hashing.hpp"
#include "emulator/prompt.hpp"
#include "emulator/schema.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace overnight::emulator {

enum class Tier { batch, flex, standard };
std::string_view name(Tier tier) noexcept;

/// What an execution came to. `status` 0 stands for a line that has none (providers/openai.md 4.4
/// D).
struct Executed {
    int status = 200;
    std::string body;  ///< JSON: the answer, or the error envelope
    std::string error_code;
    std::string error_message;
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
    bool billed = false;
    const Rule* rule = nullptr;  ///< that made it so
};

/// `{"error":{...}}`.
void put_error_body(std::string& out, const ApiError& error);

/// One a thread: it keeps parsers, buffers and compiled schemas.
class Executor {
public:
    struct Request {
        Endpoint endpoint = Endpoint::chat_completions;
        std::string_view body;  ///< with padding behind it, as PromptReader wants it
        const Sha256& sha256;
        Tier tier = Tier::batch;
        std::int64_t now = 0;     ///< seconds
        std::uint64_t batch = 0;  ///< ordinal, for the fault rules
    };

    /// Fills `result`; the body is a function of the request's body but for the times in it.
    void run(const Request& request, const FaultScript& faults, Executed& result);

private:
    void fail(const ApiError& error, Executed& result);
    void fail_by(const Rule& rule, Executed& result);
    ApiError check(Endpoint endpoint) const;
    void answer_text(const Rule* rule, std::uint64_t seed);
    const Schema* schema_of(std::string_view text, std::string& why);
    void put_chat(const Request& request, const Rule* rule, Executed& result);
    void put_response(const Request& request, const Rule* rule, Executed& result);
    void put_embeddings(const Request& request, Executed& result);
    void put_moderations(const Request& request, Executed& result);
    void put_usage(std::string_view in, std::string_view out, const Rule* rule, Executed& result);

    PromptReader reader_;
    Prompt prompt_;
    std::string text_;  ///< of the answer
    std::string schema_error_;
    bool cut_ = false;  ///< the answer ran into the token limit
    std::unordered_map<std::string, std::unique_ptr<const Schema>> schemas_;
};

}  // namespace overnight::emulator
