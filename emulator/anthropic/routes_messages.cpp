// Ordinary messages, and the counting of their tokens (providers/anthropic.md 1, 2, 3).
#include "emulator/anthropic/requests.hpp"
#include "emulator/anthropic/routes.hpp"
#include "emulator/anthropic/wire.hpp"
#include "emulator/input_line.hpp"
#include "emulator/json_text.hpp"
#include "emulator/ordinary_call.hpp"

namespace overnight::emulator::anthropic {

namespace {

Reply not_json(const Call& call) {
    return error_reply(call, invalid("The request body is not valid JSON"));
}

void add_rate_limits(World& world, Reply& reply) {
    struct Limit {
        const char* name;
        const char* limit;
        const char* remaining;
    };
    const std::string reset = timestamp(world.clock.now());
    for (const Limit& one : {Limit{"requests", "4000", "3999"},
                             {"tokens", "2000000", "1999000"},
                             {"input-tokens", "1600000", "1599000"},
                             {"output-tokens", "400000", "399000"}}) {
        const std::string name = "anthropic-ratelimit-" + std::string(one.name);
        reply.headers.push_back({name + "-limit", one.limit});
        reply.headers.push_back({name + "-remaining", one.remaining});
        reply.headers.push_back({name + "-reset", reset});
    }
}

}  // namespace

core::Result<Reply> create_message(World& world, const Call& call) {
    const PaddedBody body(call.body);
    if (!InputLineReader().is_json(body.view())) return not_json(call);
    const std::string_view version = call.header("anthropic-version").value_or("");
    OVERNIGHT_TRY_ASSIGN(
        Executed result,
        execute_ordinary(world, call, {Endpoint::messages, Tier::standard, {}, version}, body));
    if (result.body.empty() && result.error.status == 0) result.error.status = 500;
    Reply reply =
        result.body.empty() ? error_reply(call, result.error) : json_reply(std::move(result.body));
    add_rate_limits(world, reply);
    return reply;
}

// Free of charge.
core::Result<Reply> count_tokens(World&, const Call& call) {
    const PaddedBody body(call.body);
    Requests requests;
    Prompt prompt;
    if (!InputLineReader().is_json(body.view()) || requests.read(body.view(), prompt).status != 0) {
        return not_json(call);
    }
    if (prompt.model.empty()) return error_reply(call, invalid("model: Field required"));
    if (!prompt.has_input) return error_reply(call, invalid("messages: Field required"));
    std::string out;
    ObjectWriter(out)
        .number("input_tokens", static_cast<std::int64_t>(prompt.input_tokens()))
        .end();
    return json_reply(std::move(out));
}

}  // namespace overnight::emulator::anthropic
