// Files: OpenAI's, with UUIDs for ids and pages by number.
#include "emulator/dialect.hpp"
#include "emulator/form.hpp"
#include "emulator/mistral/replies.hpp"
#include "emulator/mistral/routes.hpp"
#include "emulator/mistral/wire.hpp"
#include "emulator/openai/routes.hpp"

#include <algorithm>

namespace overnight::emulator::mistral {

namespace {

Reply file_reply(const FileObject& file) {
    std::string body;
    put_file(body, file);
    return json_reply(std::move(body));
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
        return refuse(call, unprocessable("file", form.error().message()));
    }
    if (!form->has_file) return refuse(call, unprocessable("file", "Field required", "missing"));
    if (form->too_large) return refuse(call, refused(413, "File is too large."));
    // The SDK's own default; an upload for batches says so.
    file.purpose = form->field("purpose").empty() ? "fine-tune" : form->field("purpose");
    if (file.purpose != "batch" && file.purpose != "fine-tune" && file.purpose != "ocr") {
        return refuse(call, unprocessable("purpose",
                                          "Input should be 'fine-tune', 'batch' or 'ocr'", "enum"));
    }
    file.id = new_uuid();
    file.filename = form->filename;
    file.bytes = form->bytes;
    file.mime_type = "application/jsonl";
    if (const ApiError wrong =
            openai::check_upload(file.purpose, file.filename, file.path, file.bytes);
        wrong.status != 0) {
        return refuse(call, unprocessable("file", wrong.message));
    }
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
    PageNumber page;
    if (const ApiError wrong = read_page(call, page); wrong.status != 0) return refuse(call, wrong);
    std::vector<FilePtr> files = openai::listed_files(world, call);
    std::reverse(files.begin(), files.end());
    if (const auto purpose = call.parameter("purpose")) {
        std::erase_if(files, [&](const FilePtr& file) {
            return *purpose != (file->purpose == "batch_output" ? "batch" : file->purpose);
        });
    }
    std::string body = R"({"data":[)";
    for (std::size_t i = page.first(); i < std::min(files.size(), page.first() + page.size); ++i) {
        if (body.back() != '[') body += ',';
        put_file(body, *files[i]);
    }
    body += R"(],"object":"list","total":)" + std::to_string(files.size()) + '}';
    return json_reply(std::move(body));
}

}  // namespace overnight::emulator::mistral
