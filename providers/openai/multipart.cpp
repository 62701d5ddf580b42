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

model::HttpRequest upload_request(const UploadSpec& spec) {
    // No line of a JSONL file begins with two dashes, so the boundary cannot stand in the file.
    const std::string boundary = "overnight-" + spec.tag;
    std::string head;
    append_field(head, boundary, "purpose", "batch");
    append_field(head, boundary, "expires_after[anchor]", "created_at");
    append_field(head, boundary, "expires_after[seconds]", std::to_string(file_life.count()));
    head.append("--").append(boundary);
    head.append("\r\nContent-Disposition: form-data; name=\"file\"; filename=\"").append(spec.tag);
    head.append(".jsonl\"\r\nContent-Type: application/jsonl\r\n\r\n");

    model::HttpRequest request;
    request.method = model::HttpMethod::post;
    request.target = "/files";
    request.headers.push_back({"Content-Type", "multipart/form-data; boundary=" + boundary});
    request.body.emplace_back(std::move(head));
    request.body.emplace_back(model::FilePiece{spec.path, 0, spec.bytes});
    request.body.emplace_back("\r\n--" + boundary + "--\r\n");
    return request;
}

}  // namespace overnight::providers::openai
