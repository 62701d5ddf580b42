// Looking at jobs, listing, cancelling and deleting them (providers/others.md 1).
#include "emulator/input_line.hpp"
#include "emulator/json_text.hpp"
#include "emulator/mistral/dialect.hpp"
#include "emulator/mistral/replies.hpp"
#include "emulator/mistral/routes.hpp"
#include "emulator/mistral/wire.hpp"
#include "emulator/spoil.hpp"
#include "emulator/visible_batches.hpp"

#include <algorithm>

namespace overnight::emulator::mistral {

namespace {

// A bound of the emulator's own, for its memory.
constexpr std::uint64_t max_outputs_bytes = 32u << 20;

Reply no_such_job(const Call& call) {
    return refuse(call, refused(404, "Batch job " + call.id + " not found"));
}

Reply job_reply(World& world, const Batch& batch, std::string_view outputs = "null") {
    std::string body;
    put_job(body, batch, world.clock.now(), outputs);
    return json_reply(std::move(body));
}

core::Result<> note(World& world, const Call& call, std::string_view event) {
    return world.ledger->event(event, [&](ObjectWriter& line) {
        line.text("batch", call.id).text("key", call.key_fingerprint);
    });
}

// The lines of the output file as a JSON array; null while there are none.
core::Result<std::string> outputs_of(World& world, const Batch& batch) {
    const FilePtr file = world.files->find(batch.output_file_id, world.clock.seconds());
    if (file == nullptr || file->bytes > max_outputs_bytes) return std::string("null");
    OVERNIGHT_TRY_ASSIGN(Descriptor from, open_for_reading(file->path));
    LineReader lines(std::move(from));
    InputLineReader reader;
    std::string outputs = "[";
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const auto line, lines.next());
        if (!line) break;
        if (outputs.size() > 1) outputs += ',';
        // A line that a rule cut becomes an element that is no object: the reply can be read.
        if (reader.is_json(*line)) {
            outputs += *line;
        } else {
            put_json(outputs, *line);
        }
    }
    return outputs += ']';
}

// "status" may be there several times.
bool has_status(const Call& call, const Batch& batch) {
    bool asked = false;
    for (const auto& [name, value] : call.query) {
        if (name != "status") continue;
        asked = true;
        if (value == status_name(batch.status)) return true;
    }
    return !asked;
}

}  // namespace

core::Result<Reply> get_job(World& world, const Call& call) {
    const auto batch = shown_batch(world, call, Provider::mistral);
    if (!batch) return no_such_job(call);
    std::string outputs = "null";
    if (call.parameter("inline") == "true" && is_terminal(batch->status)) {
        OVERNIGHT_TRY_ASSIGN(outputs, outputs_of(world, *batch));
    }
    Reply reply = job_reply(world, *batch, outputs);
    if (const Rule* const rule = call.hit(Fault::show_status)) {
        replace_text(reply.body, "status", status_name(batch->status),
                     rule->text("status", "PAUSED"));
    }
    return reply;
}

core::Result<Reply> list_jobs(World& world, const Call& call) {
    PageNumber page;
    if (const ApiError wrong = read_page(call, page); wrong.status != 0) return refuse(call, wrong);
    const std::string_view order = call.parameter("order_by").value_or("-created");
    if (order != "created" && order != "-created") {
        return refuse(call, unprocessable("order_by", "Input should be 'created' or '-created'",
                                          "literal_error"));
    }
    std::vector<Batch> batches = listed_batches(world, call, Provider::mistral);
    std::erase_if(batches, [&](const Batch& batch) {
        return !has_status(call, batch) ||
               call.parameter("model").value_or(batch.model) != batch.model;
    });
    if (order == "created") std::reverse(batches.begin(), batches.end());
    std::size_t total = batches.size();
    if (call.hit(Fault::list_loop) != nullptr) {
        total = (page.page + 2) * page.size;
        page.page = 0;
    }
    std::vector<std::string> items;
    for (std::size_t i = page.first(); i < std::min(batches.size(), page.first() + page.size); ++i)
        put_job(items.emplace_back(), batches[i], world.clock.now());
    if (call.hit(Fault::list_dup) != nullptr && !items.empty()) items.push_back(items.back());
    if (const Rule* const rule = call.hit(Fault::has_more_lies))
        total = page.first() + items.size() + (rule->flag("value", false) ? 1 : 0);
    std::string body = R"({"data":[)";
    for (const std::string& item : items) {
        if (body.back() != '[') body += ',';
        body += item;
    }
    body += R"(],"object":"list","total":)" + std::to_string(total) + '}';
    return json_reply(std::move(body));
}

core::Result<Reply> cancel_job(World& world, const Call& call) {
    if (!find_batch(world, call, Provider::mistral)) return no_such_job(call);
    OVERNIGHT_TRY(note(world, call, "cancel"));
    const auto [outcome, batch] = world.batches->cancel(call.id);
    if (!batch) return no_such_job(call);
    if (outcome == CancelOutcome::refused) {
        return refuse(call, refused(400, "Batch job " + batch->id + " is " +
                                             std::string(status_name(batch->status)) +
                                             " and cannot be cancelled."));
    }
    return job_reply(world, *batch);
}

core::Result<Reply> delete_job(World& world, const Call& call) {
    const auto batch = find_batch(world, call, Provider::mistral);
    if (!batch) return no_such_job(call);
    if (!is_terminal(batch->status))
        return refuse(call, refused(400, "Batch job " + batch->id + " has not ended."));
    OVERNIGHT_TRY(note(world, call, "delete"));
    OVERNIGHT_TRY(world.batches->erase(call.id));
    std::string body;
    ObjectWriter(body).text("id", batch->id).text("object", "batch").raw("deleted", "true").end();
    return json_reply(std::move(body));
}

}  // namespace overnight::emulator::mistral
