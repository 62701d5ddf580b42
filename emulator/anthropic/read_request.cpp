// Reading of message bodies: one pass, members in any order (providers/anthropic.md 2.2, 3, 6).
#include "emulator/anthropic/replies.hpp"
#include "emulator/anthropic/requests.hpp"
#include "emulator/json_walk.hpp"

namespace overnight::emulator::anthropic {

namespace {

namespace od = simdjson::ondemand;

constexpr std::uint64_t picture_bytes = 340;  // 85 tokens
constexpr std::int64_t five_minutes = 300;
constexpr std::int64_t hour = 3'600;

class BodyReader {
public:
    BodyReader(Prompt& prompt, Wishes& wishes) : prompt_(prompt), wishes_(wishes) {}

    void read_member(std::string_view key, od::value value) {
        if (key == "model") {
            prompt_.model = text_of(value);
        } else if (key == "max_tokens") {
            prompt_.max_output_tokens = count_of(value);
            if (!prompt_.max_output_tokens) wrong("max_tokens: Input should be a valid integer");
        } else if (key == "messages") {
            read_messages(value);
        } else if (key == "system") {
            read_system(value);
        } else if (key == "tools") {
            read_tools(value);
        } else if (key == "tool_choice") {
            read_tool_choice(value);
        } else if (key == "output_config") {
            read_output_config(value);
        } else if (key == "thinking") {
            read_thinking(value);
        } else if (key == "stop_sequences") {
            if (!is(value, od::json_type::array)) return;
            elements(value,
                     [&](od::value one) { wishes_.stop_sequences.emplace_back(text_of(one)); });
        } else if (key == "cache_control") {
            wishes_.whole_lifetime = lifetime_of(value);
        } else {
            read_switch(key, value);
        }
    }

private:
    void wrong(std::string what) {
        if (wishes_.wrong.empty()) wishes_.wrong = std::move(what);
    }

    void read_switch(std::string_view key, od::value value) {
        if (key == "stream") {
            prompt_.stream = true_in(value);
        } else if (key == "service_tier") {
            prompt_.service_tier = text_of(value);
        } else if (key == "temperature" || key == "top_p" || key == "top_k") {
            wishes_.sampling = key;
        } else if (key == "speed" || key == "store" || key == "previous_thread_event_id" ||
                   key == "cache_hint" || key == "context_hint") {
            wishes_.batch_only = key;
        }
    }

    std::int64_t lifetime_of(od::value control) {
        std::int64_t lifetime = 0;
        if (!is(control, od::json_type::object)) return lifetime;
        lifetime = five_minutes;
        members(control, [&](std::string_view key, od::value value) {
            if (key == "type" && text_of(value) != "ephemeral")
                wrong("cache_control.type: Input should be 'ephemeral'");
            if (key != "ttl") return;
            const std::string_view ttl = text_of(value);
            if (ttl == "1h") lifetime = hour;
            if (ttl != "1h" && ttl != "5m")
                wrong("cache_control.ttl: Input should be '5m' or '1h'");
        });
        return lifetime;
    }

    struct Content {
        std::string text;
        bool document = false;  ///< it has a document block
        bool cited = false;     ///< it has a text block with citations
    };

    // Content is a string or blocks, whose texts are joined.
    void read_content(od::value value, Content& content, std::vector<Block>& blocks) {
        if (is(value, od::json_type::string)) {
            add_block(text_of(value), 0, content.text, blocks);
        } else if (is(value, od::json_type::array)) {
            elements(value, [&](od::value block) { read_block(block, content, blocks); });
        } else {
            wrong("messages: Input should be a valid string or list");
        }
    }

    void add_block(std::string_view part,
                   std::int64_t lifetime,
                   std::string& text,
                   std::vector<Block>& blocks) {
        text += part;
        prompt_.text_bytes += part.size();
        blocks.push_back({hash_text(part), part.size(), lifetime});
    }

    void read_block(od::value block, Content& content, std::vector<Block>& blocks) {
        if (!is(block, od::json_type::object)) return wrong("content: Input should be an object");
        std::string part;
        std::string type;
        std::uint64_t more = 0;
        std::int64_t lifetime = 0;
        bool citations = false;
        members(block, [&](std::string_view key, od::value value) {
            if (key == "type") {
                type = text_of(value);
            } else if (key == "text") {
                part = text_of(value);
            } else if (key == "cache_control") {
                lifetime = lifetime_of(value);
            } else if (key == "citations") {
                citations = is(value, od::json_type::array) && has_elements(value);
            } else if (key == "source") {
                more = picture_bytes;
            } else if (key == "content" && is(value, od::json_type::string)) {
                part = text_of(value);  // of a tool_result
            } else if (key == "input" && is(value, od::json_type::object)) {
                more = raw_of(value).size();  // of a tool_use
            }
        });
        content.document = content.document || type == "document";
        content.cited = content.cited || (type == "text" && citations);
        add_block(part, lifetime, content.text, blocks);
        blocks.back().bytes += more;
        prompt_.text_bytes += more;
    }

