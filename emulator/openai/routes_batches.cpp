// Looking at batches, listing and cancelling them (providers/openai.md 3.2).
#include "emulator/openai/routes.hpp"
#include "emulator/openai/wire.hpp"
#include "emulator/spoil.hpp"
#include "emulator/visible_batches.hpp"

#include <algorithm>

namespace overnight::emulator::openai {

namespace {

Reply no_such_batch(std::string_view id) {
    return error_reply({404, "No batch found with id '" + std::string(id) + "'.",
                        "invalid_request_error", "", ""});
}

Reply batch_reply(World& world, const Batch& batch) {
    std::string body;
    put_batch(body, batch, world.clock.now());
    return json_reply(std::move(body));
}

}  // namespace

core::Result<Reply> get_batch(World& world, const Call& call) {
    const auto batch = shown_batch(world, call, Provider::openai);
    if (!batch) return no_such_batch(call.id);
    Reply reply = batch_reply(world, *batch);
    if (const Rule* const rule = call.hit(Fault::show_status)) {
        replace_text(reply.body, "status", name(batch->status), rule->text("status", "paused"));
    }
    return reply;
}

core::Result<Reply> list_batches(World& world, const Call& call) {
    const auto limit = page_limit(call, 20, 100);
    if (!limit)
        return invalid_request("Invalid 'limit': it must be from 1 to 100.", "limit",
                               "invalid_value");
    const core::TimePoint now = world.clock.now();
    const std::vector<Batch> batches = listed_batches(world, call, Provider::openai);
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
    if (!find_batch(world, call, Provider::openai)) return no_such_batch(call.id);
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

}  // namespace overnight::emulator::openai
