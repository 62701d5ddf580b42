// Reading of requests, in one pass and with members in any order.
#include "emulator/gemini/errors.hpp"
#include "emulator/gemini/field_name.hpp"
#include "emulator/gemini/requests.hpp"
#include "emulator/json_walk.hpp"

#include <array>
#include <charconv>

namespace overnight::emulator::gemini {

namespace od = simdjson::ondemand;

namespace {

constexpr std::array<std::string_view, 12> request_fields{
    "model",           "contents",          "system_instruction", "tools",        "tool_config",
    "safety_settings", "generation_config", "cached_content",     "service_tier", "labels",
    "store",           "continuation_token"};
constexpr std::array<std::string_view, 20> config_fields{"candidate_count",
                                                         "stop_sequences",
                                                         "max_output_tokens",
                                                         "temperature",
                                                         "top_p",
                                                         "top_k",
                                                         "seed",
                                                         "presence_penalty",
                                                         "frequency_penalty",
                                                         "response_logprobs",
                                                         "logprobs",
                                                         "response_mime_type",
                                                         "response_schema",
                                                         "response_json_schema",
                                                         "response_format",
                                                         "response_modalities",
                                                         "media_resolution",
                                                         "speech_config",
                                                         "image_config",
                                                         "thinking_config"};
constexpr std::array<std::string_view, 3> thinking_fields{"include_thoughts", "thinking_budget",
                                                          "thinking_level"};
constexpr std::array<std::string_view, 2> content_fields{"role", "parts"};
constexpr std::array<std::string_view, 11> part_fields{"text",
                                                       "inline_data",
                                                       "file_data",
                                                       "function_call",
                                                       "function_response",
                                                       "executable_code",
                                                       "code_execution_result",
                                                       "thought",
                                                       "thought_signature",
                                                       "video_metadata",
                                                       "media_resolution"};
constexpr std::array<std::string_view, 5> embed_fields{"model", "content", "task_type", "title",
                                                       "output_dimensionality"};
constexpr std::array<std::string_view, 8> task_types{
    "RETRIEVAL_QUERY", "RETRIEVAL_DOCUMENT", "SEMANTIC_SIMILARITY", "CLASSIFICATION",
    "CLUSTERING",      "QUESTION_ANSWERING", "FACT_VERIFICATION",   "CODE_RETRIEVAL_QUERY"};

struct ThinkingLevel {
    std::string_view name;
    std::uint64_t tokens;
};
constexpr std::array thinking_levels{ThinkingLevel{"MINIMAL", 8}, ThinkingLevel{"LOW", 32},
                                     ThinkingLevel{"MEDIUM", 64}, ThinkingLevel{"HIGH", 128}};
constexpr std::uint64_t free_thoughts = 64;  // what a model spends that may think as it likes

constexpr std::uint64_t media_bytes = 1'032;  // 258 tokens

ApiError invalid(std::string message) {
    return rpc_error("INVALID_ARGUMENT", std::move(message));
}

// Numbers come as such or, as proto JSON writes 64 bits, in quotes.
std::optional<std::int64_t> integer_of(od::value value) {
    std::int64_t n = 0;
    if (is(value, od::json_type::number)) {
        if (value.get_int64().get(n) != simdjson::SUCCESS) return std::nullopt;
        return n;
    }
    const std::string_view text = text_of(value);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return n;
}

// One message being read. The first error stays.
class Reading {
public:
    Reading(Origin origin, Prompt& prompt, Wishes& wishes)
        : origin_(origin), prompt_(prompt), wishes_(wishes) {}

    ApiError generate(od::value root) {
        fields(root, "", request_fields, [&](std::string_view key, od::value value) {
            if (key == "contents") {
                read_contents(value);
            } else if (key == "system_instruction") {
                read_instruction(value);
            } else if (key == "generation_config") {
                read_config(value);
            } else if (key == "service_tier") {
                prompt_.service_tier = text_of(value);
            } else if (key == "cached_content") {
                cached_ = !text_of(value).empty();
            } else if (key == "tools" || key == "tool_config") {
                tools_ = true;
            }
        });
        if (error_.status == 0) finish_generate();
        return std::move(error_);
    }

