// Execution of single requests. The shapes are those of providers/openai.md 10.
#include "emulator/execute.hpp"

#include "emulator/embedding.hpp"
#include "emulator/instance.hpp"
#include "emulator/json_text.hpp"
#include "emulator/moderation.hpp"
#include "emulator/words.hpp"

namespace overnight::emulator {

namespace {

constexpr std::size_t max_embedding_inputs = 2048;
constexpr std::size_t max_embedding_input_tokens = 8192;
constexpr std::uint64_t max_embedding_request_tokens = 300'000;
constexpr std::size_t max_schemas = 256;

std::uint64_t context_tokens(std::string_view model) {
    return model.starts_with("gpt-4o") ? 128'000 : 1'050'000;
}

std::uint64_t tokens_of(std::string_view text) {
    return (text.size() + 3) / 4;
}

bool is_fault(const Rule* rule, Fault fault) {
    return rule != nullptr && rule->fault() == fault;
}

ApiError invalid(std::string message, std::string param = "", std::string code = "") {
    return {400, std::move(message), "invalid_request_error", std::move(param), std::move(code)};
}

RowAnswer row_answer(const Rule& rule, std::uint64_t seed, std::string_view row) {
    const RowAnswer wrong =
        rule.fault() == Fault::missing_rows ? RowAnswer::missing : RowAnswer::invalid;
    const auto* const rows = rule.value("rows");
    if (rows != nullptr && rows->is_array()) {
        for (const auto& one : rows->get_array()) {
            if (one.is_string() && std::string_view(one.get_string()) == row) return wrong;
        }
        return RowAnswer::valid;
    }
    return selected(hash_text(row, seed), rule.number("rows_fraction", 0.25)) ? wrong
                                                                              : RowAnswer::valid;
}

}  // namespace

std::string_view name(Tier tier) noexcept {
    switch (tier) {
    case Tier::batch:
        return "batch";
    case Tier::flex:
        return "flex";
    case Tier::standard:
        break;
    }
    return "standard";
}

void put_error_body(std::string& out, const ApiError& error) {
    out += R"({"error":)";
    ObjectWriter(out)
        .text("message", error.message)
        .text("type", error.type)
        .text_or_null("param", error.param)
        .text_or_null("code", error.code)
        .end();
    out += '}';
}

void Executor::run(const Request& request, const FaultScript& faults, Executed& result) {
    result.body.clear();
    result.error_code.clear();
    result.error_message.clear();
    result.status = 200;
    result.output_tokens = 0;
    result.billed = true;
    result.rule = nullptr;
    const ApiError unreadable = reader_.read(request.endpoint, request.body, prompt_);
    result.input_tokens = prompt_.input_tokens();
    if (faults.has_line_rules()) {
        const LineTarget target{request.body, request.sha256, request.batch, prompt_.model,
                                path_of(request.endpoint)};
        result.rule = faults.match_line(target);
    }
    const Rule* const rule = result.rule;
    if (is_fault(rule, Fault::line_error) || is_fault(rule, Fault::quota) ||
        is_fault(rule, Fault::poison)) {
        fail_by(*rule, result);
        return;
    }
    if (unreadable.status != 0) {
        fail(unreadable, result);
        return;
    }
    if (const ApiError wrong = check(request.endpoint); wrong.status != 0) {
        fail(wrong, result);
        return;
    }
    switch (request.endpoint) {
    case Endpoint::chat_completions:
    case Endpoint::responses:
        schema_error_.clear();
        answer_text(rule, request.sha256.word(3));
        if (!schema_error_.empty()) {
            fail(invalid(schema_error_, "response_format"), result);
            return;
        }
        if (request.endpoint == Endpoint::responses) {
            put_response(request, rule, result);
        } else {
            put_chat(request, rule, result);
        }
        return;
    case Endpoint::embeddings:
        put_embeddings(request, result);
        return;
    case Endpoint::moderations:
        put_moderations(request, result);
        return;
    }
}

void Executor::fail(const ApiError& error, Executed& result) {
    result.status = error.status;
    result.error_code = error.code;
    result.error_message = error.message;
    result.billed = false;
    result.body.clear();
    put_error_body(result.body, error);
}

void Executor::fail_by(const Rule& rule, Executed& result) {
    ApiError preset{500, "The server had an error while processing your request. Sorry about that!",
                    "server_error", "", ""};
    if (rule.fault() == Fault::quota) {
        preset = {429,
                  "You exceeded your current quota, please check your plan and billing details.",
                  "insufficient_quota", "", "insufficient_quota"};
    } else if (rule.fault() == Fault::poison) {
        preset =
            invalid("This model's maximum context length is " +
                        std::to_string(context_tokens(prompt_.model)) +
                        " tokens. However, your messages resulted in " +
                        std::to_string(context_tokens(prompt_.model) + prompt_.input_tokens()) +
                        " tokens. Please reduce the length of the messages.",
                    "messages", "context_length_exceeded");
    } else if (const auto status = rule.integer("status", 500); status == 429) {
        preset = {429, "Rate limit reached for requests.", "requests", "", "rate_limit_exceeded"};
    } else if (status >= 400 && status < 500) {
        preset =
            invalid("There was an issue with your request. Please check your inputs and try again");
    }
    preset.status = static_cast<int>(rule.integer("status", preset.status));
    preset.code = rule.text("code", preset.code);
    preset.message = rule.text("message", preset.message);
    preset.type = rule.text("type", preset.type);
    preset.param = rule.text("param", preset.param);
    fail(preset, result);
    result.billed = rule.flag("billed", false);
}

ApiError Executor::check(Endpoint endpoint) const {
    if (prompt_.model.empty()) return invalid("you must provide a model parameter", "", "");
    if (prompt_.stream)
        return invalid("Streaming is not supported by this server.", "stream", "unsupported_value");
    const bool chat = endpoint == Endpoint::chat_completions;
    if (!prompt_.has_input) {
        const std::string name = chat ? "messages" : "input";
        return invalid("Missing required parameter: '" + name + "'.", name,
                       "missing_required_parameter");
    }
    if (endpoint != Endpoint::embeddings) {
        const std::uint64_t limit = context_tokens(prompt_.model);
        if (prompt_.input_tokens() > limit) {
            return invalid("This model's maximum context length is " + std::to_string(limit) +
                               " tokens. However, your messages resulted in " +
                               std::to_string(prompt_.input_tokens()) +
                               " tokens. Please reduce the length of the messages.",
                           chat ? "messages" : "input", "context_length_exceeded");
        }
        return {};
    }
    if (prompt_.inputs.size() > max_embedding_inputs)
        return invalid("'input' has more than 2048 elements.", "input");
    if (prompt_.dimensions > default_dimensions(prompt_.model)) {
        return invalid("Invalid value for 'dimensions'.", "dimensions", "invalid_value");
    }
    for (const std::string& input : prompt_.inputs) {
        if (input.empty()) return invalid("'input' cannot be an empty string.", "input");
        if (prompt_.input_tokens_given == 0 && tokens_of(input) > max_embedding_input_tokens) {
            return invalid("This model's maximum context length is 8192 tokens.", "input",
                           "context_length_exceeded");
        }
    }
    if (prompt_.input_tokens() > max_embedding_request_tokens) {
        return invalid("Requested more than 300000 tokens in one request.", "input",
                       "max_tokens_per_request");
    }
    return {};
}

const Schema* Executor::schema_of(std::string_view text, std::string& why) {
    std::string key(1, prompt_.strict ? 's' : 'l');
    key += text;
    if (const auto known = schemas_.find(key); known != schemas_.end()) return known->second.get();
    auto compiled =
        Schema::compile(text, prompt_.strict ? Strictness::strict : Strictness::lenient);
    if (!compiled) {
        why = compiled.error().message();
        return nullptr;
    }
    if (schemas_.size() >= max_schemas) schemas_.clear();
    return schemas_.emplace(std::move(key), std::make_unique<const Schema>(std::move(*compiled)))
        .first->second.get();
}

// Makes text_ and cut_.
void Executor::answer_text(const Rule* rule, std::uint64_t seed) {
    text_.clear();
    InstanceOptions options;
    options.text = prompt_.user_text;
    if (is_fault(rule, Fault::missing_rows) || is_fault(rule, Fault::bad_rows)) {
        options.rows = [rule, seed](std::string_view row) { return row_answer(*rule, seed, row); };
    }
    if (prompt_.format == Prompt::Format::json_schema) {
        const Schema* const schema = schema_of(prompt_.schema, schema_error_);
        if (schema == nullptr) return;
        if (is_fault(rule, Fault::schema_violation)) {
            put_violation(text_, *schema, options);
        } else {
            put_instance(text_, *schema, options);
        }
    } else {
        Random random(hash_text(prompt_.user_text));
        const std::string plain = sentence(prompt_.user_text, random, 6, 14);
        if (prompt_.format == Prompt::Format::json_object) {
            ObjectWriter(text_).text("answer", plain).end();
        } else {
            text_ = plain;
        }
    }
    if (is_fault(rule, Fault::invalid_json)) text_ = cut_utf8(text_, text_.size() / 2);
    cut_ = is_fault(rule, Fault::finish) && rule->text("reason", "length") == "length";
    if (cut_) text_ = cut_utf8(text_, text_.size() / 2);
    if (prompt_.max_output_tokens && tokens_of(text_) > *prompt_.max_output_tokens) {
        text_ = cut_utf8(text_, *prompt_.max_output_tokens * 4);
        cut_ = true;
    }
}

}  // namespace overnight::emulator
