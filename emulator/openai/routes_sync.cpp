// The ordinary endpoints: one request, one answer (providers/openai.md 10), and the models.
#include "emulator/dialect.hpp"
#include "emulator/input_line.hpp"
#include "emulator/openai/requests.hpp"
#include "emulator/openai/routes.hpp"
#include "emulator/ordinary_call.hpp"

#include <array>

namespace overnight::emulator::openai {

namespace {

constexpr std::array<std::string_view, 17> models{
    "gpt-6-astra",
    "gpt-6.1-sol",
    "gpt-6-sol",
    "gpt-6-luna",
    "gpt-5.6-sol",
    "gpt-5.6-luna",
    "gpt-5.5",
    "gpt-5.4",
    "gpt-5.4-mini",
    "gpt-5.4-nano",
    "gpt-5-mini",
    "gpt-5-nano",
    "gpt-4o",
    "gpt-4o-mini",
    "text-embedding-3-small",
    "text-embedding-3-large",
    "omni-moderation-latest",
};

void put_model(std::string& out, std::string_view id) {
    constexpr std::int64_t created = 1'767'225'600;
    ObjectWriter(out)
        .text("id", id)
        .text("object", "model")
        .number("created", created)
        .text("owned_by", "system")
        .raw("shutdown_date", "null")
        .end();
}

Reply bad_json(const Call& call) {
    return refuse(call, {400, "We could not parse the JSON body of your request."});
}

// "standard" or "flex"; nothing for a tier that the model does not have (providers/openai.md 7).
std::optional<Tier> tier_of(const Prompt& prompt, Endpoint endpoint) {
    if (prompt.service_tier != "flex") return Tier::standard;
    const bool offered = endpoint == Endpoint::chat_completions || endpoint == Endpoint::responses;
    if (!offered || prompt.model.starts_with("gpt-4")) return std::nullopt;
    return Tier::flex;
}

void add_rate_limits(Reply& reply) {
    for (const auto& [name, value] : {std::pair{"x-ratelimit-limit-requests", "10000"},
                                      {"x-ratelimit-limit-tokens", "2000000"},
                                      {"x-ratelimit-remaining-requests", "9999"},
                                      {"x-ratelimit-remaining-tokens", "1999000"},
                                      {"x-ratelimit-reset-requests", "6ms"},
                                      {"x-ratelimit-reset-tokens", "30ms"}}) {
        reply.headers.push_back({name, value});
    }
}

}  // namespace

core::Result<Reply> ordinary_call(World& world, const Call& call) {
    const auto endpoint = endpoint_of(call.path);
    if (!endpoint) return core::Error(core::Errc::internal, "a route without an endpoint");
    const PaddedBody body(call.body);
    Prompt prompt;
    if (!InputLineReader().is_json(body.view()) ||
        Requests().read(*endpoint, body.view(), prompt).status != 0) {
        return bad_json(call);
    }
    const auto tier = tier_of(prompt, *endpoint);
    if (!tier)
        return refuse(call,
                      invalid("Invalid service_tier argument", "service_tier", "invalid_value"));
    OVERNIGHT_TRY_ASSIGN(Executed result, execute_ordinary(world, call, {*endpoint, *tier}, body));
    if (result.body.empty()) result.error.status = result.status == 0 ? 500 : result.status;
    Reply reply =
        result.body.empty() ? refuse(call, result.error) : json_reply(std::move(result.body));
    add_rate_limits(reply);
    return reply;
}

core::Result<Reply> count_input_tokens(World&, const Call& call) {
    const PaddedBody body(call.body);
    Prompt prompt;
    if (!InputLineReader().is_json(body.view()) ||
        Requests().read(Endpoint::responses, body.view(), prompt).status != 0) {
        return bad_json(call);
    }
    std::string out;
    ObjectWriter(out)
        .text("object", "response.input_tokens")
        .number("input_tokens", static_cast<std::int64_t>(prompt.input_tokens()))
        .end();
    return json_reply(std::move(out));
}

core::Result<Reply> list_models(World&, const Call&) {
    std::string out = R"({"object":"list","data":[)";
    for (std::size_t i = 0; i < models.size(); ++i) {
        if (i > 0) out += ',';
        put_model(out, models[i]);
    }
    out += "]}";
    return json_reply(std::move(out));
}

// Any name is a model here, as it is in requests: recipes for servers that copy this dialect can be
// tried, too.
core::Result<Reply> get_model(World&, const Call& call) {
    std::string out;
    put_model(out, call.id);
    return json_reply(std::move(out));
}

}  // namespace overnight::emulator::openai