    ApiError embed(od::value root) {
        std::string text;
        bool has_content = false;
        fields(root, "", embed_fields, [&](std::string_view key, od::value value) {
            if (key == "content") {
                has_content = true;
                read_content(value, "content", text);
            } else if (key == "task_type") {
                if (!has_field(task_types, text_of(value))) fail_value("task_type");
            } else if (key == "output_dimensionality") {
                const auto wanted = integer_of(value);
                constexpr auto most = static_cast<std::int64_t>(embedding_dimensions);
                if (!wanted || *wanted < 1 || *wanted > most)
                    return fail("output_dimensionality must be from 1 to 3072.");
                prompt_.dimensions = static_cast<std::uint64_t>(*wanted);
            }
        });
        if (error_.status != 0) return std::move(error_);
        if (!has_content || text.empty())
            return invalid("* EmbedContentRequest.content: content is not specified or empty");
        prompt_.has_input = true;
        prompt_.text_bytes = text.size();
        prompt_.inputs.push_back(std::move(text));
        return {};
    }

private:
    void fail(std::string message) {
        if (error_.status == 0) error_ = invalid(std::move(message));
    }
    void fail_value(std::string_view field) {
        fail("Invalid value at '" + std::string(field) + "'");
    }
    void fail_unknown(std::string_view at, std::string_view key) {
        if (origin_ == Origin::line) return fail("no such field: '" + std::string(key) + "'");
        if (error_.status == 0) error_ = unknown_field(key, at);
    }

    // The members of a message, by their names in snake_case; another name is an error.
    template <class Visit>
    void fields(od::value message,
                std::string_view at,
                std::span<const std::string_view> known,
                const Visit& visit) {
        if (!is(message, od::json_type::object)) return fail_value(at);
        members(message, [&](std::string_view key, od::value value) {
            if (error_.status != 0) return;
            const std::string snake = snake_case(key);
            if (!has_field(known, snake)) return fail_unknown(at, key);
            visit(std::string_view(snake), value);
        });
    }

    void read_contents(od::value contents) {
        if (!is(contents, od::json_type::array)) return fail_value("contents");
        elements(contents, [&](od::value content) {
            if (error_.status != 0) return;
            std::string text;
            const bool user = read_content(content, "contents", text);
            ++prompt_.messages;
            prompt_.has_input = true;
            prompt_.text_bytes += text.size() + std::exchange(media_, 0);
            if (user) prompt_.user_text.swap(text);
        });
    }

    void read_instruction(od::value content) {
        std::string text;
        instruction_ = true;
        read_content(content, "system_instruction", text);
        if (text.empty()) fail("System instruction must not be empty.");
        ++prompt_.messages;
        prompt_.text_bytes += text.size() + std::exchange(media_, 0);
    }

    // Appends the text of the parts; true when it is the user's.
    bool read_content(od::value content, std::string_view at, std::string& text) {
        bool user = true;
        bool has_parts = false;
        fields(content, at, content_fields, [&](std::string_view key, od::value value) {
            if (key == "role") {
                const std::string_view role = text_of(value);
                user = role.empty() || role == "user";
                if (!user && role != "model" && role != "function")
                    fail("Please use a valid role: user, model.");
                return;
            }
            if (!is(value, od::json_type::array)) return fail_value("parts");
            elements(value, [&](od::value part) {
                if (error_.status != 0) return;
                has_parts = true;
                read_part(part, text);
            });
        });
        if (!has_parts)
            fail("* GenerateContentRequest." + std::string(at) +
                 ".parts: contents.parts must not be empty.");
        return user;
    }

    void read_part(od::value part, std::string& text) {
        std::string own;
        bool thought = false;
        fields(part, "parts", part_fields, [&](std::string_view key, od::value value) {
            if (key == "text") {
                if (!is(value, od::json_type::string)) return fail_value("text");
                own = text_of(value);
            } else if (key == "inline_data" || key == "file_data") {
                media_ += media_bytes;
            } else if (key == "thought") {
                thought = true_in(value);
            }
        });
        if (!thought) text += own;
    }

    void read_config(od::value config) {
        fields(config, "generation_config", config_fields,
               [&](std::string_view key, od::value value) { read_setting(key, value); });
    }

