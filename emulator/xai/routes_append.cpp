// POST /v1/batches/{id}/requests (providers/others.md 1): all of them are added, or none.
#include "emulator/input_line.hpp"
#include "emulator/json_text.hpp"
#include "emulator/visible_batches.hpp"
#include "emulator/xai/dialect.hpp"
#include "emulator/xai/routes.hpp"

#include <boost/json.hpp>

#include <unordered_set>

namespace overnight::emulator::xai {

namespace json = boost::json;

namespace {

constexpr std::size_t max_body_bytes = 25'000'000;

using Ids = std::unordered_set<std::string>;

core::Result<Ids> ids_in(World& world, const Batch& batch) {
    Ids ids;
    const FilePtr input = world.files->find(batch.input_file_id, world.clock.seconds());
    if (input == nullptr) return ids;
    OVERNIGHT_TRY_ASSIGN(Descriptor file, open_for_reading(input->path));
    LineReader lines(std::move(file));
    InputLineReader reader;
    InputLine parsed;
    for (std::uint64_t n = 0; n < batch.total; ++n) {
        OVERNIGHT_TRY_ASSIGN(const auto line, lines.next());
        if (!line) break;
        if (reader.read(*line, parsed)) ids.emplace(parsed.custom_id);
    }
    return ids;
}

// Which endpoint a request is for, with its body; null when it is none that is executed here.
struct Wish {
    Endpoint endpoint = Endpoint::chat_completions;
    const json::value* body = nullptr;
};

Wish wish_of(const json::object& request) {
    const auto* const wishes = request.if_contains("batch_request");
    if (wishes == nullptr || !wishes->is_object()) return {};
    for (const auto& [name, endpoint] :
         {std::pair{"chat_get_completion", Endpoint::chat_completions},
          std::pair{"responses", Endpoint::responses}}) {
        const auto* const body = wishes->get_object().if_contains(name);
        if (body != nullptr && body->is_object()) return {endpoint, body};
    }
    return {};
}

// Appends one request as an input line.
ApiError put_line(const json::value& request, Ids& ids, std::string& lines) {
    if (!request.is_object()) return invalid("batch_requests: an element is no object.");
    const auto* const named = request.get_object().if_contains("batch_request_id");
    std::string id;
    if (named == nullptr || named->is_null()) {
        id = new_uuid();
    } else if (named->is_string()) {
        id = named->get_string();
    } else {
        return invalid("batch_request_id: it must be a string.");
    }
    if (!ids.insert(id).second) return invalid("batch_request_id " + id + " is not unique.");
    const Wish wish = wish_of(request.get_object());
    if (wish.body == nullptr)
        return invalid("batch_request: chat_get_completion or responses is required.");
    ObjectWriter(lines)
        .text("custom_id", id)
        .text("method", "POST")
        .text("url", path_of(wish.endpoint))
        .raw("body", json::serialize(*wish.body))
        .end();
    lines += '\n';
    return {};
}

// Adds them to the batch as it is in `batch`. Errc::unavailable: it is another by now.
core::Result<Reply> add(World& world,
                        const Call& call,
                        const Batch& batch,
                        const json::array& requests) {
    if (!batch.open)
        return refuse(call, invalid("A batch with an input file takes no more requests."));
    OVERNIGHT_TRY_ASSIGN(Ids ids, ids_in(world, batch));
    std::string lines;
    for (const json::value& request : requests) {
        if (const ApiError wrong = put_line(request, ids, lines); wrong.status != 0)
            return refuse(call, wrong);
    }
    const auto added = world.batches->append(batch.id, {lines, requests.size(), batch.total});
    if (!added && added.error().code() == core::Errc::conflict)
        return refuse(call, invalid(added.error().message()));
    if (!added) return added.error();
    Reply reply;
    reply.status = 204;
    return reply;
}

}  // namespace

core::Result<Reply> add_requests(World& world, const Call& call) {
    if (!find_batch(world, call, Provider::xai)) return no_such_batch(call);
    if (call.body.size() > max_body_bytes)
        return refuse(call, front().error_of(Trouble::too_large, call));
    boost::system::error_code error;
    const json::value document = json::parse(call.body, error);
    const auto* const requests = !error && document.is_object()
                                     ? document.get_object().if_contains("batch_requests")
                                     : nullptr;
    if (requests == nullptr || !requests->is_array() || requests->get_array().empty())
        return refuse(call, invalid("batch_requests: a list of requests is required."));
    while (true) {
        const auto batch = find_batch(world, call, Provider::xai);
        if (!batch) return no_such_batch(call);
        auto reply = add(world, call, *batch, requests->get_array());
        // Each time round somebody else's addition went in.
        if (reply || reply.error().code() != core::Errc::unavailable) return reply;
    }
}

}  // namespace overnight::emulator::xai
