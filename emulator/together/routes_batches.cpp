// Batches (providers/others.md 1): a create's reply is wrapped, a retrieve's is bare, a list is an
// array and has no pages. Nothing of the creator's is kept with a batch.
#include "emulator/json_text.hpp"
#include "emulator/openai/routes.hpp"
#include "emulator/spoil.hpp"
#include "emulator/together/dialect.hpp"
#include "emulator/together/routes.hpp"
#include "emulator/together/wire.hpp"
#include "emulator/visible_batches.hpp"

#include <boost/json.hpp>

namespace overnight::emulator::together {

namespace json = boost::json;

namespace {

ApiError invalid(std::string message, std::string param = "") {
    return {400, std::move(message), "invalid_request_error", std::move(param), ""};
}

ApiError read_text(const json::object& body, const char* name, std::string& text) {
    const auto* const value = body.if_contains(name);
    if (value == nullptr || !value->is_string())
        return invalid("'" + std::string(name) + "' must be a string", name);
    text = value->get_string();
    return {};
}

ApiError read_spec(std::string_view text, CreateSpec& spec) {
    boost::system::error_code error;
    const json::value document = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !document.is_object()) return invalid("The body is not a JSON object.");
    const json::object& body = document.get_object();
    if (ApiError wrong = read_text(body, "input_file_id", spec.input_file_id); wrong.status != 0)
        return wrong;
    if (ApiError wrong = read_text(body, "endpoint", spec.endpoint); wrong.status != 0)
        return wrong;
    if (spec.endpoint != path_of(Endpoint::chat_completions))
        return invalid("Unsupported endpoint: '" + spec.endpoint + '\'', "endpoint");
    const auto* const window = body.if_contains("completion_window");
    if (window != nullptr && *window != "24h")
        return invalid("Unsupported completion window", "completion_window");
    return {};
}

Reply no_such_batch(const Call& call) {
    return refuse(call, {404, "Batch job not found: " + call.id});
}

void put_seen(std::string& out, World& world, const Batch& batch) {
    const FilePtr input = world.files->find(batch.input_file_id, world.clock.seconds());
    put_batch(out, batch, input == nullptr ? 0 : input->bytes, world.clock.now());
}

Reply batch_reply(World& world, const Batch& batch) {
    std::string body;
    put_seen(body, world, batch);
    return json_reply(std::move(body));
}

}  // namespace

core::Result<Reply> create_batch(World& world, const Call& call) {
    CreateSpec spec;
    if (const ApiError wrong = read_spec(call.body, spec); wrong.status != 0)
        return refuse(call, wrong);
    const FilePtr file = openai::find_input(world, call, spec.input_file_id);
    if (file == nullptr) return refuse(call, {404, "File not found: " + spec.input_file_id});
    if (file->purpose != batch_purpose)
        return refuse(call, invalid("The file's purpose is not batch-api", "input_file_id"));
    if (too_many_creates(world, call, Provider::together)) {
        Reply reply = refuse(call, front().error_of(Trouble::rate_limited, call));
        reply.headers.push_back({"Retry-After", "60"});
        return reply;
    }
    spec.provider = Provider::together;
    spec.key = call.key_fingerprint;
    OVERNIGHT_TRY_ASSIGN(const Batch batch, world.batches->create(spec));
    std::string body;
    ObjectWriter reply(body);
    put_seen(reply.key("job"), world, batch);
    reply.text("warning", "").end();
    if (const Rule* const rule = call.hit(Fault::bad_id))
        spoil_id(body, batch.id, rule->text("as", "missing"), "");
    return json_reply(std::move(body));
}

core::Result<Reply> get_batch(World& world, const Call& call) {
    const auto batch = shown_batch(world, call, Provider::together);
    if (!batch) return no_such_batch(call);
    Reply reply = batch_reply(world, *batch);
    if (const Rule* const rule = call.hit(Fault::show_status)) {
        replace_text(reply.body, "status", status_name(batch->status),
                     rule->text("status", "PAUSED"));
    }
    return reply;
}

core::Result<Reply> list_batches(World& world, const Call& call) {
    std::vector<Batch> batches = listed_batches(world, call, Provider::together);
    if (call.hit(Fault::list_dup) != nullptr && !batches.empty()) batches.push_back(batches.back());
    std::string body = "[";
    for (const Batch& batch : batches) {
        if (body.size() > 1) body += ',';
        put_seen(body, world, batch);
    }
    body += ']';
    return json_reply(std::move(body));
}

core::Result<Reply> cancel_batch(World& world, const Call& call) {
    if (!find_batch(world, call, Provider::together)) return no_such_batch(call);
    OVERNIGHT_TRY(world.ledger->event("cancel", [&](ObjectWriter& event) {
        event.text("batch", call.id).text("key", call.key_fingerprint);
    }));
    const auto [outcome, batch] = world.batches->cancel(call.id);
    if (!batch) return no_such_batch(call);
    if (outcome == CancelOutcome::refused) {
        return refuse(call, {409, "Cannot cancel a batch with status '" +
                                      std::string(status_name(batch->status)) + "'."});
    }
    return batch_reply(world, *batch);
}

}  // namespace overnight::emulator::together
