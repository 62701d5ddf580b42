// Executes one request body: the answer, its usage and, by a fault rule, what goes wrong with it.
// What is answered is the same in every dialect; how it is written is the dialect's.
#pragma once

#include "emulator/faults.hpp"
#include "emulator/hashing.hpp"
#include "emulator/prompt.hpp"
#include "emulator/request_format.hpp"
#include "emulator/schema.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace overnight::emulator {

/// One a thread: it keeps parsers, buffers and compiled schemas.
class Executor {
public:
    using Request = ExecutionRequest;

    /// Fills `result`; the body is a function of the request's body but for the times in it.
    void run(const Request& request, const FaultScript& faults, Executed& result);

private:
    RequestFormat& format_of(Provider provider);
    void answer_text(const Rule* rule, std::uint64_t seed);
    const Schema* schema_of(std::string_view text, std::string& why);

    std::map<Provider, std::unique_ptr<RequestFormat>> formats_;
    Prompt prompt_;
    std::string text_;  ///< of the answer
    std::string schema_error_;
    bool cut_ = false;  ///< the answer ran into the token limit
    std::unordered_map<std::string, std::unique_ptr<const Schema>> schemas_;
};

}  // namespace overnight::emulator
