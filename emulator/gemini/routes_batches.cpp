// Looking at batches, listing, cancelling and deleting them (providers/gemini.md 2).
#include "emulator/gemini/operation.hpp"
#include "emulator/gemini/paging.hpp"
#include "emulator/gemini/replies.hpp"
#include "emulator/gemini/routes.hpp"
#include "emulator/json_text.hpp"
#include "emulator/visible_batches.hpp"

#include <algorithm>

namespace overnight::emulator::gemini {

namespace {

constexpr std::size_t default_page = 50;
constexpr std::size_t largest_page = 1'000;
// Beyond it the service cannot answer for a batch any more, though its list goes on working
// (providers/gemini.md 13).
constexpr std::uint64_t max_inlined_bytes = 32u << 20;

// The lines of the results with commas between them; nothing when there are too many.
core::Result<std::optional<std::string>> inlined_responses(World& world, const Batch& batch) {
    std::string values;
    const FilePtr file = world.files->find(batch.output_file_id, world.clock.seconds());
    if (file == nullptr) return std::optional(std::move(values));
    if (file->bytes > max_inlined_bytes) return std::optional<std::string>();
    OVERNIGHT_TRY_ASSIGN(Descriptor from, open_for_reading(file->path));
    LineReader lines(std::move(from));
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const auto line, lines.next());
        if (!line) return std::optional(std::move(values));
        if (!values.empty()) values += ',';
        values += *line;
    }
}

core::Result<Reply> batch_reply(World& world, const Batch& batch, std::string_view state) {
    OperationView view{world.clock.now(), {}, false, state};
    std::optional<std::string> inlined;
    if (batch.own_input && results_visible(batch, view.now)) {
        OVERNIGHT_TRY_ASSIGN(inlined, inlined_responses(world, batch));
        if (!inlined)
            return error_reply(rpc_error("UNAVAILABLE", "The service is currently unavailable."));
        view.inlined_responses = *inlined;
        view.show_inlined = true;
    }
    return json_reply(operation_text(batch, view));
}

// What stands at the end of the page that begins at `from`.
std::string next_token(const Call& call,
                       const std::vector<Batch>& batches,
                       std::vector<Batch>::const_iterator end,
                       std::string_view last) {
    bool more = end != batches.end();
    if (call.hit(Fault::list_loop) != nullptr) more = true;
    if (const Rule* const rule = call.hit(Fault::has_more_lies)) more = rule->flag("value", false);
    return more ? page_token(last.empty() ? "batches/none" : last) : std::string();
}

}  // namespace

core::Result<Reply> get_batch(World& world, const Call& call) {
    const auto batch = shown_batch(world, call, Provider::gemini);
    if (!batch) return not_found();
    const Rule* const shown = call.hit(Fault::show_status);
    return batch_reply(world, *batch,
                       shown == nullptr ? std::string_view() : shown->text("status", "paused"));
}

core::Result<Reply> list_batches(World& world, const Call& call) {
    const auto page = page_request(call, default_page, largest_page);
    if (!page) return invalid_argument("Invalid page_size or page_token.");
    const core::TimePoint now = world.clock.now();
    std::vector<Batch> batches = listed_batches(world, call, Provider::gemini);
    if (call.hit(Fault::empty_without_page_size) != nullptr && !call.parameter("pageSize"))
        batches.clear();
    auto from = batches.cbegin();
    if (!page->after.empty() && call.hit(Fault::list_loop) == nullptr) {
        from = std::find_if(batches.cbegin(), batches.cend(),
                            [&](const Batch& batch) { return batch.id == page->after; });
        if (from == batches.cend()) return invalid_argument("Invalid page_token.");
        // A page that begins with the one that the last page ended with.
        if (call.hit(Fault::list_dup) == nullptr) ++from;
    }
    std::string operations;
    std::string last;
    std::string shown;
    for (std::size_t n = 0; from != batches.cend() && n < page->size; ++from, ++n) {
        last = from->id;
        shown = operation_text(*from, {now, {}, false, {}});
        if (n > 0) operations += ',';
        operations += shown;
    }
    if (call.hit(Fault::list_dup) != nullptr && !shown.empty()) operations += ',' + shown;
    const std::string token = next_token(call, batches, from, last);
    std::string body;
    ObjectWriter reply(body);
    if (!operations.empty()) reply.raw("operations", '[' + operations + ']');
    if (!token.empty()) reply.text("nextPageToken", token);
    reply.end();
    return json_reply(std::move(body));
}

core::Result<Reply> cancel_batch(World& world, const Call& call) {
    const auto known = find_batch(world, call, Provider::gemini);
    if (!known) return not_found();
    OVERNIGHT_TRY(world.ledger->event("cancel", [&](ObjectWriter& event) {
        event.text("batch", known->id).text("key", call.key_fingerprint);
    }));
    const auto [outcome, batch] = world.batches->cancel(known->id);
    if (!batch) return not_found();
    if (outcome == CancelOutcome::refused) {
        return error_reply(rpc_error("FAILED_PRECONDITION",
                                     "The batch is in a terminal state and cannot be cancelled."));
    }
    return empty_reply();
}

core::Result<Reply> delete_batch(World& world, const Call& call) {
    const auto known = find_batch(world, call, Provider::gemini);
    if (!known) return not_found();
    if (!has_ended(*known)) {
        return error_reply(rpc_error("FAILED_PRECONDITION",
                                     "The batch has not ended: cancel it before it is deleted."));
    }
    OVERNIGHT_TRY(world.ledger->event("delete", [&](ObjectWriter& event) {
        event.text("batch", known->id).text("key", call.key_fingerprint);
    }));
    // A cancel shows before the workers have carried it out.
    constexpr std::chrono::milliseconds moment{1};
    for (int patience = 5'000; patience > 0; --patience) {
        OVERNIGHT_TRY_ASSIGN(const bool erased, world.batches->erase(known->id));
        if (erased || !world.batches->find(known->id)) return empty_reply();
        if (!world.pauses.pause(moment)) break;
    }
    return error_reply(rpc_error("UNAVAILABLE", "The service is currently unavailable."));
}

}  // namespace overnight::emulator::gemini
