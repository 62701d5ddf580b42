// Message bodies and answers, inside batches and out (providers/anthropic.md 2.2, 3).
#pragma once

#include "emulator/request_format.hpp"

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::emulator::anthropic {

/// A piece of a prompt, for the prompt cache.
struct Block {
    std::uint64_t hash = 0;  ///< of its text
    std::uint64_t bytes = 0;
    std::int64_t lifetime = 0;  ///< seconds, when it ends with a cache_control; else 0
};

struct Tool {
    std::string name;
    std::string_view schema;  ///< of its input; points into the body
};

/// What only this dialect asks for; the rest is a Prompt's.
struct Wishes {
    enum class ToolChoice { none, any, named };

    ToolChoice tool_choice = ToolChoice::none;
    std::string chosen;  ///< the tool's name
    std::vector<Tool> tools;
    bool thinking = false;
    std::vector<std::string> stop_sequences;

    // In the order of the cache: tools, then system, then messages.
    std::vector<Block> tool_blocks;
    std::vector<Block> system_blocks;
    std::vector<Block> message_blocks;
    std::int64_t whole_lifetime = 0;  ///< of a cache_control beside the messages; else 0

    std::string wrong;        ///< what every version refuses; empty: nothing
    std::string sampling;     ///< temperature, top_p or top_k, when one is there
    std::string wrong_later;  ///< what only 2026-10-21 refuses, but for sampling
    std::string batch_only;   ///< what is refused inside a batch alone

    /// The tool that the answer must call; null: none.
    const Tool* forced_tool() const noexcept;
};

class Requests final : public RequestFormat {
public:
    /// `body` is one JSON value with at least simdjson's padding of readable bytes behind it.
    ApiError read(std::string_view body, Prompt& prompt);

    ApiError read(const ExecutionRequest& request, Prompt& prompt) override {
        return read(request.body, prompt);
    }
    ApiError check(const ExecutionRequest& request, const Prompt& prompt) const override;
    ApiError bad_schema(const std::string& why) const override;
    ApiError failure(const Rule& rule, const Prompt& prompt) const override;
    void put_answer(const Answer& answer, Executed& result) override;

private:
    simdjson::ondemand::parser parser_;
    Wishes wishes_;
};

/// What the request marks for the cache, as far as it is long enough; at most the first four.
std::vector<CachePoint> cache_points(const Wishes& wishes, const Prompt& prompt);
/// How many cache_control there are.
std::size_t cache_marks(const Wishes& wishes) noexcept;

}  // namespace overnight::emulator::anthropic
