// The resumable upload, message by message.
#include "providers/gemini/upload.hpp"
#include "providers/json_parts.hpp"

#include <gtest/gtest.h>

namespace overnight::providers::gemini {
namespace {

using model::HttpRequest;
using model::HttpResponse;

constexpr std::string_view tag = "on1-abcdef-0123456789abcdefghjkmnpqrs";

std::unique_ptr<UploadSession> session_of(std::uint64_t bytes = 1000) {
    return find_adapter("gemini")->upload({"/spool/1/0.jsonl", bytes, std::string(tag)});
}

std::string header(const HttpRequest& request, std::string_view name) {
    for (const auto& h : request.headers)
        if (h.name == name) return h.value;
    return "-";
}

HttpResponse started(std::string url =
                         "https://generativelanguage.googleapis.com/upload/v1beta/"
                         "files?upload_id=A-b_1&upload_protocol=resumable") {
    return {200, {{"x-goog-upload-url", std::move(url)}, {"X-Goog-Upload-Status", "active"}}, ""};
}

HttpResponse told(std::string status, std::string received = "") {
    HttpResponse reply{200, {{"X-Goog-Upload-Status", std::move(status)}}, ""};
    if (!received.empty()) reply.headers.push_back({"X-Goog-Upload-Size-Received", received});
    return reply;
}

TEST(GeminiUpload, start) {
    const auto request = session_of()->first();
    EXPECT_EQ(request.method, model::HttpMethod::post);
    EXPECT_EQ(request.target, "/upload/v1beta/files");
    EXPECT_EQ(header(request, "X-Goog-Upload-Protocol"), "resumable");
    EXPECT_EQ(header(request, "X-Goog-Upload-Command"), "start");
    EXPECT_EQ(header(request, "X-Goog-Upload-Header-Content-Length"), "1000");
    EXPECT_EQ(header(request, "X-Goog-Upload-Header-Content-Type"), "application/jsonl");
    EXPECT_EQ(header(request, "Content-Type"), "application/json");
    ASSERT_EQ(request.body.size(), 1u);
    EXPECT_EQ(std::get<std::string>(request.body[0]),
              R"({"file":{"name":"files/on1-abcdef-0123456789abcdefghjkmnpqrs",)"
              R"("displayName":"on1-abcdef-0123456789abcdefghjkmnpqrs.jsonl",)"
              R"("mimeType":"application/jsonl","sizeBytes":"1000"}})");
    EXPECT_EQ(find_adapter("gemini")->chosen_file(tag)->v, "files/" + std::string(tag));
    EXPECT_LE(tag.size(), 40u);  // gemini.md 4.2: a client's own id
}

TEST(GeminiUpload, the_file_goes_in_one_request_to_our_own_host) {
    const auto session = session_of();
    session->first();
    const auto request = session->next(started()).value().value();
    EXPECT_EQ(request.target, "/upload/v1beta/files?upload_id=A-b_1&upload_protocol=resumable");
    EXPECT_EQ(header(request, "X-Goog-Upload-Command"), "upload, finalize");
    EXPECT_EQ(header(request, "X-Goog-Upload-Offset"), "0");
    ASSERT_EQ(request.body.size(), 1u);
    const auto& piece = std::get<model::FilePiece>(request.body[0]);
    EXPECT_EQ(piece.path, "/spool/1/0.jsonl");
    EXPECT_EQ(piece.offset, 0u);
    EXPECT_EQ(piece.length, 1000u);
    EXPECT_FALSE(session->next(told("final")).value());
}

TEST(GeminiUpload, a_reply_without_a_status_ends_it) {
    const auto session = session_of();
    session->first();
    (void)session->next(started());
    EXPECT_FALSE(session->next({200, {}, R"({"file":{}})"}).value());
}

TEST(GeminiUpload, goes_on_where_a_broken_connection_left_it) {
    const auto session = session_of();
    session->first();
    EXPECT_FALSE(session->resume());  // nothing was begun
    (void)session->next(started());
    const auto question = session->resume().value();
    EXPECT_EQ(question.method, model::HttpMethod::post);
    EXPECT_EQ(question.target, "/upload/v1beta/files?upload_id=A-b_1&upload_protocol=resumable");
    EXPECT_EQ(header(question, "X-Goog-Upload-Command"), "query");
    EXPECT_EQ(header(question, "X-Goog-Upload-Offset"), "-");
    EXPECT_EQ(question.body_bytes(), 0u);
    const auto rest = session->next(told("active", "400")).value().value();
    EXPECT_EQ(header(rest, "X-Goog-Upload-Command"), "upload, finalize");
    EXPECT_EQ(header(rest, "X-Goog-Upload-Offset"), "400");
    const auto& piece = std::get<model::FilePiece>(rest.body.at(0));
    EXPECT_EQ(piece.offset, 400u);
    EXPECT_EQ(piece.length, 600u);
    EXPECT_TRUE(session->resume());  // and again
    const auto last = session->next(told("active", "1000")).value().value();
    EXPECT_EQ(header(last, "X-Goog-Upload-Offset"), "1000");
    EXPECT_EQ(last.body_bytes(), 0u);
}

TEST(GeminiUpload, an_upload_that_had_ended_needs_nothing_more) {
    const auto session = session_of();
    session->first();
    (void)session->next(started());
    (void)session->resume();
    EXPECT_FALSE(session->next(told("final", "1000")).value());
}

TEST(GeminiUpload, a_provider_that_wants_more_is_asked) {
    const auto session = session_of();
    session->first();
    (void)session->next(started());
    const auto question = session->next(told("active")).value().value();
    EXPECT_EQ(header(question, "X-Goog-Upload-Command"), "query");
    EXPECT_EQ(header(session->next(told("active", "7")).value().value(), "X-Goog-Upload-Offset"),
              "7");
}

TEST(GeminiUpload, hostile_replies_are_errors) {
    for (const char* url : {"", "ftp://x/y", "https://", "https:///x", "relative", "https://host",
                            "https://host?x", "/a b", "/a\r\nX: y", "https://host/\xc3\xa9"}) {
        const auto session = session_of();
        session->first();
        const auto next = session->next(started(url));
        ASSERT_FALSE(next) << url;
        EXPECT_EQ(next.error().code(), core::Errc::protocol);
        EXPECT_FALSE(session->resume());
    }
    const auto session = session_of();
    session->first();
    EXPECT_FALSE(session->next({200, {}, "{}"}));
    EXPECT_FALSE(session->next(started("/" + std::string(5000, 'x'))));
    (void)session->next(started());
    (void)session->resume();
    for (const char* received : {"", "-1", "1001", "1e3", " 5", "99999999999999999999999", "5x"})
        EXPECT_FALSE(session->next(told("active", received))) << received;
    EXPECT_FALSE(session->next(told("cancelled")));
}

TEST(GeminiUpload, only_path_and_query_of_an_address_count) {
    EXPECT_EQ(target_of("https://evil.example:8443/a/b?c=d#e"), "/a/b?c=d");
    EXPECT_EQ(target_of("http://user:pass@host/x"), "/x");
    EXPECT_EQ(target_of("/upload/x?y"), "/upload/x?y");
    EXPECT_EQ(target_of("//evil.example/x"), "");
}

}  // namespace
}  // namespace overnight::providers::gemini
