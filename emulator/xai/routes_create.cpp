// POST /v1/batches (providers/others.md 1): with a file the batch is sealed, without one it waits
// for requests.
#include "emulator/input_line.hpp"
#include "emulator/openai/routes.hpp"
#include "emulator/own_input.hpp"
#include "emulator/spoil.hpp"
#include "emulator/visible_batches.hpp"
#include "emulator/xai/dialect.hpp"
#include "emulator/xai/routes.hpp"
#include "emulator/xai/wire.hpp"

#include <boost/json.hpp>

namespace overnight::emulator::xai {

namespace json = boost::json;

namespace {

// The name, and the input file when there is one.
ApiError read_body(std::string_view text, CreateSpec& spec) {
    boost::system::error_code error;
    const json::value document = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !document.is_object()) return invalid("The body is not a JSON object.");
    const json::object& body = document.get_object();
    const auto* const name = body.if_contains("name");
    if (name == nullptr || !name->is_string()) return invalid("name: a string is required.");
    spec.tag = name->get_string();
    const auto* const file = body.if_contains("input_file_id");
    if (file == nullptr || file->is_null()) return {};
    if (!file->is_string() || file->get_string().empty())
        return invalid("input_file_id: it must be the id of a file.");
    spec.input_file_id = file->get_string();
    return {};
}

// What the first line asks for stands for the batch where one endpoint is shown or selected by.
std::string endpoint_in(const FileObject& file) {
    std::string endpoint(path_of(Endpoint::chat_completions));
    auto from = open_for_reading(file.path);
    if (!from) return endpoint;
    LineReader lines(std::move(*from));
    const auto line = lines.next();
    InputLineReader reader;
    InputLine parsed;
    if (line && *line && reader.read(**line, parsed) && endpoint_of(parsed.url, Provider::openai))
        endpoint = parsed.url;
    return endpoint;
}

}  // namespace

core::Result<Reply> create_batch(World& world, const Call& call) {
    CreateSpec spec;
    if (const ApiError wrong = read_body(call.body, spec); wrong.status != 0)
        return refuse(call, wrong);
    spec.provider = Provider::xai;
    spec.key = call.key_fingerprint;
    spec.endpoint = path_of(Endpoint::chat_completions);
    spec.open = spec.input_file_id.empty();
    if (!spec.open) {
        const FilePtr file = openai::find_input(world, call, spec.input_file_id);
        if (file == nullptr)
            return refuse(call, {404, "File " + spec.input_file_id + " was not found."});
        spec.endpoint = endpoint_in(*file);
    }
    if (too_many_creates(world, call, Provider::xai)) {
        Reply reply = refuse(call, front().error_of(Trouble::rate_limited, call));
        reply.headers.push_back({"Retry-After", "60"});
        return reply;
    }
    if (spec.open) {
        OwnInput own(world);
        OVERNIGHT_TRY(own.write(""));
        OVERNIGHT_TRY_ASSIGN(spec.input_file_id, own.keep(call));
        spec.own_input = true;
        spec.known = CreateSpec::Known{};
    }
    OVERNIGHT_TRY_ASSIGN(const Batch batch, world.batches->create(spec));
    std::string body;
    put_batch(body, batch);
    if (const Rule* const rule = call.hit(Fault::bad_id))
        spoil_id(body, batch.id, rule->text("as", "missing"), id_prefix, "batch_id");
    return json_reply(std::move(body));
}

}  // namespace overnight::emulator::xai
