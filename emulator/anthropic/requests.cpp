// What is refused in a request, and how (providers/anthropic.md 0, 2.2, 4).
#include "emulator/anthropic/requests.hpp"

#include "emulator/anthropic/dialect.hpp"
#include "emulator/anthropic/replies.hpp"
#include "emulator/anthropic/routes.hpp"

namespace overnight::emulator::anthropic {

namespace {

constexpr std::uint64_t context_tokens = 1'000'000;
constexpr std::size_t max_cache_marks = 4;

ApiError too_long(std::uint64_t tokens) {
    return invalid("prompt is too long: " + std::to_string(tokens) + " tokens > " +
                   std::to_string(context_tokens) + " maximum");
}

}  // namespace

const Tool* Wishes::forced_tool() const noexcept {
    for (const Tool& tool : tools) {
        if (tool_choice == ToolChoice::any ||
            (tool_choice == ToolChoice::named && tool.name == chosen))
            return &tool;
    }
    return nullptr;
}

ApiError Requests::check(const ExecutionRequest& request, const Prompt& prompt) const {
    if (prompt.model.empty()) return invalid("model: Field required");
    if (!wishes_.wrong.empty()) return invalid(wishes_.wrong);
    if (!prompt.max_output_tokens) return invalid("max_tokens: Field required");
    if (!prompt.has_input) return invalid("messages: Field required");
    if (request.batch != 0) {
        if (prompt.stream) return invalid("stream: streaming is not supported in a batch");
        if (!wishes_.batch_only.empty())
            return invalid(wishes_.batch_only + ": not supported in a batch");
        if (*prompt.max_output_tokens == 0)
            return invalid("max_tokens: Input should be greater than or equal to 1");
    } else if (prompt.stream) {
        return invalid("stream: this server does not stream");
    }
    if (request.version == sampling_free_version) {
        if (!wishes_.sampling.empty())
            return invalid(wishes_.sampling + ": Extra inputs are not permitted");
        if (!wishes_.wrong_later.empty()) return invalid(wishes_.wrong_later);
    }
    if (cache_marks(wishes_) > max_cache_marks) {
        return invalid("A maximum of 4 blocks with cache_control may be provided. Found " +
                       std::to_string(cache_marks(wishes_)) + '.');
    }
    if (wishes_.tool_choice != Wishes::ToolChoice::none && wishes_.forced_tool() == nullptr)
        return invalid("tool_choice: the tool is not among the tools");
    const std::uint64_t tokens = prompt.input_tokens();
    return tokens > context_tokens ? too_long(tokens) : ApiError();
}

ApiError Requests::bad_schema(const std::string& why) const {
    return invalid((wishes_.forced_tool() == nullptr ? "output_config.format.schema: "
                                                     : "tools.input_schema: ") +
                   why);
}

ApiError Requests::failure(const Rule& rule, const Prompt& prompt) const {
    if (rule.fault() == Fault::quota) {
        return error_of(402,
                        "Your credit balance is too low to access the Anthropic API. Please go to "
                        "Plans & Billing to upgrade or purchase credits.");
    }
    if (rule.fault() == Fault::poison) return too_long(context_tokens + prompt.input_tokens());
    const auto status = static_cast<int>(rule.integer("status", 500));
    if (status == 429)
        return error_of(429, "This request would exceed your organization's rate limit.");
    if (status == 529) return error_of(529, "Overloaded");
    if (status >= 400 && status < 500) return error_of(status, "The request was refused.");
    return error_of(status, "Internal server error");
}

std::unique_ptr<RequestFormat> make_request_format() {
    return std::make_unique<Requests>();
}

}  // namespace overnight::emulator::anthropic
