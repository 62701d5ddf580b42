// Looking at batches, listing, cancelling and deleting them, and their results
// (providers/anthropic.md 2).
#include "emulator/anthropic/dialect.hpp"
#include "emulator/anthropic/listing.hpp"
#include "emulator/anthropic/routes.hpp"
#include "emulator/anthropic/wire.hpp"
#include "emulator/spoil.hpp"
#include "emulator/visible_batches.hpp"

namespace overnight::emulator::anthropic {

namespace {

Reply no_such_batch(const Call& call) {
    return error_reply(call, error_of(404, "There is no message batch with that id"));
}

core::Result<> note(World& world, const Call& call, std::string_view event) {
    return world.ledger->event(event, [&](ObjectWriter& line) {
        line.text("batch", call.id).text("key", call.key_fingerprint);
    });
}

// Another batch that has results, for the fault that mixes them up.
std::optional<Batch> other_batch(World& world, const Batch& asked) {
    for (Batch& batch : world.batches->list(Provider::anthropic)) {
        if (batch.id != asked.id && !batch.output_file_id.empty()) return std::move(batch);
    }
    return std::nullopt;
}

// Somebody else's batch has one line, which nobody made.
void put_foreign_results(std::string& out, const Batch& batch) {
    const Executed result;
    const BatchFormat& format = batch_format();
    const LineSource source{"somebody-else-1"};
    format.put_result(out, {batch.id, 1, source, format.stray_answer(), result, batch.behaviour});
}

}  // namespace

core::Result<Reply> get_batch(World& world, const Call& call) {
    const auto batch = shown_batch(world, call, Provider::anthropic);
    if (!batch) return no_such_batch(call);
    Reply reply = batch_reply(world, call, *batch);
    if (const Rule* const rule = call.hit(Fault::show_status)) {
        replace_text(reply.body, "processing_status", status_name(batch->status),
                     rule->text("status", "paused"));
    }
    return reply;
}

core::Result<Reply> list_batches(World& world, const Call& call) {
    const std::vector<Batch> batches = listed_batches(world, call, Provider::anthropic);
    std::vector<std::string_view> ids;
    for (const Batch& batch : batches)
        ids.push_back(batch.id);
    const bool loop = call.hit(Fault::list_loop) != nullptr;
    Call first = call;
    if (loop) std::erase_if(first.query, [](const auto& one) { return one.first == "after_id"; });
    Page page;
    if (const ApiError wrong = pick_page(first, ids, page); wrong.status != 0)
        return error_reply(call, wrong);
    std::vector<std::string> items;
    for (std::size_t i = page.begin; i < page.end; ++i)
        put_batch(items.emplace_back(), batches[i], world.clock.now(), base_of(call));
    if (call.hit(Fault::list_dup) != nullptr && !items.empty()) items.push_back(items.back());
    bool has_more = page.has_more || loop;
    if (const Rule* const rule = call.hit(Fault::has_more_lies))
        has_more = rule->flag("value", false);
    const bool empty = page.begin == page.end;
    return json_reply(list_json(items, has_more, empty ? std::string_view() : ids[page.begin],
                                empty ? std::string_view() : ids[page.end - 1]));
}

core::Result<Reply> cancel_batch(World& world, const Call& call) {
    if (!find_batch(world, call, Provider::anthropic)) return no_such_batch(call);
    OVERNIGHT_TRY(note(world, call, "cancel"));
    const auto [outcome, batch] = world.batches->cancel(call.id);
    if (!batch) return no_such_batch(call);
    if (is_terminal(batch->status)) {
        return error_reply(call,
                           invalid("Batch " + batch->id +
                                   " cannot be canceled because it has finished processing."));
    }
    return batch_reply(world, call, *batch);
}

core::Result<Reply> delete_batch(World& world, const Call& call) {
    const auto batch = find_batch(world, call, Provider::anthropic);
    if (!batch) return no_such_batch(call);
    if (!is_terminal(batch->status)) {
        return error_reply(call, invalid("Batch " + batch->id +
                                         " cannot be deleted before it has finished processing."));
    }
    OVERNIGHT_TRY(note(world, call, "delete"));
    if (call.hit(Fault::delete_ignored) == nullptr) {
        OVERNIGHT_TRY_ASSIGN(const bool gone, world.batches->erase(call.id));
        if (!gone) return no_such_batch(call);
    }
    std::string body;
    ObjectWriter(body).text("id", batch->id).text("type", "message_batch_deleted").end();
    return json_reply(std::move(body));
}

core::Result<Reply> get_results(World& world, const Call& call) {
    auto batch = find_batch(world, call, Provider::anthropic);
    if (!batch) return no_such_batch(call);
    const core::TimePoint now = world.clock.now();
    if (!is_terminal(batch->status)) {
        return error_reply(
            call, invalid("Batch " + batch->id + " has no results: it is still processing."));
    }
    if (now < batch->ended_at + batch->behaviour.files_late) return no_such_batch(call);
    if (call.hit(Fault::swap_results) != nullptr) {
        if (auto other = other_batch(world, *batch)) batch = std::move(other);
    }
    Reply reply;
    reply.content_type = "application/x-jsonl";
    if (batch->ordinal == 0) {
        put_foreign_results(reply.body, *batch);
        return reply;
    }
    if (batch->output_file_id.empty()) return reply;
    reply.file = world.files->find(batch->output_file_id, world.clock.seconds());
    if (reply.file == nullptr) {
        return error_reply(call,
                           error_of(404, "The results of batch " + batch->id + " were archived."));
    }
    reply.length = reply.file->bytes;
    return reply;
}

}  // namespace overnight::emulator::anthropic
