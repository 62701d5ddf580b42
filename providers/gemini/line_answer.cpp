#include "providers/gemini/line_answer.hpp"

#include "providers/line_values.hpp"
#include "providers/number_list.hpp"

#include <charconv>
#include <string>
#include <utility>

namespace overnight::providers::gemini {
namespace {

using simdjson::error_code;
using simdjson::SUCCESS;

/// More tokens than any request can have: a number that is made up must not spoil a sum.
constexpr std::uint64_t most_tokens = 1'000'000'000'000;

/// A count of tokens, as a number or as a text (64-bit numbers are texts).
error_code read_tokens(od::value value, std::uint64_t& out) {
    od::json_type type{};
    if (const auto code = value.type().get(type)) return code;
    std::uint64_t number = 0;
    if (type == od::json_type::string) {
        std::string_view text;
        if (const auto code = value.get_string().get(text)) return code;
        const auto* end = text.data() + text.size();
        const auto [stop, failed] = std::from_chars(text.data(), end, number);
        if (failed != std::errc{} || stop != end) return SUCCESS;
    } else if (const auto code = read_count(value, number)) {
        return code;
    }
    if (number <= most_tokens) out = number;
    return SUCCESS;
}

/// One part of a content. Whether it is a thought may stand behind its text.
error_code read_part(od::value part, LineResult& out, LineFacts& facts) {
    std::string_view text;
    bool thought = false;
    const auto code = each_member(part, [&](std::string_view key, od::value v) -> error_code {
        if (key == "text") return read_text(v, text);
        if (key == "thought") return forgive_type(v.get_bool().get(thought));
        if (key == "functionCall") facts.called_tool = facts.called_tool || !is_null(v);
        return SUCCESS;
    });
    if (!thought) out.text += text;
    return code;
}

/// The first candidate; a batch asks for one.
error_code read_candidates(od::value candidates, LineResult& out, LineFacts& facts) {
    bool first = true;
    return each_element(candidates, [&](od::value candidate) -> error_code {
        if (!std::exchange(first, false)) return SUCCESS;
        return each_member(candidate, [&](std::string_view key, od::value v) -> error_code {
            if (key == "finishReason") return read_text(v, facts.finish);
            if (key == "finishMessage") return read_text(v, facts.finish_message);
            if (key != "content") return SUCCESS;
            return each_member(v, [&](std::string_view name, od::value parts) -> error_code {
                if (name != "parts") return SUCCESS;
                return each_element(parts,
                                    [&](od::value part) { return read_part(part, out, facts); });
            });
        });
    });
}

/// Cached tokens are among the prompt's; what tools put in is not, and thoughts are output.
error_code read_usage(od::value value, model::Usage& usage) {
    std::uint64_t prompt = 0, tools = 0, answer = 0, thoughts = 0;
    const auto code = each_member(value, [&](std::string_view key, od::value v) -> error_code {
        if (key == "promptTokenCount") return read_tokens(v, prompt);
        if (key == "toolUsePromptTokenCount") return read_tokens(v, tools);
        if (key == "candidatesTokenCount") return read_tokens(v, answer);
        if (key == "thoughtsTokenCount") return read_tokens(v, thoughts);
        if (key == "cachedContentTokenCount") return read_tokens(v, usage.cached_input_tokens);
        return SUCCESS;
    });
    usage.input_tokens = prompt + tools;
    usage.output_tokens = answer + thoughts;
    return code;
}

error_code read_embedding(od::value value, LineResult& out, LineFacts& facts) {
    return each_member(value, [&](std::string_view key, od::value v) -> error_code {
        if (key != "values") return SUCCESS;
        bool good = out.items.empty();
        std::string list;
        if (const auto code = append_numbers(list, v, good)) return code;
        facts.damaged = facts.damaged || !good;
        if (good) out.items.push_back(std::move(list));
        return SUCCESS;
    });
}

error_code read_error_members(od::value value, ErrorText& error) {
    return each_member(value, [&](std::string_view key, od::value v) -> error_code {
        if (key == "message") return read_text(v, error.message);
        if (key == "status") return read_text(v, error.status);
        return key == "code" ? read_tokens(v, error.code) : SUCCESS;
    });
}

}  // namespace

error_code read_response(Endpoint endpoint, od::value response, LineResult& out, LineFacts& facts) {
    facts.has_response = !is_null(response);
    return each_member(response, [&](std::string_view key, od::value v) -> error_code {
        if (key == "usageMetadata") return read_usage(v, out.usage);
        if (endpoint == Endpoint::embed) {
            if (key == "embedding") return read_embedding(v, out, facts);
            return key == "tokenCount" ? read_tokens(v, out.usage.input_tokens) : SUCCESS;
        }
        if (key == "candidates") return read_candidates(v, out, facts);
        if (key != "promptFeedback") return SUCCESS;
        return each_member(v, [&](std::string_view name, od::value reason) -> error_code {
            return name == "blockReason" ? read_text(reason, facts.blocked) : SUCCESS;
        });
    });
}

error_code read_error(od::value value, LineFacts& facts) {
    ErrorText error;
    if (const auto code = read_text(value, error.message)) return code;
    if (const auto code = read_error_members(value, error)) return code;
    // {} is google.rpc.Status with code 0, which is no error: it must not cost the answer beside
    // it.
    if (error.code == 0 && error.status.empty() && error.message.empty()) return SUCCESS;
    facts.has_error = true;
    facts.error = error;
    return SUCCESS;
}

error_code read_status(od::value value, LineFacts& facts) {
    ErrorText status;
    if (const auto code = read_text(value, status.message)) return code;
    if (const auto code = read_error_members(value, status)) return code;
    const bool well = status.code == 0 && status.status.empty() &&
                      (status.message.empty() || status.message == "OK");
    if (well || facts.has_error) return SUCCESS;
    facts.has_error = true;
    facts.error = status;
    return SUCCESS;
}

}  // namespace overnight::providers::gemini
