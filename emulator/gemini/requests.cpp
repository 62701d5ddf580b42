// What is refused in a request, and how (providers/gemini.md 7, 8).
#include "emulator/gemini/requests.hpp"

#include "emulator/gemini/errors.hpp"
#include "emulator/gemini/openapi_schema.hpp"

namespace overnight::emulator::gemini {

namespace {

constexpr std::size_t max_schemas = 256;

ApiError too_many_tokens(std::uint64_t tokens) {
    return rpc_error("INVALID_ARGUMENT", "The input token count (" + std::to_string(tokens) +
                                             ") exceeds the maximum number of tokens allowed (" +
                                             std::to_string(input_token_limit) + ").");
}

}  // namespace

std::string_view bare_model(std::string_view model) noexcept {
    constexpr std::string_view prefix = "models/";
    return model.starts_with(prefix) ? model.substr(prefix.size()) : model;
}

bool is_embedding_model(std::string_view model) noexcept {
    return model.find("embedding") != std::string_view::npos;
}

bool batchable(std::string_view model) noexcept {
    return model.find("-live") == std::string_view::npos &&
           model.find("native-audio") == std::string_view::npos;
}

ApiError check_method(std::string_view model, Endpoint endpoint) {
    const bool embeds = endpoint == Endpoint::embed_content;
    if (embeds == is_embedding_model(model)) return {};
    return rpc_error("NOT_FOUND", "models/" + std::string(model) +
                                      " is not found for API version v1beta, or is not supported "
                                      "for " +
                                      (embeds ? "embedContent" : "generateContent") +
                                      ". Call ListModels to see the list of available models and "
                                      "their supported methods.");
}

ApiError Requests::read(const ExecutionRequest& request, Prompt& prompt) {
    const Origin origin = request.batch == 0 ? Origin::call : Origin::line;
    wishes_ = {};
    if (request.body.empty()) {
        prompt.clear();
        return rpc_error("INVALID_ARGUMENT", "The line has no request.");
    }
    ApiError error = request.endpoint == Endpoint::embed_content
                         ? reader_.read_embed(request.body, origin, prompt)
                         : reader_.read_generate(request.body, origin, prompt, wishes_);
    prompt.model = bare_model(request.model);
    if (error.status == 0 && wishes_.schema_form == Wishes::SchemaForm::openapi)
        error = convert_schema(prompt);
    if (prompt.max_output_tokens) {
        // Thoughts eat from the same allowance (providers/gemini.md 8).
        wishes_.thought_tokens = std::min(wishes_.thought_tokens, *prompt.max_output_tokens);
        *prompt.max_output_tokens -= wishes_.thought_tokens;
    }
    return error;
}

ApiError Requests::convert_schema(Prompt& prompt) {
    const std::string text(prompt.schema);
    auto known = schemas_.find(text);
    if (known == schemas_.end()) {
        auto converted = json_schema_of_openapi(text);
        if (!converted) return rpc_error("INVALID_ARGUMENT", converted.error().message());
        if (schemas_.size() >= max_schemas) schemas_.clear();
        known = schemas_.emplace(text, std::move(*converted)).first;
    }
    prompt.schema = known->second;
    return {};
}

ApiError Requests::check(const ExecutionRequest& request, const Prompt& prompt) const {
    if (ApiError wrong = check_method(prompt.model, request.endpoint); wrong.status != 0)
        return wrong;
    if (prompt.input_tokens() > input_token_limit) return too_many_tokens(prompt.input_tokens());
    return {};
}

ApiError Requests::bad_schema(const std::string& why) const {
    return rpc_error("INVALID_ARGUMENT", why);
}

ApiError Requests::failure(const Rule& rule, const Prompt& prompt) const {
    if (rule.fault() == Fault::quota) {
        return rpc_error("RESOURCE_EXHAUSTED",
                         "You exceeded your current quota, please check your plan and billing "
                         "details.");
    }
    if (rule.fault() == Fault::poison)
        return too_many_tokens(input_token_limit + prompt.input_tokens());
    const auto status = static_cast<int>(rule.integer("status", 500));
    if (status == 429) return http_error(status, "Resource has been exhausted (e.g. check quota).");
    if (status == 503)
        return http_error(status, "The model is overloaded. Please try again later.");
    if (status >= 400 && status < 500)
        return http_error(status, "Request contains an invalid argument.");
    return http_error(status, "An internal error has occurred. Please retry or report.");
}

}  // namespace overnight::emulator::gemini
