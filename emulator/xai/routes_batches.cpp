// Looking at batches, listing and cancelling them (providers/others.md 1).
#include "emulator/json_text.hpp"
#include "emulator/visible_batches.hpp"
#include "emulator/xai/dialect.hpp"
#include "emulator/xai/routes.hpp"
#include "emulator/xai/wire.hpp"

#include <algorithm>

namespace overnight::emulator::xai {

namespace {

Reply batch_reply(const Batch& batch) {
    std::string body;
    put_batch(body, batch);
    return json_reply(std::move(body));
}

}  // namespace

core::Result<Reply> get_batch(World& world, const Call& call) {
    const auto batch = shown_batch(world, call, Provider::xai);
    return batch ? batch_reply(*batch) : no_such_batch(call);
}

core::Result<Reply> list_batches(World& world, const Call& call) {
    const auto limit = page_limit(call);
    if (!limit) return refuse(call, invalid("Invalid limit."));
    const std::vector<Batch> batches = listed_batches(world, call, Provider::xai);
    const bool loop = call.hit(Fault::list_loop) != nullptr;
    auto from = batches.begin();
    if (const auto token = call.parameter("pagination_token"); token && !token->empty() && !loop) {
        from = std::find_if(batches.begin(), batches.end(),
                            [&](const Batch& batch) { return batch.id == *token; });
        if (from == batches.end()) return refuse(call, invalid("Invalid pagination_token."));
        ++from;
    }
    std::vector<std::string> items;
    std::string last;
    for (; items.size() < *limit && from != batches.end(); ++from) {
        put_batch(items.emplace_back(), *from);
        last = from->id;
    }
    if (call.hit(Fault::list_dup) != nullptr && !items.empty()) items.push_back(items.back());
    bool more = from != batches.end() || loop;
    if (const Rule* const rule = call.hit(Fault::has_more_lies)) more = rule->flag("value", false);
    std::string body = R"({"batches":[)";
    for (const std::string& item : items) {
        if (body.back() != '[') body += ',';
        body += item;
    }
    body += R"(],"pagination_token":)";
    if (more && !last.empty()) {
        put_json(body, last);
    } else {
        body += "null";
    }
    body += '}';
    return json_reply(std::move(body));
}

core::Result<Reply> cancel_batch(World& world, const Call& call) {
    if (!find_batch(world, call, Provider::xai)) return no_such_batch(call);
    OVERNIGHT_TRY(world.ledger->event("cancel", [&](ObjectWriter& event) {
        event.text("batch", call.id).text("key", call.key_fingerprint);
    }));
    const auto [outcome, batch] = world.batches->cancel(call.id);
    if (!batch) return no_such_batch(call);
    if (outcome == CancelOutcome::refused)
        return refuse(call, invalid("Batch " + batch->id + " has no pending requests."));
    return batch_reply(*batch);
}

}  // namespace overnight::emulator::xai
