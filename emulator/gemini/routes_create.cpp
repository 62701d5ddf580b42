// Creation of batches (providers/gemini.md 2.1, 2.2, 3). What is wrong with the request itself is
// said here; what is wrong with the input shows later.
#include "emulator/gemini/create_body.hpp"
#include "emulator/gemini/dialect.hpp"
#include "emulator/gemini/file_json.hpp"
#include "emulator/gemini/operation.hpp"
#include "emulator/gemini/replies.hpp"
#include "emulator/gemini/requests.hpp"
#include "emulator/gemini/routes.hpp"
#include "emulator/gemini/validate.hpp"
#include "emulator/visible_batches.hpp"

#include <algorithm>

namespace overnight::emulator::gemini {

namespace {

constexpr std::size_t max_create_bytes = 20u << 20;
constexpr std::size_t max_concurrent = 100;

// A file for inline requests that is removed unless it becomes a batch's.
class OwnInput {
public:
    explicit OwnInput(World& world) : path_(world.files->new_blob()) {}
    ~OwnInput() {
        std::error_code ignored;
        if (!kept_) std::filesystem::remove(path_, ignored);
    }
    OwnInput(const OwnInput&) = delete;
    OwnInput& operator=(const OwnInput&) = delete;
    const std::filesystem::path& path() const { return path_; }

    core::Result<std::string> keep(World& world, const Call& call) {
        FileObject file;
        file.provider = Provider::gemini;
        file.purpose = inline_requests;
        file.path = path_;
        file.key = call.key_fingerprint;
        file.created_at = world.clock.seconds();
        std::error_code error;
        file.bytes = std::filesystem::file_size(path_, error);
        kept_ = true;
        OVERNIGHT_TRY_ASSIGN(const FilePtr added, world.files->add(std::move(file)));
        return added->id;
    }

private:
    std::filesystem::path path_;
    bool kept_ = false;
};

// The input file, or the reply that says what is wrong with it.
struct Input {
    FilePtr file;
    Reply refusal;
};

Input find_input(World& world, const Call& call, const std::string& name) {
    const std::int64_t now = world.clock.seconds();
    Input input{visible_file(world, call, name), {}};
    if (input.file == nullptr || call.hit(Fault::file_missing) != nullptr) {
        input.file = nullptr;
        input.refusal = not_found();
    } else if (file_state(*input.file, *call.script, now) != "ACTIVE") {
        input.file = nullptr;
        input.refusal = error_reply(
            rpc_error("FAILED_PRECONDITION",
                      "The File " + name + " is not in an ACTIVE state and usage is not allowed."));
    }
    return input;
}

// How many batches may be under way at once.
bool too_many_active(World& world) {
    const auto batches = world.batches->list(Provider::gemini);
    const auto active = std::count_if(batches.begin(), batches.end(),
                                      [](const Batch& batch) { return !has_ended(batch); });
    return static_cast<std::size_t>(active) >= max_concurrent;
}

// The reply's own name, altered as a rule wants it.
void spoil_name(std::string& body, const std::string& id, std::string_view how) {
    const std::string member = "\"name\":\"" + id + '"';
    const std::string begin = "{" + member + ",";
    std::string instead = "{";
    std::string inner = R"("name":"")";
    if (how == "number") inner = R"("name":17)";
    if (how == "long") inner = R"("name":"batches/)" + std::string(10 * 1024, 'a') + '"';
    if (how == "other") inner = "\"name\":\"" + batch_format().new_id() + '"';
    if (how != "missing") instead += inner + ',';
    if (body.starts_with(begin)) body.replace(0, begin.size(), instead);
    const std::size_t again = body.rfind("," + member);
    if (again != std::string::npos)
        body.replace(again, member.size() + 1, how == "missing" ? "" : "," + inner);
}

// Looks at the lines when something depends on them.
core::Result<> learn_input(const Call& call, const std::filesystem::path& path, CreateSpec& spec) {
    if (!spec.own_input && call.script->first_world(Fault::token_limit) == nullptr) return {};
    OVERNIGHT_TRY_ASSIGN(Descriptor file, open_for_reading(path));
    LineReader lines(std::move(file));
    OVERNIGHT_TRY_ASSIGN(const Validation known, validate(lines, spec.endpoint));
    // A file that is wrong becomes a batch that fails, like any other.
    if (known.errors.empty()) spec.known = CreateSpec::Known{known.lines, known.tokens};
    return {};
}

core::Result<Reply> create(World& world, const Call& call, Endpoint endpoint) {
    if (call.body.size() > max_create_bytes)
        return invalid_argument("Request payload size exceeds the limit: 20971520 bytes.");
    const std::string_view model = bare_model(call.id);
    if (ApiError wrong = check_method(model, endpoint); wrong.status != 0)
        return error_reply(wrong);
    if (!batchable(model)) return not_found();
    OwnInput own(world);
    auto body = read_create_body(call.body, own.path());
    if (!body) {
        if (body.error().code() != core::Errc::invalid_input) return std::move(body).error();
        return invalid_argument(body.error().message());
    }
    CreateSpec spec;
    spec.provider = Provider::gemini;
    spec.endpoint = path_of(endpoint);
    spec.model = model;
    spec.metadata = body->metadata;
    spec.tag = body->display_name;
    spec.key = call.key_fingerprint;
    spec.own_input = body->file_name.empty();
    std::filesystem::path lines = own.path();
    if (!spec.own_input) {
        const Input input = find_input(world, call, body->file_name);
        if (input.file == nullptr) return input.refusal;
        spec.input_file_id = input.file->id;
        lines = input.file->path;
    }
    if (too_many_active(world) || too_many_creates(world, call, Provider::gemini))
        return error_reply(out_of_quota());
    OVERNIGHT_TRY(learn_input(call, lines, spec));
    if (spec.own_input) {
        OVERNIGHT_TRY_ASSIGN(spec.input_file_id, own.keep(world, call));
    }
    auto batch = world.batches->create(spec);
    if (!batch) {
        if (spec.own_input) (void)world.files->erase(spec.input_file_id, world.clock.seconds());
        if (batch.error().code() != core::Errc::rate_limited) return std::move(batch).error();
        return error_reply(out_of_quota());
    }
    Reply reply = json_reply(operation_text(*batch, {world.clock.now(), {}, false, {}}));
    if (const Rule* const rule = call.hit(Fault::bad_id))
        spoil_name(reply.body, batch->id, rule->text("as", "missing"));
    return reply;
}

}  // namespace

core::Result<Reply> create_generate(World& world, const Call& call) {
    return create(world, call, Endpoint::generate_content);
}

core::Result<Reply> create_embed(World& world, const Call& call) {
    return create(world, call, Endpoint::embed_content);
}

}  // namespace overnight::emulator::gemini
