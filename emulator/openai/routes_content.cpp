// The content of files (providers/openai.md 2.4).
#include "emulator/content.hpp"
#include "emulator/dialect.hpp"
#include "emulator/openai/routes.hpp"

namespace overnight::emulator::openai {

namespace {

// Another batch's file of the same kind, for the fault that mixes them up.
FilePtr other_file(World& world, const FileObject& asked) {
    for (const FilePtr& file : world.files->list(asked.provider, world.clock.seconds())) {
        if (file->purpose == asked.purpose && file->id != asked.id) return file;
    }
    return nullptr;
}

}  // namespace

core::Result<Reply> get_content(World& world, const Call& call) {
    FilePtr file = visible_file(world, call);
    if (file == nullptr) return no_such_file(call, call.id);
    // "batch" and "batch_output", and what those who copied them say.
    if (!file->purpose.starts_with("batch")) {
        return refuse(call, {400, "Not allowed to download files of purpose: " + file->purpose});
    }
    if (call.hit(Fault::swap_results) != nullptr) {
        if (FilePtr other = other_file(world, *file)) file = std::move(other);
    }
    return content_reply(call, file,
                         {416, "The range is not in the file.", "invalid_request_error", "", ""});
}

}  // namespace overnight::emulator::openai
