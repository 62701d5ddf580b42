// Faults that act before a request is handled, or instead of it.
#include "emulator/dialect.hpp"
#include "emulator/service.hpp"

#include <algorithm>

namespace overnight::emulator {

namespace {

constexpr std::uint64_t everything = ~std::uint64_t{0};

std::string header_value(const boost::json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}

void put_html(Reply& reply) {
    reply.content_type = "text/html; charset=utf-8";
    reply.body =
        "<html><head><title>Please sign in</title></head><body><h1>Please sign in to use this "
        "network</h1></body></html>";
}

// 429, 5xx and their like, with the provider's envelope, a proxy's page, or nothing.
Reply status_reply(const Call& call, const Rule& rule, ApiError error) {
    apply_rule(rule, error);
    Reply reply = call.dialect->front.error_reply(call, error);
    const std::string_view body = rule.text("body", "json");
    if (body == "html") put_html(reply);
    if (body == "empty") reply.body.clear();
    if (const auto* const after = rule.value("retry_after"))
        reply.headers.push_back({"Retry-After", header_value(*after)});
    if (const auto* const after = rule.value("retry_after_ms")) {
        reply.headers.push_back({"retry-after-ms", header_value(*after)});
    }
    return reply;
}

// The rules that answer without applying anything; nothing when there is none.
std::optional<Reply> refusal_of(const Call& call) {
    const Front& front = call.dialect->front;
    if (const Rule* const rule = call.hit(Fault::http)) {
        const auto status = static_cast<int>(rule->integer("status", 500));
        const Trouble trouble = status < 500 ? Trouble::refused : Trouble::failed;
        return status_reply(call, *rule, front.error_of(trouble, call, status));
    }
    if (const Rule* const rule = call.hit(Fault::rate_limit))
        return status_reply(call, *rule, front.error_of(Trouble::rate_limited, call));
    if (const Rule* const rule = call.hit(Fault::echo_key)) {
        ApiError error =
            front.error_of(Trouble::refused, call, static_cast<int>(rule->integer("status", 400)));
        error.message = "Your key " + call.key + " may not do this.";
        return front.error_reply(call, error);
    }
    if (const Rule* const rule = call.hit(Fault::reject_html);
        rule != nullptr && !rule->flag("apply", false)) {
        Reply reply;
        reply.status = static_cast<int>(rule->integer("status", 200));
        put_html(reply);
        return reply;
    }
    const Rule* const redirect = call.hit(Fault::redirect);
    if (redirect != nullptr && !call.parameter("redirected")) {
        const std::string here = call.target + (call.query.empty() ? '?' : '&') + "redirected=1";
        Reply reply;
        reply.status = static_cast<int>(redirect->integer("status", 302));
        reply.headers.push_back({"Location", std::string(redirect->text("location", here))});
        return reply;
    }
    return std::nullopt;
}

// The request is taken, its connection ends, and it takes effect when nobody waits for it any more.
void apply_later(World& world, const Call& call, RouteHandler handler, const Rule& rule) {
    auto kept = std::make_shared<Call>(call);
    kept->reader = nullptr;
    const auto when = world.clock.now() +
                      core::Duration{static_cast<std::int64_t>(rule.number("seconds", 60) * 1'000)};
    world.batches->at(when, [&world, kept, handler] { (void)handler(world, *kept); });
}

}  // namespace

void swallow(net::BodyReader& body, std::uint64_t limit) {
    constexpr std::size_t piece_bytes = 64 * 1024;
    std::string buffer(piece_bytes, '\0');
    while (limit > 0) {
        const auto n = body.read(
            buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(limit, piece_bytes)));
        if (!n || *n == 0) return;
        limit -= *n;
    }
}

void end_connection(const Rule& rule, net::ResponseWriter& out) {
    if (rule.text("how", "close") == "reset") {
        out.reset();
    } else {
        out.close();
    }
}

core::Result<Instead> act_before(World& world,
                                 Call& call,
                                 const Route& route,
                                 net::BodyReader& body,
                                 net::ResponseWriter& out,
                                 Reply& reply) {
    if (const Rule* const rule = call.hit(Fault::delay);
        rule != nullptr && rule->text("where", "before") == "before") {
        if (!world.pauses.pause(std::chrono::milliseconds{rule->integer("ms", 1'000)}))
            return Instead::ended;
    }
    if (const Rule* const rule = call.hit(Fault::cut_request)) {
        swallow(body,
                static_cast<std::uint64_t>(std::max<std::int64_t>(0, rule->integer("bytes", 0))));
        out.reset();
        return Instead::ended;
    }
    if (const Rule* const rule = call.hit(Fault::raw)) {
        swallow(body, everything);
        OVERNIGHT_TRY(out.write_raw(rule->text("text", "")));
        out.close();
        return Instead::ended;
    }
    if (const Rule* const rule = call.hit(Fault::drop)) {
        swallow(body, everything);
        end_connection(*rule, out);
        return Instead::ended;
    }
    const Rule* const late = call.hit(Fault::late_apply);
    if (late != nullptr && route.body != BodyMode::stream) {
        OVERNIGHT_TRY(spool_body(world, call, route));
        apply_later(world, call, route.handler, *late);
        end_connection(*late, out);
        return Instead::ended;
    }
    auto refusal = refusal_of(call);
    if (!refusal) return Instead::nothing;
    swallow(body, everything);
    reply = std::move(*refusal);
    return Instead::replied;
}

}  // namespace overnight::emulator
