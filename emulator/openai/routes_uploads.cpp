// Uploads in parts (providers/openai.md 11).
#include "emulator/form.hpp"
#include "emulator/openai/routes.hpp"

#include <boost/json.hpp>

namespace overnight::emulator::openai {

namespace json = boost::json;

namespace {

Reply no_such_upload(std::string_view id) {
    return error_reply(
        {404, "No such Upload object: " + std::string(id), "invalid_request_error", "id", ""});
}

Reply upload_reply(const Upload& upload) {
    std::string body;
    put_upload(body, upload);
    return json_reply(std::move(body));
}

std::string text_in(const json::object& object, const char* key) {
    const auto* const value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

std::optional<json::object> parse_object(std::string_view text) {
    boost::system::error_code error;
    json::value value = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

bool read_lifetime(const json::object& body, std::int64_t& seconds) {
    const auto* const expiry = body.if_contains("expires_after");
    if (expiry == nullptr || expiry->is_null()) return true;
    if (!expiry->is_object() || text_in(expiry->get_object(), "anchor") != "created_at")
        return false;
    const auto* const value = expiry->get_object().if_contains("seconds");
    if (value == nullptr || !value->is_int64()) return false;
    seconds = value->get_int64();
    return valid_lifetime(seconds);
}

}  // namespace

core::Result<Reply> create_upload(World& world, const Call& call) {
    const auto body = parse_object(call.body);
    if (!body) return invalid_request("We could not parse the JSON body of your request.");
    Upload upload;
    upload.filename = text_in(*body, "filename");
    upload.purpose = text_in(*body, "purpose");
    const auto* const bytes = body->if_contains("bytes");
    for (const auto& [name, present] :
         {std::pair<const char*, bool>{"filename", !upload.filename.empty()},
          {"purpose", !upload.purpose.empty()},
          {"bytes", bytes != nullptr},
          {"mime_type", !text_in(*body, "mime_type").empty()}}) {
        if (!present) {
            return invalid_request("Missing required parameter: '" + std::string(name) + "'.", name,
                                   "missing_required_parameter");
        }
    }
    if (!known_purpose(upload.purpose))
        return invalid_request("Invalid value for 'purpose'.", "purpose", "invalid_value");
    if (!bytes->is_int64() || bytes->get_int64() < 1 ||
        static_cast<std::uint64_t>(bytes->get_int64()) > max_upload_bytes) {
        return invalid_request("Invalid value for 'bytes'.", "bytes", "invalid_value");
    }
    if (!read_lifetime(*body, upload.file_lifetime)) {
        return invalid_request("Invalid value for 'expires_after'.", "expires_after",
                               "invalid_value");
    }
    upload.bytes = static_cast<std::uint64_t>(bytes->get_int64());
    return upload_reply(world.uploads.create(std::move(upload), world.clock.seconds()));
}

core::Result<Reply> add_upload_part(World& world, const Call& call) {
    const std::int64_t now = world.clock.seconds();
    if (!world.uploads.find(call.id, now)) return no_such_upload(call.id);
    Upload::Part part;
    part.path = world.files->new_blob();
    const auto form = read_form(call.header("Content-Type").value_or(""), *call.reader, "data",
                                part.path, max_part_bytes);
    std::error_code ignored;
    if (!form || !form->has_file || form->too_large) {
        std::filesystem::remove(part.path, ignored);
        if (!form && form.error().code() != core::Errc::invalid_input)
            return core::Error(form.error());
        if (form && form->too_large)
            return error_reply(
                {413, "A part may have 64 MB.", "invalid_request_error", "data", ""});
        return invalid_request("Missing required parameter: 'data'.", "data",
                               "missing_required_parameter");
    }
    part.id = new_id("part_");
    part.bytes = form->bytes;
    std::string body;
    ObjectWriter(body)
        .text("id", part.id)
        .text("object", "upload.part")
        .number("created_at", now)
        .text("upload_id", call.id)
        .end();
    const std::filesystem::path path = part.path;
    if (!world.uploads.add_part(call.id, std::move(part), now)) {
        std::filesystem::remove(path, ignored);
        return invalid_request("The upload takes no more parts.");
    }
    return json_reply(std::move(body));
}

core::Result<Reply> complete_upload(World& world, const Call& call) {
    const auto upload = world.uploads.find(call.id, world.clock.seconds());
    if (!upload) return no_such_upload(call.id);
    const auto body = parse_object(call.body);
    const auto* const part_ids = body ? body->if_contains("part_ids") : nullptr;
    if (part_ids == nullptr || !part_ids->is_array()) {
        return invalid_request("Missing required parameter: 'part_ids'.", "part_ids",
                               "missing_required_parameter");
    }
    if (upload->status != "pending")
        return invalid_request("The upload is " + upload->status + '.');
    std::vector<std::string> ids;
    for (const auto& one : part_ids->get_array())
        ids.emplace_back(one.is_string() ? std::string(one.get_string()) : "");
    FileObject file;
    file.path = world.files->new_blob();
    file.filename = upload->filename;
    file.purpose = upload->purpose;
    file.bytes = upload->bytes;
    file.expires_at = upload->file_lifetime;
    std::error_code ignored;
    const auto joined = join_parts(*upload, ids, text_in(*body, "md5"), file.path);
    if (!joined) {
        std::filesystem::remove(file.path, ignored);
        if (joined.error().code() == core::Errc::invalid_input)
            return invalid_request(joined.error().message());
        return core::Error(joined.error());
    }
    if (const ApiError wrong = check_upload(file.purpose, file.filename, file.path, file.bytes);
        wrong.status != 0) {
        std::filesystem::remove(file.path, ignored);
        return error_reply(wrong);
    }
    OVERNIGHT_TRY_ASSIGN(const FilePtr added, add_file(world, call, std::move(file)));
    for (const Upload::Part& part : upload->parts)
        std::filesystem::remove(part.path, ignored);
    world.uploads.complete(call.id, added);
    return upload_reply(world.uploads.find(call.id, world.clock.seconds()).value_or(*upload));
}

core::Result<Reply> cancel_upload(World& world, const Call& call) {
    const auto upload = world.uploads.find(call.id, world.clock.seconds());
    if (!upload) return no_such_upload(call.id);
    if (upload->status != "pending")
        return invalid_request("The upload is " + upload->status + '.');
    std::error_code ignored;
    for (const Upload::Part& part : upload->parts)
        std::filesystem::remove(part.path, ignored);
    world.uploads.cancel(call.id);
    return upload_reply(world.uploads.find(call.id, world.clock.seconds()).value_or(*upload));
}

}  // namespace overnight::emulator::openai
