// Files (providers/openai.md 2).
#include "emulator/dialect.hpp"
#include "emulator/form.hpp"
#include "emulator/input_line.hpp"
#include "emulator/openai/routes.hpp"
#include "emulator/openai/wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace overnight::emulator::openai {

namespace {

constexpr std::array<std::string_view, 6> purposes{"assistants", "batch",     "fine-tune",
                                                   "vision",     "user_data", "evals"};

constexpr const char* bad_format = "Invalid file format for Batch API. Must be .jsonl";

// False when the field is there and not a lifetime.
bool read_lifetime(const Form& form, std::int64_t& seconds) {
    const std::string_view text = form.field("expires_after[seconds]");
    if (text.empty()) return form.field("expires_after[anchor]").empty();
    if (form.field("expires_after[anchor]") != "created_at") return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    return error == std::errc{} && end == text.data() + text.size() && valid_lifetime(seconds);
}

bool in_scope(const Call& call, const FileObject& file) {
    return call.script->first_world(Fault::key_scope) == nullptr ||
           file.key == call.key_fingerprint;
}

}  // namespace

bool valid_lifetime(std::int64_t seconds) noexcept {
    return seconds >= 3'600 && seconds <= 2'592'000;
}

bool known_purpose(std::string_view purpose) noexcept {
    return std::find(purposes.begin(), purposes.end(), purpose) != purposes.end();
}

ApiError check_upload(std::string_view purpose,
                      std::string_view filename,
                      const std::filesystem::path& blob,
                      std::uint64_t bytes) {
    if (purpose != "batch") return {};
    if (!filename.ends_with(".jsonl")) return {400, bad_format, "invalid_request_error", "", ""};
    if (bytes > max_batch_file_bytes)
        return {400, "File is too large.", "invalid_request_error", "", ""};
    if (bytes == 0)
        return {400, "Invalid file format. The jsonl file is empty.", "invalid_request_error", "",
                ""};
    auto file = open_for_reading(blob);
    if (!file) return {500, "The file was lost.", "server_error", "", ""};
    LineReader lines(std::move(*file));
    const auto line = lines.next();
    if (!line || !*line || !InputLineReader().is_json(**line)) {
        return {400, "Invalid file format. Input file is not valid jsonl.", "invalid_request_error",
                "", ""};
    }
    return {};
}

core::Result<FilePtr> add_file(World& world, const Call& call, FileObject file) {
    file.provider = call.dialect->provider;
    file.created_at = world.clock.seconds();
    file.key = call.key_fingerprint;
    if (file.expires_at > 0) {
        file.expires_at += file.created_at;
    } else if (file.purpose == "batch") {
        file.expires_at = file.created_at + default_file_lifetime;
    }
    OVERNIGHT_TRY_ASSIGN(FilePtr added, world.files->add(std::move(file)));
    OVERNIGHT_TRY(world.ledger->event("upload", [&](ObjectWriter& event) {
        event.text("file", added->id)
            .text("filename", added->filename)
            .text("purpose", added->purpose)
            .number("bytes", static_cast<std::int64_t>(added->bytes))
            .text("key", call.key_fingerprint);
    }));
    return added;
}

core::Result<Reply> upload_file(World& world, const Call& call) {
    FileObject file;
    file.path = world.files->new_blob();
    BlobGuard guard(file.path);
    const auto type = call.header("Content-Type");
    auto form = read_form(type.value_or(""), *call.reader, "file", file.path, max_file_bytes);
    if (!form) {
        if (form.error().code() != core::Errc::invalid_input) return std::move(form).error();
        return invalid_request("Could not parse multipart form: " + form.error().message());
    }
    file.purpose = form->field("purpose");
    file.filename = form->filename;
    file.bytes = form->bytes;
    if (!form->has_file) return invalid_request("'file' is a required property", "file");
    if (file.purpose.empty()) return invalid_request("'purpose' is a required property", "purpose");
    if (!known_purpose(file.purpose)) {
        return invalid_request("'" + file.purpose + "' is not one of the purposes that exist",
                               "purpose", "invalid_value");
    }
    if (form->too_large)
        return error_reply({413, "File is too large.", "invalid_request_error", "", ""});
    if (!read_lifetime(*form, file.expires_at)) {
        return invalid_request("Invalid value for 'expires_after'.", "expires_after",
                               "invalid_value");
    }
    if (const ApiError wrong = check_upload(file.purpose, file.filename, file.path, file.bytes);
        wrong.status != 0) {
        return error_reply(wrong);
    }
    guard.keep();
    OVERNIGHT_TRY_ASSIGN(const FilePtr added, add_file(world, call, std::move(file)));
    std::string body;
    put_file(body, shown_upload(call, *added));
    return json_reply(std::move(body));
}

