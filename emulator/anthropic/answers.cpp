// Messages as answers (providers/anthropic.md 3).
#include "emulator/anthropic/requests.hpp"
#include "emulator/json_text.hpp"
#include "emulator/words.hpp"

#include <algorithm>

namespace overnight::emulator::anthropic {

namespace {

std::string id_of(std::string_view prefix, const Sha256& hash) {
    constexpr std::size_t digits = 24;
    return std::string(prefix) + hash.hex().substr(0, digits);
}

// Where the first of the stop sequences begins; npos when none is in the text.
std::size_t find_stop(std::string_view text,
                      const std::vector<std::string>& sequences,
                      std::string_view& found) {
    std::size_t first = std::string_view::npos;
    for (const std::string& sequence : sequences) {
        const std::size_t at = sequence.empty() ? std::string_view::npos : text.find(sequence);
        if (at >= first) continue;
        first = at;
        found = sequence;
    }
    return first;
}

// How a message ends, and with what.
struct Ending {
    std::string_view text;
    std::string reason = "end_turn";
    std::string_view sequence;  ///< that stopped it
};

Ending ending_of(const Answer& answer, const Wishes& wishes) {
    const Rule* const rule = answer.rule;
    Ending ending;
    ending.text = answer.text;
    if (is_fault(rule, Fault::refusal)) {
        ending.text = refusal_text(*rule);
        ending.reason = "refusal";
    } else if (answer.cut) {
        ending.reason = "max_tokens";
    } else if (is_fault(rule, Fault::finish)) {
        const std::string_view reason = rule->text("reason", "max_tokens");
        ending.reason = reason == "content_filter" ? "refusal" : reason;
        if (ending.reason == "refusal") ending.text = {};
    } else if (wishes.forced_tool() != nullptr) {
        ending.reason = "tool_use";
    } else if (answer.prompt.format == Prompt::Format::text) {
        const std::size_t stop = find_stop(answer.text, wishes.stop_sequences, ending.sequence);
        if (stop == std::string_view::npos) return ending;
        ending.text = answer.text.substr(0, stop);
        ending.reason = "stop_sequence";
    }
    return ending;
}

// Thinking says a little about the question, in what max_tokens leaves.
std::string thought_of(const Answer& answer, std::string_view text) {
    const std::uint64_t most = answer.prompt.max_output_tokens.value_or(0);
    const std::uint64_t left = most - std::min(most, tokens_of(text));
    Random random(hash_text(answer.prompt.user_text, 1));
    const std::string thought = sentence(answer.prompt.user_text, random, 8, 20);
    const std::uint64_t tokens = std::min<std::uint64_t>(left, thought.size());
    return std::string(cut_utf8(thought, static_cast<std::size_t>(tokens * 4)));
}

void put_thinking(std::string& out, const Answer& answer, std::string_view thought) {
    ObjectWriter(out)
        .text("type", "thinking")
        .text("thinking", thought)
        .text("signature", answer.request.sha256.hex())
        .end();
}

void put_tool_use(std::string& out, const Answer& answer, const Tool& tool, const Ending& ending) {
    // An input is always an object: what broke off is shown as an empty one.
    const bool whole = ending.reason == "tool_use" && !is_fault(answer.rule, Fault::invalid_json) &&
                       !answer.text.empty();
    ObjectWriter(out)
        .text("type", "tool_use")
        .text("id", id_of("toolu_01", answer.request.sha256))
        .text("name", tool.name)
        .raw("input", whole ? answer.text : "{}")
        .end();
}

void put_text(std::string& out, std::string_view text) {
    ObjectWriter(out).text("type", "text").text("text", text).end();
}

void put_content(std::string& out,
                 const Answer& answer,
                 const Wishes& wishes,
                 const Ending& ending,
                 std::string_view thought) {
    out += '[';
    if (!thought.empty()) put_thinking(out, answer, thought);
    const Tool* const tool = ending.reason == "refusal" ? nullptr : wishes.forced_tool();
    const bool failed = is_fault(answer.rule, Fault::response_failed);
    if (failed || tool != nullptr || !ending.text.empty()) {
        if (out.back() != '[') out += ',';
        if (failed) {
            put_text(out, "");
        } else if (tool != nullptr) {
            put_tool_use(out, answer, *tool, ending);
        } else {
            put_text(out, ending.text);
        }
    }
    out += ']';
}

void put_usage(ObjectWriter& message,
               const Answer& answer,
               const Executed& result,
               const CacheUse& cache,
               std::uint64_t thinking_tokens) {
    const ShownUsage shown = shown_usage(result, answer.rule);
    if (shown.absent) return;
    const std::uint64_t written = cache.written_short + cache.written_long;
    const auto number = [](std::uint64_t n) { return static_cast<std::int64_t>(n); };
    // What was read from the cache, or written to it, is not counted as input.
    const bool honest = !is_fault(answer.rule, Fault::usage_wrong);
    ObjectWriter usage(message.key("usage"));
    usage.number("input_tokens", honest ? shown.input - number(cache.read + written) : shown.input)
        .number("cache_creation_input_tokens", number(written))
        .number("cache_read_input_tokens", number(cache.read));
    ObjectWriter(usage.key("cache_creation"))
        .number("ephemeral_5m_input_tokens", number(cache.written_short))
        .number("ephemeral_1h_input_tokens", number(cache.written_long))
        .end();
    usage.number("output_tokens", shown.output);
    if (thinking_tokens > 0) {
        ObjectWriter(usage.key("output_tokens_details"))
            .number("thinking_tokens", number(thinking_tokens))
            .end();
    }
    usage.text("service_tier", answer.request.tier == Tier::batch ? "batch" : "standard")
        .raw("server_tool_use", "null")
        .end();
}

}  // namespace

void Requests::put_answer(const Answer& answer, Executed& result) {
    const bool empty = is_fault(answer.rule, Fault::empty_answer);
    const Ending ending = empty ? Ending() : ending_of(answer, wishes_);
    const std::string thought =
        wishes_.thinking && !empty ? thought_of(answer, ending.text) : std::string();
    result.output_tokens = tokens_of(ending.text) + tokens_of(thought);
    CacheUse cache;
    if (answer.request.cache != nullptr)
        cache = answer.request.cache->use(cache_points(wishes_, answer.prompt), answer.request.now);
    ObjectWriter message(result.body);
    message.text("id", id_of("msg_01", answer.request.sha256))
        .text("type", "message")
        .text("role", "assistant")
        .text("model", shown_model(answer.prompt, answer.rule, "claude-other-1"));
    std::string& out = message.key("content");
    if (empty) {
        out += "[]";
    } else {
        put_content(out, answer, wishes_, ending, thought);
    }
    message.text("stop_reason", ending.reason).text_or_null("stop_sequence", ending.sequence);
    put_usage(message, answer, result, cache, tokens_of(thought));
    message.end();
}

}  // namespace overnight::emulator::anthropic
