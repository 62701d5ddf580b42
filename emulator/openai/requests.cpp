// What is refused in a request, and how (providers/openai.md 4.4, 10).
#include "emulator/openai/requests.hpp"

#include "emulator/embedding.hpp"
#include "emulator/openai/dialect.hpp"

namespace overnight::emulator::openai {

namespace {

constexpr std::size_t max_embedding_inputs = 2048;
constexpr std::size_t max_embedding_input_tokens = 8192;
constexpr std::uint64_t max_embedding_request_tokens = 300'000;

std::uint64_t context_tokens(std::string_view model) {
    return model.starts_with("gpt-4o") ? 128'000 : 1'050'000;
}

}  // namespace

ApiError invalid(std::string message, std::string param, std::string code) {
    return {400, std::move(message), "invalid_request_error", std::move(param), std::move(code)};
}

bool batchable(std::string_view model) noexcept {
    for (const std::string_view sync_only :
         {"realtime", "audio", "tts", "whisper", "transcribe", "search-preview", "o3-pro"}) {
        if (model.find(sync_only) != std::string_view::npos) return false;
    }
    return true;
}

ApiError Requests::check(const ExecutionRequest& request, const Prompt& prompt) const {
    const Endpoint endpoint = request.endpoint;
    if (prompt.model.empty()) return invalid("you must provide a model parameter", "", "");
    if (prompt.stream)
        return invalid("Streaming is not supported by this server.", "stream", "unsupported_value");
    const bool chat = endpoint == Endpoint::chat_completions;
    if (!prompt.has_input) {
        const std::string name = chat ? "messages" : "input";
        return invalid("Missing required parameter: '" + name + "'.", name,
                       "missing_required_parameter");
    }
    if (endpoint != Endpoint::embeddings) {
        const std::uint64_t limit = context_tokens(prompt.model);
        if (prompt.input_tokens() > limit) {
            return invalid("This model's maximum context length is " + std::to_string(limit) +
                               " tokens. However, your messages resulted in " +
                               std::to_string(prompt.input_tokens()) +
                               " tokens. Please reduce the length of the messages.",
                           chat ? "messages" : "input", "context_length_exceeded");
        }
        return {};
    }
    if (prompt.inputs.size() > max_embedding_inputs)
        return invalid("'input' has more than 2048 elements.", "input");
    if (prompt.dimensions > default_dimensions(prompt.model)) {
        return invalid("Invalid value for 'dimensions'.", "dimensions", "invalid_value");
    }
    for (const std::string& input : prompt.inputs) {
        if (input.empty()) return invalid("'input' cannot be an empty string.", "input");
        if (prompt.input_tokens_given == 0 && tokens_of(input) > max_embedding_input_tokens) {
            return invalid("This model's maximum context length is 8192 tokens.", "input",
                           "context_length_exceeded");
        }
    }
    if (prompt.input_tokens() > max_embedding_request_tokens) {
        return invalid("Requested more than 300000 tokens in one request.", "input",
                       "max_tokens_per_request");
    }
    return {};
}

ApiError Requests::bad_schema(const std::string& why) const {
    return invalid(why, "response_format");
}

ApiError Requests::failure(const Rule& rule, const Prompt& prompt) const {
    ApiError preset{500, "The server had an error while processing your request. Sorry about that!",
                    "server_error", "", ""};
    if (rule.fault() == Fault::quota) {
        preset = {429,
                  "You exceeded your current quota, please check your plan and billing details.",
                  "insufficient_quota", "", "insufficient_quota"};
    } else if (rule.fault() == Fault::poison) {
        preset = invalid("This model's maximum context length is " +
                             std::to_string(context_tokens(prompt.model)) +
                             " tokens. However, your messages resulted in " +
                             std::to_string(context_tokens(prompt.model) + prompt.input_tokens()) +
                             " tokens. Please reduce the length of the messages.",
                         "messages", "context_length_exceeded");
    } else if (const auto status = rule.integer("status", 500); status == 429) {
        preset = {429, "Rate limit reached for requests.", "requests", "", "rate_limit_exceeded"};
    } else if (status >= 400 && status < 500) {
        preset =
            invalid("There was an issue with your request. Please check your inputs and try again");
    }
    return preset;
}

std::unique_ptr<RequestFormat> make_request_format() {
    return std::make_unique<Requests>();
}

}  // namespace overnight::emulator::openai
