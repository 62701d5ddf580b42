// From a request to its handler.
#include "emulator/service.hpp"

#include "core/bytes.hpp"
#include "emulator/dialect.hpp"

#include <algorithm>

namespace overnight::emulator {

namespace {

constexpr std::string_view copy_root = "/_as/";

constexpr std::size_t max_text_body = 64u << 20;

// What {id} stands for in a path that matches the pattern.
std::string id_in(std::string_view pattern, std::string_view path) {
    constexpr std::string_view place = "{id}";
    const std::size_t at = pattern.find(place);
    if (at == std::string_view::npos) return {};
    return std::string(
        path.substr(at, id_length(pattern.substr(at + place.size()), path.substr(at))));
}

const Route* find_route(const Front& front, const Call& call, bool& other_method) {
    for (const Route& route : front.routes()) {
        if (!route_matches("* " + std::string(route.pattern), call.method, call.path)) continue;
        if (route.method == call.method) return &route;
        other_method = true;
    }
    return nullptr;
}

/// What stands before the API's own path. Anthropic's dialect has a root of its own, beside that at
/// the top, where its SDK finds it; a server that copied OpenAI's API may live at "/_as/NAME/...".
std::string root_of(std::string_view path) {
    if (path.starts_with(anthropic_root) && path.substr(anthropic_root.size()).starts_with('/'))
        return std::string(anthropic_root);
    const auto version = path.find("/v1/");
    if (!path.starts_with(copy_root) || version == std::string_view::npos) return {};
    return std::string(path.substr(0, version));
}

Call call_of(World& world, const net::RequestHead& head) {
    Call call;
    call.method = head.method;
    call.target = head.target;
    call.path = head.target.substr(0, head.target.find('?'));
    call.root = root_of(call.path);
    call.path.erase(0, call.root.size());
    call.query = parse_query(head.target);
    call.headers = head.headers;
    call.dialect = &dialect_of(call);
    call.request_id = "req_" + core::hex(core::random_bytes(16));
    call.key = call.dialect->front.key_of(call);
    if (!call.key.empty()) call.key_fingerprint = sha256(call.key).hex().substr(0, 12);
    call.script = world.faults.current();
    return call;
}

// The target as the ledger shows it: without a key.
std::string without_key(std::string_view target) {
    constexpr std::string_view name = "key=";
    std::string shown(target);
    for (std::size_t at = shown.find('?'); at != std::string::npos; at = shown.find('&', at + 1)) {
        if (std::string_view(shown).substr(at + 1).starts_with(name)) {
            const std::size_t begin = at + 1 + name.size();
            shown.replace(begin, std::min(shown.find('&', begin), shown.size()) - begin, "...");
        }
    }
    return shown;
}

core::Result<> note_request(World& world, const Call& call) {
    return world.ledger->event("request", [&](ObjectWriter& event) {
        event.text("method", call.method)
            .text("path", without_key(call.target))
            .text_or_null("key", call.key_fingerprint);
    });
}

}  // namespace

core::Result<> spool_body(World& world, Call& call, const Route& route) {
    if (route.body != BodyMode::spool || call.spool) return {};
    OVERNIGHT_TRY_ASSIGN(call.spool,
                         spool(*call.reader, world.files->new_blob(), route.max_spool_bytes));
    return {};
}

namespace {

core::Result<Reply> answer(World& world, Call& call, const Route& route) {
    OVERNIGHT_TRY(spool_body(world, call, route));
    OVERNIGHT_TRY_ASSIGN(Reply reply, route.handler(world, call));
    // A server that applies a request twice answers the first.
    if (call.hit(Fault::dup_apply) != nullptr && route.body != BodyMode::stream) {
        OVERNIGHT_TRY(route.handler(world, call));
    }
    return reply;
}

Reply error_of(const Call& call, Trouble trouble) {
    const Front& front = call.dialect->front;
    return front.error_reply(call, front.error_of(trouble, call));
}

Reply failure(const Call& call, const core::Error& error) {
    const Front& front = call.dialect->front;
    ApiError shown = front.error_of(Trouble::failed, call, 500);
    shown.message = "The emulator failed: " + error.describe();
    return front.error_reply(call, shown);
}

// A connection that broke while its body was read has nobody to answer to.
bool is_ours(const core::Error& error) {
    return error.code() == core::Errc::internal || error.code() == core::Errc::out_of_space;
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
        return send_reply(world, call, reply ? std::move(*reply) : failure(call, reply.error()),
                          out);
    }
    OVERNIGHT_TRY(note_request(world, call));
    const Front& front = call.dialect->front;
    bool other_method = false;
    const Route* const route = find_route(front, call, other_method);
    if (route == nullptr) {
        const Trouble trouble = other_method ? Trouble::bad_method : Trouble::no_route;
        return send_reply(world, call, error_of(call, trouble), out);
    }
    call.id = id_in(route->pattern, call.path);
    if (route->body == BodyMode::stream || route->body == BodyMode::spool) {
        call.reader = &body;
    } else {
        auto text = body.read_all(max_text_body);
        if (!text && text.error().code() == core::Errc::invalid_input)
            return send_reply(world, call, error_of(call, Trouble::too_large), out);
        if (!text) return std::move(text).error();
        call.body = std::move(*text);
    }
    if (const ApiError refused = front.check(call); refused.status != 0) {
        swallow(body, max_file_bytes);
        return send_reply(world, call, front.error_reply(call, refused), out);
    }
    call.hits = call.script->match_request({call.method, call.path, call.target, call.body,
                                            world.batches->ordinal_of(front.batch_of(call))});
    Reply reply;
    OVERNIGHT_TRY_ASSIGN(const Instead instead, act_before(world, call, *route, body, out, reply));
    if (instead == Instead::ended) return {};
    if (instead == Instead::nothing) {
        auto made = answer(world, call, *route);
        if (!made && !is_ours(made.error())) return std::move(made).error();
        reply = made ? std::move(*made) : failure(call, made.error());
    }
    if (call.reader != nullptr) swallow(body, max_file_bytes);
    return send_reply(world, call, std::move(reply), out);
}

}  // namespace overnight::emulator
