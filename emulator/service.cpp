// From a request to its handler.
#include "emulator/service.hpp"

#include "core/text.hpp"
#include "emulator/routes.hpp"

#include <algorithm>

namespace overnight::emulator {

namespace {

constexpr std::size_t max_text_body = 64u << 20;
constexpr std::size_t max_client_request_id = 512;

// The segment that {id} stands for.
std::string id_in(std::string_view pattern, std::string_view path) {
    const std::size_t at = pattern.find("{id}");
    if (at == std::string_view::npos) return {};
    const std::string_view rest = path.substr(at);
    return std::string(rest.substr(0, rest.find('/')));
}

const Route* find_route(std::string_view method, std::string_view path, bool& other_method) {
    for (const Route& route : routes()) {
        if (!route_matches("* " + std::string(route.pattern), method, path)) continue;
        if (route.method == method) return &route;
        other_method = true;
    }
    return nullptr;
}

std::string bearer_key(const Call& call) {
    constexpr std::string_view prefix = "Bearer ";
    const auto header = call.header("Authorization");
    if (!header || !header->starts_with(prefix)) return {};
    return std::string(header->substr(prefix.size()));
}

Reply no_route(const Call& call, bool other_method) {
    if (other_method) {
        return error_reply(
            {405, "Not allowed to " + call.method + " on " + core::printable(call.path) + '.',
             "invalid_request_error", "", "method_not_supported"});
    }
    return error_reply(
        {404,
         "Invalid URL (" + core::printable(call.method) + ' ' + core::printable(call.path) + ')',
         "invalid_request_error", "", "unknown_url"});
}

ApiError check_key(const Call& call) {
    if (call.key.empty()) {
        return {401,
                "You didn't provide an API key. You need to provide your API key in an "
                "Authorization header using "
                "Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
                "invalid_request_error", "", ""};
    }
    for (const Rule* const rule : call.script->world(Fault::bad_key)) {
        if (rule->has("key") && rule->text("key", "") != call.key) continue;
        return {401, "Incorrect API key provided. You can find your API key in the dashboard.",
                "invalid_request_error", "", "invalid_api_key"};
    }
    const auto id = call.header("X-Client-Request-Id");
    if (!id) return {};
    const bool ascii = std::all_of(id->begin(), id->end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (!ascii || id->size() > max_client_request_id) {
        return {400, "Invalid X-Client-Request-Id header.", "invalid_request_error", "", ""};
    }
    return {};
}

Call call_of(World& world, const net::RequestHead& head) {
    Call call;
    call.method = head.method;
    call.target = head.target;
    call.path = head.target.substr(0, head.target.find('?'));
    call.query = parse_query(head.target);
    call.headers = head.headers;
    call.key = bearer_key(call);
    if (!call.key.empty()) call.key_fingerprint = sha256(call.key).hex().substr(0, 12);
    call.script = world.faults.current();
    return call;
}

core::Result<> note_request(World& world, const Call& call) {
    return world.ledger->event("request", [&](ObjectWriter& event) {
        event.text("method", call.method)
            .text("path", call.target)
            .text_or_null("key", call.key_fingerprint);
    });
}

core::Result<Reply> answer(World& world, const Call& call, const Route& route) {
    OVERNIGHT_TRY_ASSIGN(Reply reply, route.handler(world, call));
    // A server that applies a request twice answers the first.
    if (call.hit(Fault::dup_apply) != nullptr && route.body != BodyMode::stream) {
        OVERNIGHT_TRY(route.handler(world, call));
    }
    return reply;
}

Reply failure(const core::Error& error) {
    return error_reply({500, "The emulator failed: " + error.describe(), "server_error", "", ""});
}

}  // namespace

core::Result<> serve(World& world,
                     const net::RequestHead& head,
                     net::BodyReader& body,
                     net::ResponseWriter& out) {
    ++world.requests;
    Call call = call_of(world, head);
    if (call.path.starts_with("/_ctl/")) {
        OVERNIGHT_TRY_ASSIGN(call.body, body.read_all(max_text_body));
        auto reply = control(world, call);
        return send_reply(world, call, reply ? std::move(*reply) : failure(reply.error()), out);
    }
    OVERNIGHT_TRY(note_request(world, call));
    bool other_method = false;
    const Route* const route = find_route(call.method, call.path, other_method);
    if (route == nullptr) return send_reply(world, call, no_route(call, other_method), out);
    call.id = id_in(route->pattern, call.path);
    if (route->body == BodyMode::stream) {
        call.reader = &body;
    } else {
        auto text = body.read_all(max_text_body);
        if (!text && text.error().code() == core::Errc::invalid_input) {
            return send_reply(
                world, call,
                error_reply({413, "Request too large.", "invalid_request_error", "", ""}), out);
        }
        if (!text) return std::move(text).error();
        call.body = std::move(*text);
    }
    if (const ApiError refused = check_key(call); refused.status != 0) {
        swallow(body, max_file_bytes);
        return send_reply(world, call, error_reply(refused), out);
    }
    call.hits = call.script->match_request(
        {call.method, call.path, call.target, call.body, world.batches->ordinal_of(call.id)});
    Reply reply;
    OVERNIGHT_TRY_ASSIGN(const Instead instead,
                         act_before(world, call, route->handler, body, out, reply));
    if (instead == Instead::ended) return {};
    if (instead == Instead::nothing) {
        auto made = answer(world, call, *route);
        // A connection that broke while its body was read has nobody to answer to.
        if (!made && made.error().code() != core::Errc::internal &&
            made.error().code() != core::Errc::out_of_space) {
            return std::move(made).error();
        }
        reply = made ? std::move(*made) : failure(made.error());
    }
    if (route->body == BodyMode::stream) swallow(body, max_file_bytes);
    return send_reply(world, call, std::move(reply), out);
}

}  // namespace overnight::emulator
