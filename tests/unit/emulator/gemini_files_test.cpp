// Files in Gemini's dialect: ways to upload, the resource, downloads.
#include "core/bytes.hpp"
#include "emulator/hashing.hpp"
#include "gemini_session.hpp"
#include "memory.hpp"

#include <gtest/gtest.h>

namespace overnight::test {
namespace {

namespace json = boost::json;

std::string status_in(const RawReply& reply) {
    return text_in(object_of(reply), "/error/status");
}

TEST(GeminiUpload, one_shot_gives_an_active_file) {
    GeminiSession gemini;
    const std::string content = gemini_lines(1);
    const RawReply started =
        gemini.start_upload(R"({"file":{"display_name":"run 1","mime_type":"application/jsonl"}})",
                            std::to_string(content.size()));
    EXPECT_EQ(started.status, 200);
    EXPECT_EQ(started.headers.at("x-goog-upload-status"), "active");
    EXPECT_TRUE(
        started.headers.at("x-goog-upload-url").starts_with("http://127.0.0.1/upload/v1beta/"))
        << "what the Host header said";
    const RawReply done =
        gemini.send_chunk(GeminiSession::upload_path(started), content, 0, "upload, finalize");
    EXPECT_EQ(done.headers.at("x-goog-upload-status"), "final");
    const json::object reply = object_of(done);
    const std::string name = text_in(reply, "/file/name");
    EXPECT_TRUE(name.starts_with("files/"));
    EXPECT_EQ(text_in(reply, "/file/displayName"), "run 1");
    EXPECT_EQ(text_in(reply, "/file/mimeType"), "application/jsonl");
    EXPECT_EQ(text_in(reply, "/file/sizeBytes"), std::to_string(content.size()));
    EXPECT_EQ(text_in(reply, "/file/state"), "ACTIVE");
    EXPECT_EQ(text_in(reply, "/file/source"), "UPLOADED");
    EXPECT_EQ(text_in(reply, "/file/sha256Hash"), core::base64(emulator::sha256(content).hex()));
    EXPECT_TRUE(text_in(reply, "/file/uri").ends_with("/v1beta/" + name));
    EXPECT_TRUE(at(reply, "/file/downloadUri").is_null());
    for (const char* const time : {"/file/createTime", "/file/updateTime", "/file/expirationTime"})
        EXPECT_TRUE(text_in(reply, time).ends_with("Z")) << time;
    EXPECT_EQ(object_of(gemini.get("/v1beta/" + name)), at(reply, "/file").as_object());
    const auto uploads = gemini.session.ledger("upload");
    ASSERT_EQ(uploads.size(), 1U);
    EXPECT_EQ(text_in(uploads[0], "/file"), name);
    EXPECT_EQ(number_in(uploads[0], "/bytes"), static_cast<std::int64_t>(content.size()));
}

TEST(GeminiUpload, chunks_are_joined_and_a_break_can_be_asked_about) {
    GeminiSession gemini;
    const std::string content = gemini_lines(30);
    const std::string path = GeminiSession::upload_path(gemini.start_upload("{}"));
    const RawReply first = gemini.send_chunk(path, content.substr(0, 100), 0, "upload");
    EXPECT_EQ(first.headers.at("x-goog-upload-status"), "active");
    EXPECT_TRUE(first.body.empty());
    const RawReply asked = gemini.send_chunk(path, "", 0, "query");
    EXPECT_EQ(asked.headers.at("x-goog-upload-status"), "active");
    EXPECT_EQ(asked.headers.at("x-goog-upload-size-received"), "100");
    const RawReply wrong = gemini.send_chunk(path, "again", 50, "upload");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_EQ(wrong.headers.at("x-goog-upload-size-received"), "100");
    const RawReply last = gemini.send_chunk(path, content.substr(100), 100, "upload, finalize");
    const json::object file = object_of(last);
    EXPECT_EQ(text_in(file, "/file/sha256Hash"), core::base64(emulator::sha256(content).hex()));
    const RawReply lost = gemini.send_chunk(path, "", 0, "query");
    EXPECT_EQ(lost.headers.at("x-goog-upload-status"), "final");
    EXPECT_EQ(object_of(lost), file) << "a reply that was lost can be had again";
    EXPECT_EQ(gemini.send_chunk(path, "", content.size(), "upload, finalize").status, 400);
    EXPECT_EQ(gemini.session.ledger("upload").size(), 1U);
}

TEST(GeminiUpload, what_arrived_before_a_connection_broke_is_kept) {
    GeminiSession gemini;
    const std::string content(300'000, 'x');
    const std::string path =
        GeminiSession::upload_path(gemini.start_upload("{}", std::to_string(content.size())));
    send_and_leave(
        gemini.session.port(),
        "POST " + path +
            " HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n"
            "X-Goog-Upload-Offset: 0\r\nX-Goog-Upload-Command: upload, finalize\r\n\r\n" +
            content.substr(0, 200'000));
    // The broken connection's thread may come to its bytes after the first question.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    RawReply asked;
    do {
        asked = gemini.send_chunk(path, "", 0, "query");
    } while (asked.headers.at("x-goog-upload-size-received") != "200000" &&
             std::chrono::steady_clock::now() < deadline);
    const std::size_t received = std::stoul(asked.headers.at("x-goog-upload-size-received"));
    ASSERT_EQ(received, 200'000U);
    EXPECT_EQ(asked.headers.at("x-goog-upload-status"), "active");
    const RawReply done =
        gemini.send_chunk(path, content.substr(received), received, "upload, finalize");
    EXPECT_EQ(text_in(object_of(done), "/file/sha256Hash"),
              core::base64(emulator::sha256(content).hex()));
}

TEST(GeminiUpload, may_be_cancelled) {
    GeminiSession gemini;
    const std::string path = GeminiSession::upload_path(gemini.start_upload("{}"));
    EXPECT_EQ(gemini.send_chunk(path, "", 0, "cancel").headers.at("x-goog-upload-status"),
              "cancelled");
    EXPECT_EQ(gemini.send_chunk(path, "a", 0, "upload, finalize").status, 400);
    EXPECT_EQ(gemini.send_chunk("/upload/v1beta/sessions/none", "a", 0, "query").status, 404);
}

TEST(GeminiUpload, must_have_the_size_that_was_announced) {
    GeminiSession gemini;
    const std::string path = GeminiSession::upload_path(gemini.start_upload("{}", "5"));
    EXPECT_EQ(status_in(gemini.send_chunk(path, "four", 0, "upload, finalize")),
              "INVALID_ARGUMENT");
    EXPECT_EQ(gemini.get("/v1beta/files").body, "{}");
    EXPECT_EQ(status_in(gemini.start_upload("{}", "3000000000")), "INVALID_ARGUMENT");
}

TEST(GeminiUpload, a_chosen_name_can_be_had_once) {
    GeminiSession gemini;
    const std::string message = R"({"file":{"name":"files/run-1","mimeType":"jsonl"}})";
    EXPECT_EQ(text_in(object_of(gemini.upload("{}\n", message)), "/file/name"), "files/run-1");
    const RawReply again = gemini.upload("{}\n", message);
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(status_in(again), "ALREADY_EXISTS");
    EXPECT_EQ(gemini.del("/v1beta/files/run-1").body, "{}");
    EXPECT_EQ(gemini.upload("{}\n", message).status, 200);
    EXPECT_EQ(status_in(gemini.upload("{}", R"({"file":{"name":"files/Run_1"}})")),
              "INVALID_ARGUMENT");
}

TEST(GeminiUpload, a_name_is_free_again_when_its_file_has_expired) {
    GeminiSession gemini;
    const std::string message = R"({"file":{"name":"files/run-1"}})";
    EXPECT_EQ(gemini.upload("first", message).status, 200);
    gemini.session.advance(48 * 3'600 + 1);
    const RawReply again = gemini.upload("again", message);
    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(gemini.get("/v1beta/files/run-1").status, 200);
}

TEST(GeminiUpload, sessions_hold_no_files_open) {
    GeminiSession gemini;
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(gemini.upload("x").status, 200);
        const std::string path = GeminiSession::upload_path(gemini.start_upload("{}"));
        EXPECT_EQ(gemini.send_chunk(path, "y", 0, "upload").status, 200);
    }
    int open = 0;
    for (const auto& one : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const auto target = std::filesystem::read_symlink(one.path(), gone).string();
        if (target.find("/blob-") != std::string::npos) ++open;
    }
    EXPECT_EQ(open, 0);
}

TEST(GeminiUpload, of_two_with_one_name_the_second_to_end_fails) {
    GeminiSession gemini;
    const std::string message = R"({"file":{"name":"files/run-1"}})";
    const std::string first = GeminiSession::upload_path(gemini.start_upload(message));
    const std::string second = GeminiSession::upload_path(gemini.start_upload(message));
    EXPECT_EQ(gemini.send_chunk(first, "a", 0, "upload, finalize").status, 200);
    EXPECT_EQ(status_in(gemini.send_chunk(second, "b", 0, "upload, finalize")), "ALREADY_EXISTS");
}

TEST(GeminiUpload, multipart_and_raw_work) {
    GeminiSession gemini;
    const std::string body =
        "--xyz\r\nContent-Type: application/json; charset=utf-8\r\n\r\n"
        R"({"file":{"displayName":"two parts"}})"
        "\r\n--xyz\r\nContent-Type: application/jsonl\r\n\r\n{}\n\r\n--xyz--\r\n";
    for (const auto& [query, headers] :
         {std::pair<std::string, std::vector<std::string>>{
              "",
              {"X-Goog-Upload-Protocol: multipart",
               "Content-Type: multipart/related; boundary=xyz"}},
          {"?uploadType=multipart", {"Content-Type: multipart/related; boundary=\"xyz\""}}}) {
        const json::object reply =
            object_of(gemini.post("/upload/v1beta/files" + query, body, headers));
        EXPECT_EQ(text_in(reply, "/file/displayName"), "two parts");
        EXPECT_EQ(text_in(reply, "/file/mimeType"), "application/jsonl");
        EXPECT_EQ(text_in(reply, "/file/sizeBytes"), "3");
        EXPECT_EQ(text_in(reply, "/file/sha256Hash"), core::base64(emulator::sha256("{}\n").hex()));
    }
    const json::object raw =
        object_of(gemini.post("/upload/v1beta/files", "{}\n",
                              {"X-Goog-Upload-Protocol: raw", "Content-Type: application/jsonl"}));
    EXPECT_EQ(text_in(raw, "/file/sizeBytes"), "3");
    for (const char* const type :
         {"multipart/form-data; boundary=xyz", "multipart/related", "text/plain"}) {
        EXPECT_EQ(status_in(gemini.post(
                      "/upload/v1beta/files", body,
                      {"X-Goog-Upload-Protocol: multipart", std::string("Content-Type: ") + type})),
                  "INVALID_ARGUMENT")
            << type;
    }
    EXPECT_EQ(status_in(gemini.post("/upload/v1beta/files", "{}")), "INVALID_ARGUMENT");
}

TEST(GeminiFiles, are_listed_newest_first_in_pages_of_ten) {
    GeminiSession gemini;
    std::vector<std::string> made;
    for (int i = 0; i < 12; ++i)
        made.push_back(gemini.upload_name("{}\n"));
    const json::object first = object_of(gemini.get("/v1beta/files"));
    ASSERT_EQ(at(first, "/files").as_array().size(), 10U);
    EXPECT_EQ(text_in(first, "/files/0/name"), made.back());
    const json::object second =
        object_of(gemini.get("/v1beta/files?pageToken=" + text_in(first, "/nextPageToken")));
    ASSERT_EQ(at(second, "/files").as_array().size(), 2U);
    EXPECT_EQ(text_in(second, "/files/1/name"), made.front());
    EXPECT_FALSE(second.contains("nextPageToken"));
    EXPECT_EQ(at(object_of(gemini.get("/v1beta/files?pageSize=100")), "/files").as_array().size(),
              12U);
}

TEST(GeminiFiles, uploads_live_for_two_days_and_results_for_six_weeks) {
    GeminiSession gemini;
    const std::string file = gemini.upload_name(gemini_lines(1));
    const std::string name = text_in(object_of(gemini.create(file)), "/name");
    const json::object done = gemini.finish(name);
    gemini.session.advance(48 * 3'600);
    EXPECT_EQ(gemini.get("/v1beta/" + file).status, 404);
    EXPECT_EQ(status_in(gemini.create(file)), "NOT_FOUND");
    EXPECT_EQ(gemini.lines(done).size(), 1U);
    gemini.session.advance(42 * 86'400);
    EXPECT_EQ(status_in(gemini.get("/v1beta/" + text_in(done, "/response/responsesFile") +
                                   ":download?alt=media")),
              "NOT_FOUND");
}

TEST(GeminiFiles, results_can_be_downloaded_in_two_ways_and_in_parts) {
    GeminiSession gemini;
    const json::object done = gemini.finish(gemini.start_batch(gemini_lines(2)));
    const std::string file = text_in(done, "/response/responsesFile");
    const std::string whole = gemini.results(done);
    EXPECT_EQ(gemini.get("/download/v1beta/" + file + ":download?alt=media").body, whole);
    EXPECT_EQ(gemini.get("/v1beta/" + file + ":download").body, "{}");
    const RawReply part =
        gemini.send("GET", "/v1beta/" + file + ":download?alt=media", "", {"Range: bytes=10-19"});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, whole.substr(10, 10));
    const RawReply beyond = gemini.send("GET", "/v1beta/" + file + ":download?alt=media", "",
                                        {"Range: bytes=99999999-"});
    EXPECT_EQ(beyond.status, 416);
    EXPECT_EQ(status_in(beyond), "OUT_OF_RANGE");
    const json::object listed = object_of(gemini.get("/v1beta/files"));
    EXPECT_EQ(text_in(listed, "/files/0/name"), file);
    EXPECT_EQ(text_in(listed, "/files/0/source"), "GENERATED");
    EXPECT_TRUE(text_in(listed, "/files/0/downloadUri").ends_with(file + ":download?alt=media"));
}

TEST(GeminiFiles, the_name_of_a_result_is_too_long_for_its_own_service) {
    GeminiSession gemini;
    const json::object done = gemini.finish(gemini.start_batch(gemini_lines(1)));
    const std::string file = text_in(done, "/response/responsesFile");
    EXPECT_EQ(status_in(gemini.get("/v1beta/" + file)), "INVALID_ARGUMENT");
    EXPECT_EQ(status_in(gemini.del("/v1beta/" + file)), "INVALID_ARGUMENT");
    EXPECT_EQ(gemini.lines(done).size(), 1U);
}

TEST(GeminiFiles, an_upload_cannot_be_downloaded) {
    GeminiSession gemini;
    const std::string file = gemini.upload_name("{}\n");
    EXPECT_EQ(gemini.get("/v1beta/" + file + ":download?alt=media").status, 403);
}

TEST(GeminiUpload, needs_no_memory) {
    GeminiSession gemini;
    gemini.upload_name("{}\n");  // whatever is needed once
    constexpr std::uint64_t megabytes = 200;
    const std::string bytes = std::to_string(megabytes << 20);
    const std::string path = GeminiSession::upload_path(gemini.start_upload("{}", bytes));
    const std::string megabyte(1u << 20, 'x');
    [[maybe_unused]] std::uint64_t before = 0;
    if (OVERNIGHT_MEASURE_MEMORY != 0) {
        forget_peak();
        before = peak_memory();
    }
    const RawReply done = send_generated(
        gemini.session.port(),
        "POST " + path +
            " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: " + bytes +
            "\r\nX-Goog-Upload-Offset: 0\r\n" + "X-Goog-Upload-Command: upload, finalize\r\n\r\n",
        megabyte, megabytes);
    EXPECT_EQ(text_in(object_of(done), "/file/sizeBytes"), bytes);
    if (OVERNIGHT_MEASURE_MEMORY != 0) {
        EXPECT_LT(peak_memory() - before, 20'000'000U);
    }
}

}  // namespace
}  // namespace overnight::test
