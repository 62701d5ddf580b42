// The ordinary endpoints and the models (providers/gemini.md 8).
#include "emulator/gemini/paging.hpp"
#include "emulator/gemini/replies.hpp"
#include "emulator/gemini/requests.hpp"
#include "emulator/gemini/routes.hpp"
#include "emulator/input_line.hpp"
#include "emulator/json_text.hpp"
#include "emulator/ordinary_call.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace overnight::emulator::gemini {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 12> models{
    "gemini-3.7-flash",      "gemini-3.6-flash",       "gemini-3.5-flash",
    "gemini-3.5-flash-lite", "gemini-3.1-pro-preview", "gemini-3.1-flash-lite",
    "gemini-2.5-pro",        "gemini-2.5-flash",       "gemini-2.5-flash-lite",
    "gemini-2.0-flash",      "gemini-embedding-001",   "gemini-embedding-2"};

void put_model(std::string& out, std::string_view model) {
    const bool embeds = is_embedding_model(model);
    constexpr std::uint64_t embedding_input_tokens = 2'048;
    ObjectWriter object(out);
    object.text("name", "models/" + std::string(model))
        .text("version", "001")
        .text("displayName", model)
        .number("inputTokenLimit",
                static_cast<std::int64_t>(embeds ? embedding_input_tokens : input_token_limit))
        .number("outputTokenLimit", static_cast<std::int64_t>(embeds ? 1 : output_token_limit));
    std::string methods = embeds ? R"(["embedContent","countTextTokens","countTokens")"
                                 : R"(["generateContent","countTokens","createCachedContent")";
    if (batchable(model))
        methods += embeds ? R"(,"asyncBatchEmbedContent")" : R"(,"batchGenerateContent")";
    object.raw("supportedGenerationMethods", methods + ']').end();
}

Reply not_json() {
    return invalid_argument("Invalid JSON payload received. Expected an object.");
}

Reply failure_reply(const Executed& result) {
    ApiError error = result.error;
    if (error.status == 0) error = http_error(500, std::move(error.message));
    if (error.status == 429 && error.details.empty()) error.details = retry_detail(31.5);
    return error_reply(error);
}

core::Result<Reply> ordinary(World& world, const Call& call, Endpoint endpoint) {
    const PaddedBody body(call.body);
    if (!InputLineReader().is_json(body.view())) return not_json();
    OrdinaryCall wanted{endpoint, Tier::standard, call.id, {}};
    Prompt prompt;
    Wishes wishes;
    // A request that cannot be read is refused by the execution, in the same words.
    if (endpoint == Endpoint::generate_content)
        (void)RequestReader().read_generate(body.view(), Origin::call, prompt, wishes);
    if (prompt.service_tier == "flex") wanted.tier = Tier::flex;
    OVERNIGHT_TRY_ASSIGN(Executed result, execute_ordinary(world, call, wanted, body));
    if (!result.succeeded()) return failure_reply(result);
    return json_reply(std::move(result.body));
}

std::optional<json::object> parse_object(std::string_view text) {
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = 128;
    json::value value =
        json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

// A member by either of its names.
const json::value* member(const json::object& object, const char* camel, const char* snake) {
    const auto* const value = object.if_contains(camel);
    return value != nullptr ? value : object.if_contains(snake);
}

}  // namespace

core::Result<Reply> generate_content(World& world, const Call& call) {
    return ordinary(world, call, Endpoint::generate_content);
}

core::Result<Reply> embed_content(World& world, const Call& call) {
    return ordinary(world, call, Endpoint::embed_content);
}

core::Result<Reply> embed_contents(World& world, const Call& call) {
    // A bound of the emulator's own, for its memory: an answer is far larger than its request.
    constexpr std::size_t most = 1'000;
    const auto body = parse_object(call.body);
    const auto* const requests = body ? body->if_contains("requests") : nullptr;
    if (requests == nullptr || !requests->is_array() || requests->get_array().empty())
        return invalid_argument("* BatchEmbedContentsRequest.requests: must not be empty");
    if (requests->get_array().size() > most)
        return invalid_argument("* BatchEmbedContentsRequest.requests: at most " +
                                std::to_string(most) + " requests can be in one batch");
    RequestReader reader;
    Prompt prompt;
    for (const auto& one : requests->get_array()) {
        const auto* const object = one.if_object();
        const auto* const model = object == nullptr ? nullptr : object->if_contains("model");
        if (model == nullptr || !model->is_string() ||
            bare_model(std::string_view(model->get_string())) != call.id)
            return invalid_argument(
                "* BatchEmbedContentsRequest.requests[].model: must be models/" + call.id);
        const PaddedBody text(json::serialize(one));
        const ApiError wrong = reader.read_embed(text.view(), Origin::call, prompt);
        if (wrong.status != 0) return error_reply(wrong);
    }
    // All of them are good: nothing is billed for a call that is refused.
    std::string embeddings;
    for (const auto& one : requests->get_array()) {
        const PaddedBody text(json::serialize(one));
        OVERNIGHT_TRY_ASSIGN(
            const Executed result,
            execute_ordinary(world, call, {Endpoint::embed_content, Tier::standard, call.id, {}},
                             text));
        if (!result.succeeded()) return failure_reply(result);
        const auto answer = parse_object(result.body);
        const auto* const embedding = answer ? answer->if_contains("embedding") : nullptr;
        if (!embeddings.empty()) embeddings += ',';
        embeddings += embedding == nullptr ? "{}" : json::serialize(*embedding);
    }
    return json_reply(R"({"embeddings":[)" + embeddings + "]}");
}

core::Result<Reply> count_tokens(World&, const Call& call) {
    const auto body = parse_object(call.body);
    if (!body) return not_json();
    const auto* const wrapped = member(*body, "generateContentRequest", "generate_content_request");
    const PaddedBody text(wrapped == nullptr ? call.body : json::serialize(*wrapped));
    Prompt prompt;
    Wishes wishes;
    if (const ApiError wrong =
            RequestReader().read_generate(text.view(), Origin::call, prompt, wishes);
        wrong.status != 0)
        return error_reply(wrong);
    const auto tokens = static_cast<std::int64_t>(prompt.input_tokens());
    std::string out;
    ObjectWriter reply(out);
    reply.number("totalTokens", tokens);
    ObjectWriter details(reply.key("promptTokensDetails").append("["));
    details.text("modality", "TEXT").number("tokenCount", tokens).end();
    out += "]}";
    return json_reply(std::move(out));
}

core::Result<Reply> list_models(World&, const Call& call) {
    constexpr std::size_t default_page = 50;
    constexpr std::size_t largest_page = 1'000;
    const auto page = page_request(call, default_page, largest_page);
    if (!page) return invalid_argument("Invalid page_size or page_token.");
    const auto* from = models.begin();
    if (!page->after.empty()) {
        from = std::find(models.begin(), models.end(), page->after);
        if (from == models.end()) return invalid_argument("Invalid page_token.");
        ++from;
    }
    std::string shown;
    for (std::size_t n = 0; from != models.end() && n < page->size; ++from, ++n) {
        if (n > 0) shown += ',';
        put_model(shown, *from);
    }
    std::string body;
    ObjectWriter reply(body);
    reply.raw("models", '[' + shown + ']');
    if (from != models.end()) reply.text("nextPageToken", page_token(*(from - 1)));
    reply.end();
    return json_reply(std::move(body));
}

// Any name is a model here, as it is in requests.
core::Result<Reply> get_model(World&, const Call& call) {
    std::string out;
    put_model(out, call.id);
    return json_reply(std::move(out));
}

}  // namespace overnight::emulator::gemini
