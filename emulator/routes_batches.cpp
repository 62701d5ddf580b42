// Looking at batches, listing and cancelling them (providers/openai.md 3.2).
#include "emulator/routes.hpp"
#include "emulator/wire.hpp"

#include <algorithm>

namespace overnight::emulator {

namespace {

Reply no_such_batch(std::string_view id) {
    return error_reply({404, "No batch found with id '" + std::string(id) + "'.",
                        "invalid_request_error", "", ""});
}

bool in_scope(const Call& call, const Batch& batch) {
    return call.script->first_world(Fault::key_scope) == nullptr ||
           batch.key == call.key_fingerprint;
}

bool younger_than(
    const Call& call, Fault fault, const Batch& batch, core::TimePoint now, std::int64_t fallback) {
    const Rule* const rule = call.script->first_world(fault);
    return rule != nullptr &&
           now < batch.created + std::chrono::seconds{rule->integer("seconds", fallback)};
}

Reply batch_reply(World& world, const Batch& batch) {
    std::string body;
    put_batch(body, batch, world.clock.now());
    return json_reply(std::move(body));
}

void replace_status(std::string& body, const Batch& batch, std::string_view shown) {
    const std::string member = "\"status\":\"" + std::string(name(batch.status)) + '"';
    std::string instead = "\"status\":";
    put_json(instead, shown);
    if (const std::size_t at = body.find(member); at != std::string::npos)
        body.replace(at, member.size(), instead);
}

// What the list rules leave of the batches.
void spoil_list(const Call& call, std::vector<Batch>& batches) {
    if (call.hit(Fault::list_empty) != nullptr) batches.clear();
    if (call.hit(Fault::list_reverse) != nullptr) std::reverse(batches.begin(), batches.end());
    if (const Rule* const rule = call.hit(Fault::list_drop)) {
        std::erase_if(batches, [&](const Batch& batch) {
            return selected(hash_text(batch.id), rule->number("part", 0.5));
        });
    }
}

}  // namespace

core::Result<Reply> get_batch(World& world, const Call& call) {
    auto batch = world.batches->find(call.id);
    const core::TimePoint now = world.clock.now();
    if (!batch || !in_scope(call, *batch) ||
        younger_than(call, Fault::batch_hidden, *batch, now, 5)) {
        return no_such_batch(call.id);
    }
    if (call.hit(Fault::swap_replies) != nullptr) {
        for (Batch& other : world.batches->list()) {
            if (other.id == call.id) continue;
            batch = std::move(other);
            break;
        }
    }
    Reply reply = batch_reply(world, *batch);
    if (const Rule* const rule = call.hit(Fault::show_status)) {
        replace_status(reply.body, *batch, rule->text("status", "paused"));
    }
    return reply;
}

core::Result<Reply> list_batches(World& world, const Call& call) {
    const auto limit = page_limit(call, 20, 100);
    if (!limit)
        return invalid_request("Invalid 'limit': it must be from 1 to 100.", "limit",
                               "invalid_value");
    const core::TimePoint now = world.clock.now();
    std::vector<Batch> batches = world.batches->list();
    std::erase_if(batches, [&](const Batch& batch) {
        return !in_scope(call, batch) || younger_than(call, Fault::list_lag, batch, now, 60);
    });
    spoil_list(call, batches);
    auto from = batches.begin();
    if (const auto after = call.parameter("after");
        after && call.hit(Fault::list_loop) == nullptr) {
        from = std::find_if(batches.begin(), batches.end(),
                            [&](const Batch& batch) { return batch.id == *after; });
        if (from == batches.end()) return no_such_batch(*after);
        // A page that begins with the one that the last page ended with.
        if (call.hit(Fault::list_dup) == nullptr) ++from;
    }
    ListPage page;
    for (; from != batches.end() && page.items.size() < *limit; ++from) {
        put_batch(page.items.emplace_back(), *from, now);
        if (page.first_id.empty()) page.first_id = from->id;
        page.last_id = from->id;
    }
    page.has_more = from != batches.end();
    if (call.hit(Fault::list_loop) != nullptr) page.has_more = true;
    if (call.hit(Fault::list_dup) != nullptr && !page.items.empty())
        page.items.push_back(page.items.back());
    if (const Rule* const rule = call.hit(Fault::has_more_lies))
        page.has_more = rule->flag("value", false);
    return json_reply(list_json(page));
}

core::Result<Reply> cancel_batch(World& world, const Call& call) {
    const auto known = world.batches->find(call.id);
    if (!known || !in_scope(call, *known)) return no_such_batch(call.id);
    OVERNIGHT_TRY(world.ledger->event("cancel", [&](ObjectWriter& event) {
        event.text("batch", call.id).text("key", call.key_fingerprint);
    }));
    const auto [outcome, batch] = world.batches->cancel(call.id);
    if (!batch) return no_such_batch(call.id);
    if (outcome == CancelOutcome::refused) {
        return error_reply(
            {409, "Cannot cancel a batch with status '" + std::string(name(batch->status)) + "'.",
             "invalid_request_error", "", ""});
    }
    return batch_reply(world, *batch);
}

}  // namespace overnight::emulator
