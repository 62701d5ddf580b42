#include "providers/openai/line_bodies.hpp"

#include "providers/line_values.hpp"
#include "providers/openai/line_items.hpp"

namespace overnight::providers::openai {
namespace {

using simdjson::error_code;
using simdjson::SUCCESS;

/// A message's content: a string, or a list of parts with texts. Appends.
error_code read_content(od::value value, std::string& out) {
    std::string_view text;
    if (const auto code = read_text(value, text)) return code;
    if (!text.empty()) {
        out += text;
        return SUCCESS;
    }
    return each_element(value, [&](od::value part) {
        return each_member(part, [&](std::string_view key, od::value v) -> error_code {
            if (key != "text") return SUCCESS;
            std::string_view piece;
            if (const auto code = read_text(v, piece)) return code;
            out += piece;
            return SUCCESS;
        });
    });
}

error_code read_message(od::value message, LineResult& out, BodyFacts& facts) {
    return each_member(message, [&](std::string_view key, od::value v) -> error_code {
        if (key == "content") return read_content(v, out.text);
        if (key == "refusal") return read_text(v, facts.refusal);
        if (key == "tool_calls" || key == "function_call") {
            facts.called_tool =
                facts.called_tool || (!is_null(v) && without_blanks(v.raw_json_token()) != "[]");
        }
        return SUCCESS;
    });
}

/// The first choice of a chat or a legacy completion; a batch asks for one.
error_code read_choices(od::value choices, LineResult& out, BodyFacts& facts) {
    bool first = true;
    return each_element(choices, [&](od::value choice) -> error_code {
        if (!std::exchange(first, false)) return SUCCESS;
        return each_member(choice, [&](std::string_view key, od::value v) -> error_code {
            if (key == "message") return read_message(v, out, facts);
            if (key == "text") return read_content(v, out.text);
            if (key == "finish_reason") return read_text(v, facts.finish);
            return SUCCESS;
        });
    });
}

/// One part of an output message. Its kind may stand behind its text.
error_code read_output_part(od::value part, LineResult& out, BodyFacts& facts) {
    std::string_view kind;
    std::string_view text;
    const auto code = each_member(part, [&](std::string_view key, od::value v) -> error_code {
        if (key == "type") return read_text(v, kind);
        if (key == "text") return read_text(v, text);
        if (key == "refusal") return read_text(v, facts.refusal);
        return SUCCESS;
    });
    if (kind == "output_text") out.text += text;
    return code;
}

/// A response's output: the message is not always the first item, and reasoning items have contents
/// too.
error_code read_output(od::value output, LineResult& out, BodyFacts& facts) {
    return each_element(output, [&](od::value item) {
        std::string_view kind;
        const auto code = each_member(item, [&](std::string_view key, od::value v) -> error_code {
            if (key == "type") return read_text(v, kind);
            if (key != "content") return SUCCESS;
            return each_element(v,
                                [&](od::value part) { return read_output_part(part, out, facts); });
        });
        if (kind.ends_with("_call")) facts.called_tool = true;
        return code;
    });
}

error_code read_usage(od::value value, model::Usage& usage) {
    return each_member(value, [&](std::string_view key, od::value v) -> error_code {
        if (key == "prompt_tokens" || key == "input_tokens")
            return read_count(v, usage.input_tokens);
        if (key == "completion_tokens" || key == "output_tokens")
            return read_count(v, usage.output_tokens);
        if (key == "prompt_tokens_details" || key == "input_tokens_details")
            return each_member(v, [&](std::string_view name, od::value count) -> error_code {
                return name == "cached_tokens" ? read_count(count, usage.cached_input_tokens)
                                               : SUCCESS;
            });
        return SUCCESS;
    });
}

error_code read_response_member(std::string_view key,
                                od::value v,
                                LineResult& out,
                                BodyFacts& facts) {
    if (key == "output") return read_output(v, out, facts);
    if (key == "status") return read_text(v, facts.state);
    if (key == "incomplete_details")
        return each_member(v, [&](std::string_view name, od::value reason) -> error_code {
            return name == "reason" ? read_text(reason, facts.finish) : SUCCESS;
        });
    return SUCCESS;
}

error_code read_error_member(std::string_view key, od::value v, ErrorText& text) {
    if (key == "message") return read_text(v, text.message);
    if (key == "type") return read_text(v, text.type);
    if (key != "code") return SUCCESS;
    od::json_type type{};
    if (!v.type().get(type) && type == od::json_type::number) {
        text.code = without_blanks(v.raw_json_token());
        return SUCCESS;
    }
    return read_text(v, text.code);
}

}  // namespace

error_code read_error(od::value value, LineError& error) {
    if (const auto code = read_text(value, error.text.message)) return code;
    const auto code = each_member(value, [&](std::string_view key, od::value v) -> error_code {
        return read_error_member(key, v, error.text);
    });
    // {} and "" must not cost the answer beside them.
    const auto& text = error.text;
    error.present = !text.message.empty() || !text.type.empty() || !text.code.empty();
    return code;
}

error_code read_body(Endpoint endpoint, od::value body, LineResult& out, BodyFacts& facts) {
    return each_member(body, [&](std::string_view key, od::value v) -> error_code {
        if (key == "usage") return read_usage(v, out.usage);
        if (key == "error") return read_error(v, facts.error);
        if (key == "message" || key == "type" || key == "code")
            return read_error_member(key, v, facts.own);
        switch (endpoint) {
        case Endpoint::chat:
        case Endpoint::completions:
            return key == "choices" ? read_choices(v, out, facts) : SUCCESS;
        case Endpoint::responses:
            return read_response_member(key, v, out, facts);
        case Endpoint::embeddings:
            return key == "data" ? read_vectors(v, out.items, facts.damaged) : SUCCESS;
        case Endpoint::moderations:
            return key == "results" ? read_scores(v, out.items, facts.damaged) : SUCCESS;
        }
        return SUCCESS;
    });
}

}  // namespace overnight::providers::openai
