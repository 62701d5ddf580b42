#include "providers/gemini/upload.hpp"

#include "jsonl/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace overnight::providers::gemini {
namespace {

using core::Errc;
using core::Error;
using core::Result;
using model::HttpRequest;
using model::HttpResponse;

constexpr std::string_view mime_type = "application/jsonl";  // cannot be guessed: always said
constexpr std::size_t longest_target = 4096;                 // ours

std::optional<std::uint64_t> count_in(const HttpResponse& reply, std::string_view header) {
    const auto text = reply.header(header);
    if (!text) return std::nullopt;
    std::uint64_t n = 0;
    const auto* end = text->data() + text->size();
    const auto [stop, code] = std::from_chars(text->data(), end, n);
    if (code != std::errc{} || stop != end) return std::nullopt;
    return n;
}

Error broken(std::string_view what) {
    return Error(Errc::protocol, "the upload: " + std::string(what));
}

}  // namespace

core::RemoteFileId file_name(std::string_view tag) {
    return {"files/" + std::string(tag)};
}

std::string target_of(std::string_view url) {
    const bool absolute = url.starts_with("https://") || url.starts_with("http://");
    if (absolute) {
        const auto host = url.find("//") + 2;
        const auto path = url.find_first_of("/?#", host);
        if (path == std::string_view::npos || path == host) return {};
        url.remove_prefix(path);
    }
    url = url.substr(0, url.find('#'));
    const auto unusable = [](char c) { return c < 0x21 || c > 0x7e; };
    if (!url.starts_with('/') || url.starts_with("//") || url.size() > longest_target ||
        std::any_of(url.begin(), url.end(), unusable))
        return {};
    return std::string(url);
}

HttpRequest ResumableUpload::first() {
    asked_ = Asked::start;
    target_.clear();
    HttpRequest request;
    request.method = model::HttpMethod::post;
    request.target = "/upload/v1beta/files";
    const std::string bytes = std::to_string(spec_.bytes);
    request.headers = {{"X-Goog-Upload-Protocol", "resumable"},
                       {"X-Goog-Upload-Command", "start"},
                       {"X-Goog-Upload-Header-Content-Length", bytes},
                       {"X-Goog-Upload-Header-Content-Type", std::string(mime_type)},
                       {"Content-Type", "application/json"}};
    std::string body = R"({"file":{"name":)";
    jsonl::append_json_string(body, file_name(spec_.tag).v);
    body += R"(,"displayName":)";
    jsonl::append_json_string(body, spec_.tag + ".jsonl");
    body.append(R"(,"mimeType":")").append(mime_type);
    body.append(R"(","sizeBytes":")").append(bytes).append("\"}}");
    request.body.emplace_back(std::move(body));
    return request;
}

HttpRequest ResumableUpload::command(std::string_view what) const {
    HttpRequest request;
    request.method = model::HttpMethod::post;
    request.target = target_;
    request.headers.push_back({"X-Goog-Upload-Command", std::string(what)});
    return request;
}

HttpRequest ResumableUpload::send_from(std::uint64_t offset) const {
    HttpRequest request = command("upload, finalize");
    request.headers.push_back({"X-Goog-Upload-Offset", std::to_string(offset)});
    if (offset < spec_.bytes)
        request.body.emplace_back(model::FilePiece{spec_.path, offset, spec_.bytes - offset});
    return request;
}

Result<std::optional<HttpRequest>> ResumableUpload::next(const HttpResponse& reply) {
    const auto status = reply.header("X-Goog-Upload-Status").value_or("");
    if (status == "cancelled") return broken("the provider has given it up");
    if (asked_ == Asked::start) {
        target_ = target_of(reply.header("X-Goog-Upload-URL").value_or(""));
        if (target_.empty()) return broken("the provider names no usable address for the file");
        asked_ = Asked::bytes;
        return std::optional(send_from(0));
    }
    // Without a status the reply's file decides: parse_file() reads it.
    if (status != "active") return std::optional<HttpRequest>();
    if (asked_ == Asked::bytes) {  // it wants more than it was sent
        asked_ = Asked::how_much;
        return std::optional(command("query"));
    }
    const auto received = count_in(reply, "X-Goog-Upload-Size-Received");
    if (!received || *received > spec_.bytes)
        return broken("the provider does not say how much has arrived");
    asked_ = Asked::bytes;
    return std::optional(send_from(*received));
}

std::optional<HttpRequest> ResumableUpload::resume() {
    if (target_.empty()) return std::nullopt;
    asked_ = Asked::how_much;
    return command("query");
}

}  // namespace overnight::providers::gemini