    static bool has_elements(od::value array) {
        bool any = false;
        elements(array, [&](od::value) { any = true; });
        return any;
    }

    void read_messages(od::value messages) {
        if (!is(messages, od::json_type::array))
            return wrong("messages: Input should be a valid list");
        elements(messages, [&](od::value message) { read_message(message); });
        prompt_.has_input = seen_ > 0;
    }

    // The role may stand behind the content.
    void read_message(od::value message) {
        if (!is(message, od::json_type::object))
            return wrong("messages: Input should be an object");
        const std::string place = "messages." + std::to_string(seen_++);
        Content content;
        std::string role;
        bool has_content = false;
        members(message, [&](std::string_view key, od::value value) {
            if (key == "role") role = text_of(value);
            if (key != "content") return;
            has_content = true;
            read_content(value, content, wishes_.message_blocks);
        });
        if (role != "user" && role != "assistant")
            wrong(place + ".role: Input should be 'user' or 'assistant'");
        if (!has_content) wrong(place + ".content: Field required");
        if (role == "assistant" && content.document)
            wishes_.wrong_later = place + ".content: document blocks are not permitted here";
        if (role == "user" && content.cited)
            wishes_.wrong_later = place + ".content: citations are not permitted on text blocks";
        ++prompt_.messages;
        if (role == "user") prompt_.user_text.swap(content.text);
    }

    void read_system(od::value system) {
        Content content;
        read_content(system, content, wishes_.system_blocks);
        ++prompt_.messages;
    }

    void read_tools(od::value tools) {
        if (!is(tools, od::json_type::array)) return wrong("tools: Input should be a valid list");
        elements(tools, [&](od::value tool) {
            if (!is(tool, od::json_type::object)) return wrong("tools: Input should be an object");
            Tool read;
            std::string described;
            std::int64_t lifetime = 0;
            members(tool, [&](std::string_view key, od::value value) {
                if (key == "name") read.name = text_of(value);
                if (key == "description") described = text_of(value);
                if (key == "input_schema" && is(value, od::json_type::object))
                    read.schema = raw_of(value);
                if (key == "cache_control") lifetime = lifetime_of(value);
            });
            if (read.name.empty()) return wrong("tools: name: Field required");
            described += read.name;
            described += read.schema;
            std::string unused;
            add_block(described, lifetime, unused, wishes_.tool_blocks);
            wishes_.tools.push_back(std::move(read));
        });
    }

    void read_tool_choice(od::value choice) {
        if (!is(choice, od::json_type::object))
            return wrong("tool_choice: Input should be an object");
        members(choice, [&](std::string_view key, od::value value) {
            const std::string_view text = text_of(value);
            if (key == "name") wishes_.chosen = text;
            if (key == "type" && text == "any") wishes_.tool_choice = Wishes::ToolChoice::any;
            if (key == "type" && text == "tool") wishes_.tool_choice = Wishes::ToolChoice::named;
        });
    }

    void read_output_config(od::value config) {
        if (!is(config, od::json_type::object))
            return wrong("output_config: Input should be an object");
        members(config, [&](std::string_view key, od::value value) {
            if (key != "format" || !is(value, od::json_type::object)) return;
            members(value, [&](std::string_view name, od::value part) {
                if (name == "schema" && is(part, od::json_type::object))
                    prompt_.schema = raw_of(part);
                if (name == "type" && text_of(part) == "json_schema")
                    prompt_.format = Prompt::Format::json_schema;
            });
        });
        if (prompt_.format == Prompt::Format::json_schema && prompt_.schema.empty())
            wrong("output_config.format.schema: Field required");
    }

    void read_thinking(od::value thinking) {
        if (!is(thinking, od::json_type::object))
            return wrong("thinking: Input should be an object");
        members(thinking, [&](std::string_view key, od::value value) {
            if (key != "type") return;
            const std::string_view type = text_of(value);
            wishes_.thinking = type == "enabled" || type == "adaptive";
        });
    }

    Prompt& prompt_;
    Wishes& wishes_;
    std::uint64_t seen_ = 0;  ///< messages
};

}  // namespace

ApiError Requests::read(std::string_view body, Prompt& prompt) {
    prompt.clear();
    wishes_ = Wishes();
    od::document document;
    od::value root;
    const simdjson::padded_string_view padded(body, body.size() + simdjson::SIMDJSON_PADDING);
    if (parser_.iterate(padded).get(document) != simdjson::SUCCESS ||
        document.get_value().get(root) != simdjson::SUCCESS || !is(root, od::json_type::object)) {
        return invalid("The request body is not valid JSON");
    }
    BodyReader reader(prompt, wishes_);
    members(root, [&](std::string_view key, od::value value) { reader.read_member(key, value); });
    // A tool that must be called is answered with an instance of its input.
    if (const Tool* const tool = wishes_.forced_tool()) {
        prompt.format = Prompt::Format::json_schema;
        prompt.schema = tool->schema;
    }
    return {};
}

}  // namespace overnight::emulator::anthropic
