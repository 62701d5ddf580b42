// POST /v1/messages/batches (providers/anthropic.md 2.2). Only what is wrong with the envelope
// gives an error here; what is wrong with a request shows in its result line.
#include "core/text.hpp"
#include "emulator/anthropic/dialect.hpp"
#include "emulator/anthropic/envelope.hpp"
#include "emulator/anthropic/requests.hpp"
#include "emulator/anthropic/routes.hpp"
#include "emulator/anthropic/wire.hpp"
#include "emulator/spoil.hpp"
#include "emulator/visible_batches.hpp"

#include <algorithm>
#include <unordered_set>

namespace overnight::emulator::anthropic {

namespace {

bool valid_custom_id(std::string_view id) {
    constexpr std::size_t longest = 64;
    return !id.empty() && id.size() <= longest && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

core::Error refused(std::string what) {
    return {core::Errc::invalid_input, std::move(what)};
}

// Writes each request as a line of the batch's input. Memory: the custom_ids and one request.
class Intake {
public:
    explicit Intake(FileWriter& lines) : lines_(lines), reader_(batch_format().line_names()) {}

    core::Result<> read(const SpooledBody& body) {
        OVERNIGHT_TRY_ASSIGN(const Descriptor file, open_for_reading(body.path()));
        EnvelopeScanner scanner([this](std::string_view element) { return take(element); });
        std::string buffer(256 * 1024, '\0');
        for (std::uint64_t offset = 0;;) {
            OVERNIGHT_TRY_ASSIGN(const std::size_t n,
                                 read_at(file, buffer.data(), buffer.size(), offset));
            if (n == 0) break;
            const auto fed = scanner.feed(std::string_view(buffer).substr(0, n));
            too_large_ = too_large_ || scanner.too_large();
            if (!fed) return fed;
            offset += n;
        }
        OVERNIGHT_TRY(scanner.finish());
        return lines_.flush();
    }

    bool too_large() const noexcept { return too_large_; }
    CreateSpec::Known known() const noexcept { return known_; }
    const std::string& model() const noexcept { return model_; }

private:
    core::Result<> take(std::string_view element) {
        const std::string place = "requests." + std::to_string(known_.lines);
        if (known_.lines == max_requests) {
            too_large_ = true;
            return refused("requests: List should have at most 100000 items");
        }
        OVERNIGHT_TRY(check(element, place));
        InputLine line;
        if (!reader_.read(element, line)) return refused("The request body is not valid JSON");
        if (!ids_.emplace(line.custom_id).second)
            return refused(place + ".custom_id: \"" + std::string(line.custom_id) +
                           "\" is a duplicate; custom_ids must be unique in a batch");
        (void)prompts_.read(line.body, prompt_);
        if (model_.empty()) model_ = prompt_.model;
        known_.tokens += prompt_.input_tokens();
        ++known_.lines;
        OVERNIGHT_TRY(lines_.append(element));
        return lines_.append("\n");
    }

    core::Result<> check(std::string_view element, const std::string& place) {
        simdjson::dom::object request;
        if (parser_.parse(element.data(), element.size(), false).get(request) != simdjson::SUCCESS)
            return refused("The request body is not valid JSON");
        bool has_params = false;
        bool has_id = false;
        for (const auto [key, value] : request) {
            std::string_view id;
            if (key == "custom_id") {
                has_id = value.get(id) == simdjson::SUCCESS;
                if (!has_id) return refused(place + ".custom_id: Input should be a valid string");
                if (!valid_custom_id(id))
                    return refused(place +
                                   ".custom_id: String should match pattern "
                                   "'^[a-zA-Z0-9_-]{1,64}$'");
            } else if (key == "params") {
                has_params = value.is_object();
                if (!has_params) return refused(place + ".params: Input should be an object");
            } else {
                return refused(place + '.' + core::printable(key, 60) +
                               ": Extra inputs are not permitted");
            }
        }
        if (!has_id) return refused(place + ".custom_id: Field required");
        if (!has_params) return refused(place + ".params: Field required");
        return {};
    }

    FileWriter& lines_;
    simdjson::dom::parser parser_;
    InputLineReader reader_;
    Requests prompts_;
    Prompt prompt_;
    std::unordered_set<std::string> ids_;
    CreateSpec::Known known_;
    std::string model_;
    bool too_large_ = false;
};

// The requests become a file of the batch's own.
core::Result<FilePtr> keep_input(World& world, const Call& call, const FileWriter& lines) {
    FileObject file;
    file.provider = Provider::anthropic;
    file.purpose = inline_requests;
    file.path = lines.path();
    file.bytes = lines.bytes();
    file.created_at = world.clock.seconds();
    file.key = call.key_fingerprint;
    return world.files->add(std::move(file));
}

}  // namespace

core::Result<Reply> create_batch(World& world, const Call& call) {
    if (call.spool->bytes() > max_envelope_bytes)
        return error_reply(call, error_of(413, "Request exceeds the maximum size"));
    if (too_many_creates(world, call, Provider::anthropic)) {
        Reply reply = error_reply(
            call, error_of(429, "Number of batch requests has exceeded your rate limit."));
        reply.headers.push_back({"retry-after", "60"});
        return reply;
    }
    OVERNIGHT_TRY_ASSIGN(FileWriter lines, FileWriter::create(world.files->new_blob()));
    BlobGuard guard(lines.path());
    Intake intake(lines);
    if (const auto read = intake.read(*call.spool); !read) {
        if (read.error().code() != core::Errc::invalid_input) return core::Error(read.error());
        return error_reply(call, error_of(intake.too_large() ? 413 : 400, read.error().message()));
    }
    OVERNIGHT_TRY_ASSIGN(const FilePtr input, keep_input(world, call, lines));
    guard.keep();
    CreateSpec spec;
    spec.provider = Provider::anthropic;
    spec.input_file_id = input->id;
    spec.own_input = true;
    spec.endpoint = path_of(Endpoint::messages);
    spec.key = call.key_fingerprint;
    spec.model = intake.model();
    spec.version = call.header("anthropic-version").value_or("");
    spec.known = intake.known();
    auto batch = world.batches->create(spec);
    if (!batch) {
        (void)world.files->erase(input->id, world.clock.seconds());
        if (batch.error().code() != core::Errc::rate_limited) return std::move(batch).error();
        return error_reply(call, error_of(429,
                                          "The batch processing queue of your organization is "
                                          "full. Please try again once some batches have ended."));
    }
    Reply reply = batch_reply(world, call, *batch);
    if (const Rule* const rule = call.hit(Fault::bad_id))
        spoil_id(reply.body, batch->id, rule->text("as", "missing"), id_prefix);
    return reply;
}

}  // namespace overnight::emulator::anthropic
