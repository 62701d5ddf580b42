// The test's view of the Gemini dialect.
#include "gemini_session.hpp"

#include <chrono>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace overnight::test {

namespace json = boost::json;

RawReply GeminiSession::send(const std::string& method,
                             const std::string& target,
                             std::string body,
                             std::vector<std::string> headers) {
    headers.push_back("x-goog-api-key: test-key-0123456789");
    return exchange(session.port(), {method, target, std::move(headers), std::move(body)});
}

RawReply GeminiSession::start_upload(const std::string& message, const std::string& bytes) {
    std::vector<std::string> headers{"X-Goog-Upload-Protocol: resumable",
                                     "X-Goog-Upload-Command: start",
                                     "Content-Type: application/json"};
    if (!bytes.empty()) headers.push_back("X-Goog-Upload-Header-Content-Length: " + bytes);
    return post("/upload/v1beta/files", message, std::move(headers));
}

std::string GeminiSession::upload_path(const RawReply& started) {
    const auto url = started.headers.find("x-goog-upload-url");
    if (url == started.headers.end())
        throw std::runtime_error("no upload URL: " + started.wire.substr(0, 500));
    return url->second.substr(url->second.find('/', std::string("http://").size()));
}

RawReply GeminiSession::send_chunk(const std::string& path,
                                   const std::string& bytes,
                                   std::uint64_t offset,
                                   const std::string& command) {
    return exchange(session.port(), {"POST",
                                     path,
                                     {"X-Goog-Upload-Offset: " + std::to_string(offset),
                                      "X-Goog-Upload-Command: " + command},
                                     bytes});
}

RawReply GeminiSession::upload(const std::string& content, const std::string& message) {
    const RawReply started = start_upload(message, std::to_string(content.size()));
    if (started.status != 200) return started;
    return send_chunk(upload_path(started), content, 0, "upload, finalize");
}

std::string GeminiSession::upload_name(const std::string& content) {
    return text_in(object_of(upload(content)), "/file/name");
}

RawReply GeminiSession::create(const std::string& file, const std::string& model) {
    return post(
        "/v1beta/models/" + model + ":batchGenerateContent",
        R"({"batch":{"displayName":"job 1","inputConfig":{"fileName":")" + file + R"("}}})");
}

RawReply GeminiSession::create_inline(const std::string& requests,
                                      const std::string& model,
                                      const std::string& verb) {
    return post("/v1beta/models/" + model + ":" + verb,
                R"({"batch":{"displayName":"job 1","inputConfig":{"requests":{"requests":[)" +
                    requests + "]}}}}");
}

std::string GeminiSession::start_batch(const std::string& content) {
    return text_in(object_of(create(upload_name(content))), "/name");
}

json::object GeminiSession::batch(const std::string& name) {
    return object_of(get("/v1beta/" + name));
}

std::string state_of(const json::object& batch) {
    return text_in(batch, "/metadata/state");
}

json::object GeminiSession::wait_for(const std::string& name, const std::string& state) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{240};
    while (std::chrono::steady_clock::now() < deadline) {
        json::object seen = batch(name);
        if (state_of(seen) == state) return seen;
        session.advance(0.25);
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    throw std::runtime_error("the batch never was " + state + ": " + json::serialize(batch(name)));
}

json::object GeminiSession::finish(const std::string& name) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{240};
    while (std::chrono::steady_clock::now() < deadline) {
        json::object seen = batch(name);
        if (seen.contains("done")) return seen;
        session.advance(0.5);
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    throw std::runtime_error("the batch never ended: " + json::serialize(batch(name)));
}

std::string GeminiSession::results(const json::object& batch) {
    const std::string file = text_in(batch, "/response/responsesFile");
    return file.empty() ? file : get("/v1beta/" + file + ":download?alt=media").body;
}

std::vector<json::object> GeminiSession::lines(const json::object& batch) {
    std::vector<json::object> all;
    std::istringstream in(results(batch));
    for (std::string line; std::getline(in, line);) {
        if (line.empty()) continue;  // the last one
        json::error_code error;
        json::value value = json::parse(line, error);
        all.push_back(!error && value.is_object() ? value.get_object()
                                                  : json::object{{"unreadable", line}});
    }
    return all;
}

std::string gemini_request(const std::string& text, const std::string& more) {
    return R"({"contents":[{"role":"user","parts":[{"text":)" + json::serialize(json::value(text)) +
           "}]}]" + more + "}";
}

std::string gemini_lines(int count, const std::string& text, const std::string& more) {
    std::string all;
    for (int i = 1; i <= count; ++i) {
        all += R"({"key":"k)" + std::to_string(i) + R"(","request":)" +
               gemini_request(text + " number " + std::to_string(i), more) + "}\n";
    }
    return all;
}

}  // namespace overnight::test
