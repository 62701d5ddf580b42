// Validation of input files.
#include "emulator/openai/validate.hpp"

#include "core/text.hpp"
#include "emulator/input_line.hpp"
#include "emulator/openai/requests.hpp"

#include <unordered_set>

namespace overnight::emulator::openai {

namespace {

constexpr std::size_t max_errors = 100;

class Validator {
public:
    Validator(Endpoint endpoint, const LineRules& rules) : endpoint_(endpoint), rules_(rules) {}

    // False when looking at more lines is pointless.
    bool look_at(std::string_view line) {
        ++result_.lines;
        if (result_.lines > rules_.max_lines) {
            result_.errors.clear();
            add("too_many_tasks",
                "The batch contains more requests than the " + core::grouped(rules_.max_lines) +
                    " that are allowed.",
                "", 0);
            return false;
        }
        InputLine parsed;
        if (!reader_.is_json(line) || !reader_.read(line, parsed)) {
            error("invalid_json_line", "");
        } else {
            look_at(parsed);
        }
        return result_.errors.size() < max_errors;
    }

    Validation finish() {
        if (result_.lines == 0) add("empty_file", "The batch input file is empty.", "", 0);
        if (result_.errors.empty() && embedding_inputs_ > max_embedding_inputs_per_batch) {
            add("invalid_request", "The batch contains more than 50,000 embedding inputs.", "", 0);
        }
        return std::move(result_);
    }

private:
    void look_at(const InputLine& line) {
        const bool full = rules_.target == LineRules::Target::required;
        if (!line.has_custom_id && rules_.custom_id == LineRules::CustomId::required)
            return missing("custom_id");
        if (full && !line.has_method) return missing("method");
        if (full && !line.has_url) return missing("url");
        if (!line.has_body) return missing("body");
        if (line.has_custom_id && !ids_.emplace(line.custom_id).second)
            return error("duplicate_custom_id", "custom_id");
        if (line.has_method && line.method != "POST") {
            return add("invalid_request", "Invalid method: only 'POST' is accepted.", "method",
                       result_.lines);
        }
        Endpoint endpoint = endpoint_;
        if (rules_.mix == LineRules::Mix::allowed) {
            const auto own = endpoint_of(line.url, Provider::openai);
            if (!own || !answers_with_text(*own)) return error("invalid_url", "url");
            endpoint = *own;
        } else if (line.has_url && line.url != path_of(endpoint_)) {
            return error("invalid_url", "url");
        }
        look_at_body(line.body, endpoint);
    }

    void look_at_body(std::string_view body, Endpoint endpoint) {
        if (prompts_.read(endpoint, body, prompt_).status != 0)
            return error("invalid_json_line", "");
        if (prompt_.model.empty()) prompt_.model = rules_.model;
        if (prompt_.model.empty())
            return add("invalid_request", "Model parameter is required.", "body.model",
                       result_.lines);
        if (prompt_.stream) return error("streaming_unsupported", "body.stream");
        if (!batchable(prompt_.model)) {
            return add(
                "model_not_found",
                "The provided model '" + prompt_.model + "' is not supported by the Batch API.",
                "body.model", result_.lines);
        }
        if (result_.model.empty()) result_.model = prompt_.model;
        if (result_.model != prompt_.model && rules_.mix == LineRules::Mix::refused) {
            return add("mismatched_model",
                       "The model '" + prompt_.model +
                           "' for this request does not match the rest of the batch. Each batch "
                           "must contain requests "
                           "for a single model.",
                       "body.model", result_.lines);
        }
        if (!prompt_.has_input) {
            const bool chat = endpoint == Endpoint::chat_completions;
            return add("invalid_request",
                       chat ? "Messages parameter is required." : "Input parameter is required.",
                       chat ? "body.messages" : "body.input", result_.lines);
        }
        result_.tokens += prompt_.input_tokens();
        if (endpoint == Endpoint::embeddings) embedding_inputs_ += prompt_.inputs.size();
    }

    void missing(const std::string& parameter) {
        add("missing_required_parameter", "Missing required parameter: '" + parameter + "'.",
            parameter, result_.lines);
    }
    void error(const std::string& code, const std::string& param) {
        add(code, validation_message(code), param, result_.lines);
    }
    void add(std::string code, std::string message, std::string param, std::uint64_t line) {
        result_.errors.push_back({std::move(code), std::move(message), std::move(param),
                                  static_cast<std::int64_t>(line)});
    }

    const Endpoint endpoint_;
    const LineRules rules_;
    InputLineReader reader_;
    Requests prompts_;
    Prompt prompt_;
    Validation result_;
    std::unordered_set<std::string> ids_;
    std::uint64_t embedding_inputs_ = 0;
};

}  // namespace

std::string validation_message(std::string_view code) {
    if (code == "invalid_json_line") return "This line is not parseable as valid JSON.";
    if (code == "missing_required_parameter") return "Missing required parameter: 'custom_id'.";
    if (code == "duplicate_custom_id") {
        return "The custom_id for this request is a duplicate of another request. The custom_id "
               "parameter must be unique "
               "for each request in a batch.";
    }
    if (code == "invalid_url")
        return "The URL provided for this request does not match the batch endpoint.";
    if (code == "mismatched_model") {
        return "The model for this request does not match the rest of the batch. Each batch must "
               "contain requests for a "
               "single model.";
    }
    if (code == "model_not_found") return "The provided model is not supported by the Batch API.";
    if (code == "streaming_unsupported")
        return "Chat Completions: Streaming is not supported in the Batch API.";
    if (code == "token_limit_exceeded") {
        return "Enqueued token limit reached for gpt-emulated in organization org-emulated. Limit: "
               "2,000,000 enqueued "
               "tokens. Please try again once some in_progress batches have been completed.";
    }
    return "The batch was refused.";
}

core::Result<Validation> validate(LineReader& lines, Endpoint endpoint, const LineRules& rules) {
    Validator validator(endpoint, rules);
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const auto line, lines.next());
        if (!line || !validator.look_at(*line)) break;
    }
    return validator.finish();
}

}  // namespace overnight::emulator::openai
