// Files: looking, listing, deleting, downloading (providers/gemini.md 4.2, 4.3).
#include "emulator/content.hpp"
#include "emulator/gemini/file_json.hpp"
#include "emulator/gemini/file_spec.hpp"
#include "emulator/gemini/paging.hpp"
#include "emulator/gemini/replies.hpp"
#include "emulator/gemini/routes.hpp"
#include "emulator/json_text.hpp"

#include <algorithm>

namespace overnight::emulator::gemini {

namespace {

constexpr std::size_t default_page = 10;
constexpr std::size_t largest_page = 100;

bool in_scope(const Call& call, const FileObject& file) {
    return call.script->first_world(Fault::key_scope) == nullptr ||
           file.key == call.key_fingerprint;
}

std::string name_in(const Call& call) {
    return "files/" + call.id;
}

// The service's own result files have names that its own checks refuse (FAULTS.md 108).
std::optional<Reply> bad_name(const Call& call) {
    if (valid_file_name(name_in(call))) return std::nullopt;
    return invalid_argument(
        "* GetFileRequest.name: the file name must be at most 40 characters of lowercase letters, "
        "numbers and dashes.");
}

std::string file_text(World& world, const Call& call, const FileObject& file) {
    std::string body;
    put_file(body, file, file_state(file, *call.script, world.clock.seconds()), base_of(call));
    return body;
}

// What another key asks for exists, and is nobody's business.
Reply no_such_file(World& world, const Call& call) {
    const FilePtr file = world.files->find(name_in(call), world.clock.seconds());
    if (file == nullptr || in_scope(call, *file)) return not_found();
    return error_reply(rpc_error(
        "PERMISSION_DENIED",
        "You do not have permission to access the File " + call.id + " or it may not exist."));
}

// Another batch's results, for the fault that mixes them up.
FilePtr other_file(World& world, const FileObject& asked) {
    for (const FilePtr& file : world.files->list(Provider::gemini, world.clock.seconds())) {
        if (file->purpose == asked.purpose && file->id != asked.id) return file;
    }
    return nullptr;
}

}  // namespace

FilePtr visible_file(World& world, const Call& call, std::string_view name) {
    const std::int64_t now = world.clock.seconds();
    FilePtr file = world.files->find(name, now);
    if (file == nullptr || file->provider != Provider::gemini || file->purpose == inline_requests ||
        !in_scope(call, *file))
        return nullptr;
    const Rule* const hidden = call.script->first_world(Fault::file_hidden);
    if (hidden != nullptr && now < file->created_at + hidden->integer("seconds", 5)) return nullptr;
    return file;
}

core::Result<Reply> get_file(World& world, const Call& call) {
    if (auto refusal = bad_name(call)) return std::move(*refusal);
    const FilePtr file = visible_file(world, call, name_in(call));
    if (file == nullptr) return no_such_file(world, call);
    return json_reply(file_text(world, call, *file));
}

core::Result<Reply> delete_file(World& world, const Call& call) {
    if (auto refusal = bad_name(call)) return std::move(*refusal);
    const std::string name = name_in(call);
    if (visible_file(world, call, name) == nullptr) return no_such_file(world, call);
    OVERNIGHT_TRY(world.ledger->event("delete", [&](ObjectWriter& event) {
        event.text("file", name).text("key", call.key_fingerprint);
    }));
    if (call.hit(Fault::delete_ignored) == nullptr &&
        world.files->erase(name, world.clock.seconds()) == nullptr)
        return not_found();
    return empty_reply();
}

core::Result<Reply> list_files(World& world, const Call& call) {
    const auto page = page_request(call, default_page, largest_page);
    if (!page) return invalid_argument("Invalid page_size or page_token.");
    std::vector<FilePtr> files = world.files->list(Provider::gemini, world.clock.seconds());
    std::reverse(files.begin(), files.end());
    const Rule* const lag = call.script->first_world(Fault::list_lag);
    const std::int64_t newest =
        world.clock.seconds() - (lag == nullptr ? 0 : lag->integer("seconds", 60));
    std::erase_if(files, [&](const FilePtr& file) {
        return !in_scope(call, *file) || (lag != nullptr && file->created_at > newest);
    });
    auto from = files.begin();
    if (!page->after.empty()) {
        from = std::find_if(files.begin(), files.end(),
                            [&](const FilePtr& file) { return file->id == page->after; });
        if (from == files.end()) return invalid_argument("Invalid page_token.");
        ++from;
    }
    std::string shown;
    std::string last;
    for (std::size_t n = 0; from != files.end() && n < page->size; ++from, ++n) {
        last = (*from)->id;
        if (n > 0) shown += ',';
        shown += file_text(world, call, **from);
    }
    std::string body;
    ObjectWriter reply(body);
    if (!shown.empty()) reply.raw("files", '[' + shown + ']');
    if (from != files.end()) reply.text("nextPageToken", page_token(last));
    reply.end();
    return json_reply(std::move(body));
}

core::Result<Reply> download_file(World& world, const Call& call) {
    FilePtr file = visible_file(world, call, name_in(call));
    if (file == nullptr) return no_such_file(world, call);
    if (!is_generated(*file)) {
        return error_reply(
            rpc_error("PERMISSION_DENIED",
                      "Only generated files can be downloaded: " + file->id + " was uploaded."));
    }
    // Without it the call is about the message, which has no members.
    if (call.parameter("alt").value_or("") != "media") return empty_reply();
    if (call.hit(Fault::swap_results) != nullptr) {
        if (FilePtr other = other_file(world, *file)) file = std::move(other);
    }
    ApiError unsatisfiable = rpc_error("OUT_OF_RANGE", "The range is not in the file.");
    unsatisfiable.status = 416;
    return content_reply(call, file, unsatisfiable);
}

}  // namespace overnight::emulator::gemini
