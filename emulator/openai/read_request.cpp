// Reading of request bodies: one pass, members in any order (providers/openai.md 10).
#include "emulator/json_walk.hpp"
#include "emulator/openai/requests.hpp"

namespace overnight::emulator::openai {

namespace {

namespace od = simdjson::ondemand;

constexpr std::uint64_t image_bytes = 340;  // 85 tokens

// A message's content: a string, or parts of which those with "text" count.
void read_content(od::value content, std::string& text, std::uint64_t& extra) {
    if (is(content, od::json_type::string)) {
        text += text_of(content);
        return;
    }
    if (!is(content, od::json_type::array)) return;
    elements(content, [&](od::value part) {
        if (is(part, od::json_type::string)) {
            text += text_of(part);
            return;
        }
        members(part, [&](std::string_view key, od::value value) {
            if (key == "text") {
                text += text_of(value);
            } else if (key == "image_url" || key == "file") {
                extra += image_bytes;
            }
        });
    });
}

void read_messages(od::value messages, Prompt& prompt) {
    if (!is(messages, od::json_type::array)) return;
    std::string text;
    elements(messages, [&](od::value message) {
        text.clear();
        bool user = false;
        std::uint64_t extra = 0;
        members(message, [&](std::string_view key, od::value value) {
            if (key == "role") user = text_of(value) == "user";
            if (key == "content") read_content(value, text, extra);
        });
        ++prompt.messages;
        prompt.text_bytes += text.size() + extra;
        if (user) prompt.user_text.swap(text);
    });
    prompt.has_input = prompt.messages > 0;
}

// {"type":"json_schema","schema":{...}} of Responses, and the same one level down in chat
// completions.
void read_format(od::value format, Prompt& prompt) {
    members(format, [&](std::string_view key, od::value value) {
        if (key == "type") {
            const std::string_view type = text_of(value);
            if (type == "json_object") prompt.format = Prompt::Format::json_object;
            if (type == "json_schema") prompt.format = Prompt::Format::json_schema;
        } else if (key == "schema") {
            if (is(value, od::json_type::object)) prompt.schema = raw_of(value);
        } else if (key == "strict") {
            prompt.strict = true_in(value);
        } else if (key == "json_schema") {
            if (!is(value, od::json_type::object)) return;
            members(value, [&](std::string_view inner, od::value schema) {
                if (inner == "schema" && is(schema, od::json_type::object))
                    prompt.schema = raw_of(schema);
                if (inner == "strict") prompt.strict = true_in(schema);
            });
        }
    });
}

void read_inputs(od::value input, Prompt& prompt) {
    const auto add = [&](std::string_view text) {
        prompt.inputs.emplace_back(text);
        prompt.text_bytes += text.size();
    };
    if (is(input, od::json_type::string)) {
        prompt.has_input = true;
        add(text_of(input));
        return;
    }
    if (!is(input, od::json_type::array)) return;
    std::string tokens;  // an array of numbers is one input
    elements(input, [&](od::value item) {
        prompt.has_input = true;
        if (is(item, od::json_type::string)) {
            add(text_of(item));
        } else if (is(item, od::json_type::number)) {
            tokens += std::to_string(count_of(item).value_or(0)) + ' ';
            ++prompt.input_tokens_given;
        } else if (is(item, od::json_type::array)) {
            std::string text;
            elements(item, [&](od::value token) {
                text += std::to_string(count_of(token).value_or(0)) + ' ';
                ++prompt.input_tokens_given;
            });
            prompt.inputs.push_back(std::move(text));
        } else if (is(item, od::json_type::object)) {
            std::string text;
            members(item, [&](std::string_view key, od::value value) {
                if (key == "text") text = text_of(value);
            });
            add(text);
        }
    });
    if (!tokens.empty()) prompt.inputs.push_back(std::move(tokens));
}

// "input" of /v1/responses: a text, or items that look like messages.
void read_response_input(od::value input, Prompt& prompt) {
    if (is(input, od::json_type::string)) {
        prompt.user_text = text_of(input);
        prompt.text_bytes += prompt.user_text.size();
        prompt.messages += 1;
        prompt.has_input = true;
    } else {
        read_messages(input, prompt);
    }
}

void read_member(Endpoint endpoint, std::string_view key, od::value value, Prompt& prompt) {
    if (key == "model") {
        prompt.model = text_of(value);
    } else if (key == "stream") {
        prompt.stream = true_in(value);
    } else if (key == "service_tier") {
        prompt.service_tier = text_of(value);
    } else if (key == "messages" && endpoint == Endpoint::chat_completions) {
        read_messages(value, prompt);
    } else if (key == "response_format") {
        if (is(value, od::json_type::object)) read_format(value, prompt);
    } else if (key == "text" && endpoint == Endpoint::responses) {
        if (!is(value, od::json_type::object)) return;
        members(value, [&](std::string_view inner, od::value format) {
            if (inner == "format" && is(format, od::json_type::object)) read_format(format, prompt);
        });
    } else if (key == "max_tokens" || key == "max_completion_tokens" ||
               key == "max_output_tokens") {
        prompt.max_output_tokens = count_of(value);
    } else if (key == "instructions") {
        prompt.text_bytes += text_of(value).size();
        prompt.messages += 1;
    } else if (key == "input") {
        if (endpoint == Endpoint::responses) {
            read_response_input(value, prompt);
        } else {
            read_inputs(value, prompt);
        }
    } else if (key == "dimensions") {
        prompt.dimensions = count_of(value).value_or(0);
    } else if (key == "encoding_format") {
        prompt.base64 = text_of(value) == "base64";
    }
}

}  // namespace

ApiError Requests::read(Endpoint endpoint, std::string_view body, Prompt& prompt) {
    prompt.clear();
    od::document document;
    od::value root;
    const simdjson::padded_string_view padded(body, body.size() + simdjson::SIMDJSON_PADDING);
    if (parser_.iterate(padded).get(document) != simdjson::SUCCESS ||
        document.get_value().get(root) != simdjson::SUCCESS || !is(root, od::json_type::object)) {
        return invalid("We could not parse the JSON body of your request.");
    }
    members(root, [&](std::string_view key, od::value value) {
        read_member(endpoint, key, value, prompt);
    });
    return {};
}

}  // namespace overnight::emulator::openai
