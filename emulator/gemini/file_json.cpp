// Files as JSON.
#include "emulator/gemini/file_json.hpp"

#include "core/bytes.hpp"
#include "emulator/gemini/errors.hpp"
#include "emulator/gemini/times.hpp"
#include "emulator/json_text.hpp"

namespace overnight::emulator::gemini {

std::string base_of(const Call& call) {
    return "http://" + std::string(call.header("Host").value_or("127.0.0.1"));
}

std::string_view file_state(const FileObject& file, const FaultScript& script, std::int64_t now) {
    const Rule* const rule = script.first_world(Fault::file_processing);
    if (rule == nullptr || is_generated(file)) return "ACTIVE";
    if (now < file.created_at + rule->integer("seconds", 5)) return "PROCESSING";
    return rule->text("then", "ACTIVE");
}

bool is_generated(const FileObject& file) noexcept {
    return file.purpose == generated;
}

void put_file(std::string& out,
              const FileObject& file,
              std::string_view state,
              std::string_view base) {
    const auto time = [](std::int64_t seconds) {
        return timestamp(core::from_unix_seconds(seconds));
    };
    const std::string uri = std::string(base) + "/v1beta/" + file.id;
    ObjectWriter object(out);
    object.text("name", file.id);
    if (!file.filename.empty()) object.text("displayName", file.filename);
    object.text("mimeType", file.mime_type)
        .text("sizeBytes", std::to_string(file.bytes))
        .text("createTime", time(file.created_at))
        .text("updateTime", time(file.created_at));
    if (file.expires_at > 0) object.text("expirationTime", time(file.expires_at));
    // The digest's hexadecimal text in base64, not its bytes.
    if (!file.sha256.empty()) object.text("sha256Hash", core::base64(file.sha256));
    object.text("uri", uri);
    if (is_generated(file)) object.text("downloadUri", uri + ":download?alt=media");
    object.text("state", state).text("source", is_generated(file) ? "GENERATED" : "UPLOADED");
    if (state == "FAILED")
        put_status(object.key("error"), rpc_error("INTERNAL", "The file could not be processed."));
    object.end();
}

}  // namespace overnight::emulator::gemini