FileObject shown_upload(const Call& call, const FileObject& file) {
    FileObject shown = file;
    if (const Rule* const rule = call.hit(Fault::wrong_bytes)) {
        shown.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(
            0, static_cast<std::int64_t>(shown.bytes) + rule->integer("delta", -1)));
    }
    return shown;
}

Reply no_such_file(const Call& call, std::string_view id) {
    return refuse(
        call, {404, "No such File object: " + std::string(id), "invalid_request_error", "id", ""});
}

FilePtr visible_file(World& world, const Call& call) {
    const std::int64_t now = world.clock.seconds();
    FilePtr file = world.files->find(call.id, now);
    if (file == nullptr || file->provider != call.dialect->provider || !in_scope(call, *file))
        return nullptr;
    const Rule* const hidden = call.script->first_world(Fault::file_hidden);
    if (hidden != nullptr && now < file->created_at + hidden->integer("seconds", 5)) return nullptr;
    return file;
}

FilePtr find_input(World& world, const Call& call, std::string_view id) {
    const std::int64_t now = world.clock.seconds();
    FilePtr file = world.files->find(id, now);
    const Rule* const hidden = call.script->first_world(Fault::file_hidden);
    if (file == nullptr || file->provider != call.dialect->provider ||
        file->purpose == inline_requests || call.hit(Fault::file_missing) != nullptr ||
        (hidden != nullptr && now < file->created_at + hidden->integer("seconds", 5)))
        return nullptr;
    return file;
}

core::Result<Reply> get_file(World& world, const Call& call) {
    const FilePtr file = visible_file(world, call);
    if (file == nullptr) return no_such_file(call, call.id);
    std::string body;
    put_file(body, *file);
    return json_reply(std::move(body));
}

core::Result<Reply> delete_file(World& world, const Call& call) {
    if (visible_file(world, call) == nullptr) return no_such_file(call, call.id);
    OVERNIGHT_TRY(world.ledger->event("delete", [&](ObjectWriter& event) {
        event.text("file", call.id).text("key", call.key_fingerprint);
    }));
    if (call.hit(Fault::delete_ignored) == nullptr &&
        world.files->erase(call.id, world.clock.seconds()) == nullptr) {
        return no_such_file(call, call.id);
    }
    std::string body;
    ObjectWriter(body).text("id", call.id).text("object", "file").raw("deleted", "true").end();
    return json_reply(std::move(body));
}

std::vector<FilePtr> listed_files(World& world, const Call& call) {
    const std::int64_t now = world.clock.seconds();
    std::vector<FilePtr> files = world.files->list(call.dialect->provider, now);
    const Rule* const lag = call.script->first_world(Fault::list_lag);
    const std::int64_t newest = now - (lag == nullptr ? 0 : lag->integer("seconds", 60));
    std::erase_if(files, [&](const FilePtr& file) {
        return !in_scope(call, *file) || (lag != nullptr && file->created_at > newest);
    });
    return files;
}

core::Result<Reply> list_files(World& world, const Call& call) {
    const auto limit = page_limit(call, 10'000, 10'000);
    if (!limit)
        return invalid_request("Invalid 'limit': it must be from 1 to 10000.", "limit",
                               "invalid_value");
    const std::string_view order = call.parameter("order").value_or("desc");
    if (order != "asc" && order != "desc")
        return invalid_request("Invalid value for 'order'.", "order", "invalid_value");
    std::vector<FilePtr> files = listed_files(world, call);
    if (order == "desc") std::reverse(files.begin(), files.end());
    const auto purpose = call.parameter("purpose");
    std::erase_if(files, [&](const FilePtr& file) { return purpose && *purpose != file->purpose; });
    auto from = files.begin();
    if (const auto after = call.parameter("after")) {
        from = std::find_if(files.begin(), files.end(),
                            [&](const FilePtr& file) { return file->id == *after; });
        if (from == files.end()) return no_such_file(call, *after);
        ++from;
    }
    ListPage page;
    for (; from != files.end() && page.items.size() < *limit; ++from) {
        put_file(page.items.emplace_back(), **from);
        if (page.first_id.empty()) page.first_id = (*from)->id;
        page.last_id = (*from)->id;
    }
    page.has_more = from != files.end();
    return json_reply(list_json(page));
}

}  // namespace overnight::emulator::openai
