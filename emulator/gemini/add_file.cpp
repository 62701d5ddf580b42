// Uploaded bytes become a file.
#include "emulator/gemini/add_file.hpp"

#include "emulator/gemini/errors.hpp"
#include "emulator/gemini/file_json.hpp"

namespace overnight::emulator::gemini {

namespace {

constexpr std::size_t file_id_characters = 12;

ApiError name_taken(std::string_view name) {
    return rpc_error("ALREADY_EXISTS", "File " + std::string(name) + " already exists.");
}

std::uint64_t stored_bytes(World& world) {
    std::uint64_t bytes = 0;
    for (const FilePtr& file : world.files->list(Provider::gemini, world.clock.seconds())) {
        if (!is_generated(*file)) bytes += file->bytes;
    }
    return bytes;
}

}  // namespace

ApiError check_spec(World& world, const Call& call, const FileSpec& spec) {
    if (call.hit(Fault::name_taken) != nullptr ||
        (!spec.name.empty() && world.files->find(spec.name, world.clock.seconds()) != nullptr))
        return name_taken(spec.name);
    const std::uint64_t bytes = spec.bytes.value_or(0);
    if (bytes > max_upload_bytes)
        return rpc_error("INVALID_ARGUMENT", "The file is too large: a file may have 2 GB.");
    if (stored_bytes(world) + bytes > max_project_bytes)
        return rpc_error("RESOURCE_EXHAUSTED", "The project's files may have 20 GB.",
                         help_detail());
    return {};
}

core::Result<Added> add_file(World& world,
                             const FileSpec& spec,
                             HashedBlob& blob,
                             std::string_view key) {
    Added added;
    if (spec.bytes && *spec.bytes != blob.bytes()) {
        added.error = rpc_error("INVALID_ARGUMENT",
                                "The upload has " + std::to_string(blob.bytes()) + " bytes, but " +
                                    std::to_string(*spec.bytes) + " were announced.");
        return added;
    }
    FileObject file;
    file.provider = Provider::gemini;
    file.id = spec.name.empty() ? "files/" + random_id(file_id_characters) : spec.name;
    file.filename = spec.display_name;
    file.purpose = uploaded;
    file.mime_type = spec.mime_type.empty() ? "application/octet-stream" : spec.mime_type;
    file.bytes = blob.bytes();
    file.sha256 = blob.finish();
    file.created_at = world.clock.seconds();
    file.expires_at = file.created_at + upload_lifetime;
    file.key = key;
    file.path = blob.path();
    auto stored = world.files->add(std::move(file));
    if (!stored) {
        if (stored.error().code() != core::Errc::conflict) return std::move(stored).error();
        added.error = name_taken(spec.name);
        return added;
    }
    blob.keep();
    added.file = *stored;
    OVERNIGHT_TRY(world.ledger->event("upload", [&](ObjectWriter& event) {
        event.text("file", added.file->id)
            .text("filename", added.file->filename)
            .text("purpose", added.file->purpose)
            .number("bytes", static_cast<std::int64_t>(added.file->bytes))
            .text("key", key);
    }));
    return added;
}

Reply file_reply(World& world, const Call& call, const FileObject& file) {
    FileObject shown = file;
    if (const Rule* const rule = call.hit(Fault::wrong_bytes)) {
        shown.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(
            0, static_cast<std::int64_t>(shown.bytes) + rule->integer("delta", -1)));
    }
    std::string body;
    ObjectWriter reply(body);
    put_file(reply.key("file"), shown, file_state(file, *call.script, world.clock.seconds()),
             base_of(call));
    reply.end();
    return json_reply(std::move(body));
}

}  // namespace overnight::emulator::gemini
