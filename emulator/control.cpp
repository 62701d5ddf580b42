// /_ctl: replace the script, move the clock, look at what happened.
#include "emulator/dialect.hpp"
#include "emulator/service.hpp"

#include <boost/json.hpp>

namespace overnight::emulator {

namespace {

Reply refusal(const Call& call, int status, std::string message) {
    return call.dialect->front.error_reply(call, {status, std::move(message)});
}

core::Result<Reply> replace_faults(World& world, const Call& call) {
    const auto replaced = world.set_faults(call.body);
    if (!replaced) return refusal(call, 400, replaced.error().message());
    return json_reply(R"({"ok":true})");
}

Reply show_faults(const Call& call) {
    std::string out = R"({"object":"list","data":[)";
    bool first = true;
    for (const auto& rule : call.script->rules()) {
        if (!first) out += ',';
        first = false;
        ObjectWriter(out)
            .text("fault", rule->name())
            .number("seen", static_cast<std::int64_t>(rule->seen()))
            .number("hits", static_cast<std::int64_t>(rule->hits()))
            .end();
    }
    out += "]}";
    return json_reply(std::move(out));
}

Reply advance_clock(World& world, const Call& call) {
    boost::system::error_code error;
    const auto body =
        boost::json::parse(boost::json::string_view(call.body.data(), call.body.size()), error);
    const auto* const seconds =
        !error && body.is_object() ? body.get_object().if_contains("seconds") : nullptr;
    if (seconds == nullptr || !seconds->is_number() || seconds->to_number<double>() < 0 ||
        seconds->to_number<double>() > 1e9) {
        return refusal(call, 400, "\"seconds\" must be a number from 0 to 1000000000.");
    }
    world.clock.advance(
        core::Duration{static_cast<std::int64_t>(seconds->to_number<double>() * 1'000)});
    world.batches->wake();
    std::string out;
    ObjectWriter(out).seconds("time", world.clock.now().time_since_epoch().count()).end();
    return json_reply(std::move(out));
}

Reply show_state(World& world) {
    std::string counts;
    ObjectWriter object(counts);
    for (const auto& [status, count] : world.batches->count_by_status())
        object.number(status, count);
    object.end();
    std::string out;
    ObjectWriter(out)
        .seconds("time", world.clock.now().time_since_epoch().count())
        .number("requests", static_cast<std::int64_t>(world.requests))
        .number("files", static_cast<std::int64_t>(world.files->count(world.clock.seconds())))
        .raw("batches", counts)
        .text("ledger", world.ledger->path().string())
        .end();
    return json_reply(std::move(out));
}

core::Result<Reply> show_ledger(World& world) {
    auto file = std::make_shared<FileObject>();
    file->path = world.ledger->path();
    std::error_code error;
    file->bytes = std::filesystem::file_size(file->path, error);
    if (error) return core::Error(core::Errc::internal, "the ledger has gone");
    Reply reply;
    reply.content_type = "application/jsonl";
    reply.length = file->bytes;
    reply.file = std::move(file);
    return reply;
}

}  // namespace

core::Result<Reply> control(World& world, const Call& call) {
    if (call.method == "POST" && call.path == "/_ctl/faults") return replace_faults(world, call);
    if (call.method == "GET" && call.path == "/_ctl/faults") return show_faults(call);
    if (call.method == "POST" && call.path == "/_ctl/advance") return advance_clock(world, call);
    if (call.method == "GET" && call.path == "/_ctl/state") return show_state(world);
    if (call.method == "GET" && call.path == "/_ctl/ledger") return show_ledger(world);
    return refusal(call, 404, "There is no such switch.");
}

}  // namespace overnight::emulator
