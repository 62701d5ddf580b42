#include "providers/openai/multipart.hpp"

#include "providers/openai/limits.hpp"

#include <string>
#include <utility>

namespace overnight::providers::openai {
namespace {

void append_field(std::string& out,
                  std::string_view boundary,
                  std::string_view name,
                  std::string_view value) {
    out.append("--").append(boundary).append("\r\nContent-Disposition: form-data; name=\"");
    out.append(name).append("\"\r\n\r\n").append(value).append("\r\n");
}

}  // namespace

model::HttpRequest upload_request(const Profile& profile, const UploadSpec& spec) {
    // No line of a JSONL file begins with two dashes, so the boundary cannot stand in the file.
    const std::string boundary = "overnight-" + spec.tag;
    std::string head;
    if (!profile.purpose.empty()) append_field(head, boundary, "purpose", profile.purpose);
    if (profile.names_file) {
        append_field(head, boundary, "file_name", spec.tag + ".jsonl");
        append_field(head, boundary, "file_type", "jsonl");
    }
    if (profile.file_expires) {
        append_field(head, boundary, "expires_after[anchor]", "created_at");
        append_field(head, boundary, "expires_after[seconds]", std::to_string(file_life.count()));
    }
    head.append("--").append(boundary);
    head.append("\r\nContent-Disposition: form-data; name=\"file\"; filename=\"").append(spec.tag);
    head.append(".jsonl\"\r\nContent-Type: application/jsonl\r\n\r\n");

    model::HttpRequest request;
    request.method = model::HttpMethod::post;
    request.target.append(profile.version).append(profile.upload_target);
    request.headers.push_back({"Content-Type", "multipart/form-data; boundary=" + boundary});
    request.body.emplace_back(std::move(head));
    request.body.emplace_back(model::FilePiece{spec.path, 0, spec.bytes});
    request.body.emplace_back("\r\n--" + boundary + "--\r\n");
    return request;
}

}  // namespace overnight::providers::openai
