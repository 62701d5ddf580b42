// Files: OpenAI's, uploaded to a path of their own with fields of their own.
#include "emulator/dialect.hpp"
#include "emulator/form.hpp"
#include "emulator/openai/routes.hpp"
#include "emulator/together/routes.hpp"
#include "emulator/together/wire.hpp"

#include <algorithm>
#include <array>

namespace overnight::emulator::together {

namespace {

constexpr std::array<std::string_view, 3> purposes{"fine-tune", batch_purpose, "eval"};

Reply file_reply(const FileObject& file) {
    std::string body;
    put_file(body, file);
    return json_reply(std::move(body));
}

ApiError invalid(std::string message, std::string param = "") {
    return {400, std::move(message), "invalid_request_error", std::move(param), ""};
}

// What is wrong with the fields; a file of a batch must be JSON lines.
ApiError check_fields(const Form& form) {
    if (!form.has_file) return invalid("'file' is a required property", "file");
    for (const char* const name : {"purpose", "file_name"}) {
        if (form.field(name).empty())
            return invalid('\'' + std::string(name) + "' is a required property", name);
    }
    const std::string_view purpose = form.field("purpose");
    if (std::find(purposes.begin(), purposes.end(), purpose) == purposes.end())
        return invalid("Invalid purpose: '" + std::string(purpose) + '\'', "purpose");
    const std::string_view type = form.field("file_type");
    if (purpose == batch_purpose && !type.empty() && type != "jsonl")
        return invalid("Invalid file type: '" + std::string(type) + '\'', "file_type");
    if (form.too_large) return {413, "File is too large."};
    return {};
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
        return refuse(call, invalid("Could not parse multipart form: " + form.error().message()));
    }
    if (const ApiError wrong = check_fields(*form); wrong.status != 0) return refuse(call, wrong);
    file.purpose = form->field("purpose");
    file.filename = form->field("file_name");
    file.bytes = form->bytes;
    const std::string_view as =
        file.purpose == batch_purpose ? std::string_view("batch") : std::string_view(file.purpose);
    if (const ApiError wrong = openai::check_upload(as, file.filename, file.path, file.bytes);
        wrong.status != 0) {
        return refuse(call, wrong);
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
    std::string body = R"({"data":[)";
    for (const FilePtr& file : openai::listed_files(world, call)) {
        if (body.back() != '[') body += ',';
        put_file(body, *file);
    }
    body += "]}";
    return json_reply(std::move(body));
}

}  // namespace overnight::emulator::together