    void read_setting(std::string_view key, od::value value) {
        if (key == "max_output_tokens") {
            const auto most = integer_of(value);
            if (!most || *most < 0) return fail("max_output_tokens must be positive.");
            if (*most > 0) prompt_.max_output_tokens = static_cast<std::uint64_t>(*most);
        } else if (key == "response_mime_type") {
            mime_ = text_of(value);
        } else if (key == "response_schema" || key == "response_json_schema") {
            if (is(value, od::json_type::null)) return;
            if (!is(value, od::json_type::object)) return fail_value(key);
            if (!prompt_.schema.empty())
                return fail("Only one of response_schema and response_json_schema can be set.");
            prompt_.schema = raw_of(value);
            wishes_.schema_form = key == "response_schema" ? Wishes::SchemaForm::openapi
                                                           : Wishes::SchemaForm::json_schema;
        } else if (key == "thinking_config") {
            read_thinking(value);
        }
    }

    void read_thinking(od::value config) {
        fields(config, "generation_config.thinking_config", thinking_fields,
               [&](std::string_view key, od::value value) {
                   if (key == "include_thoughts") {
                       wishes_.include_thoughts = true_in(value);
                   } else if (key == "thinking_budget") {
                       const auto budget = integer_of(value);
                       if (!budget || *budget < -1) return fail_value(key);
                       wishes_.thought_tokens =
                           *budget < 0
                               ? free_thoughts
                               : std::min(static_cast<std::uint64_t>(*budget), free_thoughts);
                   } else {
                       read_level(text_of(value));
                   }
               });
    }

    void read_level(std::string_view wanted) {
        for (const ThinkingLevel& level : thinking_levels) {
            if (level.name == wanted) {
                wishes_.thought_tokens = level.tokens;
                return;
            }
        }
        fail_value("thinking_level");
    }

    void finish_generate() {
        if (!prompt_.has_input)
            return fail("* GenerateContentRequest.contents: contents is not specified");
        const bool as_json = mime_ == "application/json";
        wishes_.choice = mime_ == "text/x.enum";
        if (!mime_.empty() && mime_ != "text/plain" && !as_json && !wishes_.choice)
            return fail_value("generation_config.response_mime_type");
        if (!prompt_.schema.empty()) {
            if (!as_json && !wishes_.choice)
                return fail("A response schema needs response_mime_type 'application/json'.");
            prompt_.format = Prompt::Format::json_schema;
        } else if (wishes_.choice) {
            return fail("response_mime_type 'text/x.enum' needs a response schema.");
        } else if (as_json) {
            prompt_.format = Prompt::Format::json_object;
        }
        if (!cached_) return;
        if (tools_ || instruction_)
            return fail(
                "CachedContent can not be used with GenerateContent request setting "
                "system_instruction, tools or tool_config.");
        error_ = rpc_error("NOT_FOUND", "CachedContent not found.");
    }

    const Origin origin_;
    Prompt& prompt_;
    Wishes& wishes_;
    ApiError error_;
    std::string mime_;
    std::uint64_t media_ = 0;  ///< bytes that stand for the media of the content being read
    bool cached_ = false;
    bool tools_ = false;
    bool instruction_ = false;
};

// The body's root, if it is an object.
std::optional<od::value> root_of(od::parser& parser,
                                 od::document& document,
                                 std::string_view body) {
    od::value root;
    const simdjson::padded_string_view padded(body, body.size() + simdjson::SIMDJSON_PADDING);
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
        document.get_value().get(root) != simdjson::SUCCESS || !is(root, od::json_type::object))
        return std::nullopt;
    return root;
}

const char* const not_an_object = "Invalid JSON payload received. Expected an object.";

}  // namespace

ApiError RequestReader::read_generate(std::string_view body,
                                      Origin origin,
                                      Prompt& prompt,
                                      Wishes& wishes) {
    prompt.clear();
    wishes = {};
    od::document document;
    const auto root = root_of(parser_, document, body);
    if (!root) return invalid(not_an_object);
    return Reading(origin, prompt, wishes).generate(*root);
}

ApiError RequestReader::read_embed(std::string_view body, Origin origin, Prompt& prompt) {
    prompt.clear();
    Wishes none;
    od::document document;
    const auto root = root_of(parser_, document, body);
    if (!root) return invalid(not_an_object);
    return Reading(origin, prompt, none).embed(*root);
}

}  // namespace overnight::emulator::gemini
