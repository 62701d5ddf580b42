// Files: OpenAI's without a purpose.
#include "emulator/dialect.hpp"
#include "emulator/form.hpp"
#include "emulator/json_text.hpp"
#include "emulator/openai/routes.hpp"
#include "emulator/xai/routes.hpp"
#include "emulator/xai/wire.hpp"

#include <algorithm>
#include <charconv>

namespace overnight::emulator::xai {

namespace {

Reply file_reply(const FileObject& file) {
    std::string body;
    put_file(body, file);
    return json_reply(std::move(body));
}

// Seconds from the upload on; without it the file stays. False when it is malformed.
bool read_lifetime(const Form& form, std::int64_t& seconds) {
    const std::string_view text = form.field("expires_after");
    if (text.empty()) return true;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    return error == std::errc{} && end == text.data() + text.size() &&
           openai::valid_lifetime(seconds);
}

}  // namespace

core::Result<Reply> upload_file(World& world, const Call& call) {
    FileObject file;
    file.path = world.files->new_blob();
    BlobGuard guard(file.path);
    const auto type = call.header("Content-Type");
    auto form = read_form(type.value_or(""), *call.reader, "file", file.path, max_file_bytes);
    if (!form) {
        if (form.error().code() != core::Errc::invalid_input) return std::move(form).error();
        return refuse(call, invalid("Malformed form: " + form.error().message()));
    }
    if (!form->has_file) return refuse(call, invalid("The form has no file."));
    if (form->too_large) return refuse(call, {413, "The file is too large."});
    std::int64_t lifetime = 0;
    if (!read_lifetime(*form, lifetime)) return refuse(call, invalid("Invalid expires_after."));
    file.filename = form->filename;
    file.bytes = form->bytes;
    // Not "batch" itself, which would give it OpenAI's lifetime.
    file.purpose = "batch_input";
    file.expires_at = lifetime;
    guard.keep();
    OVERNIGHT_TRY_ASSIGN(const FilePtr added, openai::add_file(world, call, std::move(file)));
    return file_reply(openai::shown_upload(call, *added));
}

core::Result<Reply> get_file(World& world, const Call& call) {
    const FilePtr file = openai::visible_file(world, call);
    if (file == nullptr) return openai::no_such_file(call, call.id);
    return file_reply(*file);
}

core::Result<Reply> list_files(World& world, const Call& call) {
    const auto limit = page_limit(call);
    if (!limit) return refuse(call, invalid("Invalid limit."));
    std::vector<FilePtr> files = openai::listed_files(world, call);
    std::reverse(files.begin(), files.end());
    auto from = files.begin();
    if (const auto token = call.parameter("pagination_token"); token && !token->empty()) {
        from = std::find_if(files.begin(), files.end(),
                            [&](const FilePtr& file) { return file->id == *token; });
        if (from == files.end()) return refuse(call, invalid("Invalid pagination_token."));
        ++from;
    }
    std::string body = R"({"data":[)";
    std::string last;
    for (std::size_t n = 0; n < *limit && from != files.end(); ++n, ++from) {
        if (n > 0) body += ',';
        put_file(body, **from);
        last = (*from)->id;
    }
    body += R"(],"pagination_token":)";
    if (from == files.end()) {
        body += "null}";
    } else {
        put_json(body, last);
        body += '}';
    }
    return json_reply(std::move(body));
}

}  // namespace overnight::emulator::xai
