// POST /v1/batch/jobs (providers/others.md 1). What is wrong with a file's lines shows later.
#include "emulator/json_text.hpp"
#include "emulator/mistral/create_body.hpp"
#include "emulator/mistral/dialect.hpp"
#include "emulator/mistral/replies.hpp"
#include "emulator/mistral/routes.hpp"
#include "emulator/mistral/wire.hpp"
#include "emulator/openai/routes.hpp"
#include "emulator/own_input.hpp"
#include "emulator/spoil.hpp"
#include "emulator/visible_batches.hpp"

namespace overnight::emulator::mistral {

namespace {

// A bound of the emulator's own, for its disk: one file may be named many times.
constexpr std::uint64_t max_joined_bytes = 2 * max_file_bytes;

// Several files become one.
core::Result<> join(const std::vector<FilePtr>& files, OwnInput& input) {
    OVERNIGHT_TRY_ASSIGN(FileWriter to, FileWriter::create(input.path()));
    for (const FilePtr& file : files) {
        OVERNIGHT_TRY_ASSIGN(Descriptor from, open_for_reading(file->path));
        LineReader lines(std::move(from));
        while (true) {
            OVERNIGHT_TRY_ASSIGN(const auto line, lines.next());
            if (!line) break;
            OVERNIGHT_TRY(to.append(*line));
            OVERNIGHT_TRY(to.append("\n"));
        }
    }
    return to.flush();
}

// The files that a create names, or the error about the first that is no input.
struct Inputs {
    std::vector<FilePtr> files;
    ApiError wrong;
};

Inputs find_inputs(World& world, const Call& call, const std::vector<std::string>& ids) {
    Inputs inputs;
    std::uint64_t bytes = 0;
    for (const std::string& id : ids) {
        const FilePtr file = openai::find_input(world, call, id);
        if (file == nullptr) {
            inputs.wrong = refused(404, "File " + id + " not found");
            return inputs;
        }
        if (file->purpose != "batch") {
            inputs.wrong =
                unprocessable("input_files", "File " + id + " does not have the purpose batch");
            return inputs;
        }
        bytes += file->bytes;
        if (bytes > max_joined_bytes) {
            inputs.wrong = unprocessable("input_files", "The files are too large together");
            return inputs;
        }
        inputs.files.push_back(file);
    }
    return inputs;
}

std::string json_list(const std::vector<std::string>& ids) {
    std::string list = "[";
    for (const std::string& id : ids) {
        if (list.size() > 1) list += ',';
        put_json(list, id);
    }
    return list += ']';
}

}  // namespace

core::Result<Reply> create_job(World& world, const Call& call) {
    CreateBody body;
    if (const ApiError wrong = read_create_body(call.body, body); wrong.status != 0)
        return refuse(call, wrong);
    const Inputs inputs = find_inputs(world, call, body.files);
    if (inputs.wrong.status != 0) return refuse(call, inputs.wrong);
    if (too_many_creates(world, call, Provider::mistral)) {
        Reply reply = refuse(call, front().error_of(Trouble::rate_limited, call));
        reply.headers.push_back({"Retry-After", "60"});
        return reply;
    }
    CreateSpec& spec = body.spec;
    spec.provider = Provider::mistral;
    spec.key = call.key_fingerprint;
    spec.inputs = json_list(body.files);
    spec.own_input = inputs.files.size() != 1;
    if (spec.own_input) {
        OwnInput own(world);
        OVERNIGHT_TRY(body.files.empty() ? own.write(body.lines) : join(inputs.files, own));
        OVERNIGHT_TRY_ASSIGN(spec.input_file_id, own.keep(call));
    } else {
        spec.input_file_id = body.files.front();
    }
    OVERNIGHT_TRY_ASSIGN(const Batch batch, world.batches->create(spec));
    std::string reply;
    put_job(reply, batch, world.clock.now());
    if (const Rule* const rule = call.hit(Fault::bad_id))
        spoil_id(reply, batch.id, rule->text("as", "missing"), "");
    return json_reply(std::move(reply));
}

}  // namespace overnight::emulator::mistral
