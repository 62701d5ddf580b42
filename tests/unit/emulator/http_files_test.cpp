// Files and uploads over HTTP.
#include "session.hpp"

#include <gtest/gtest.h>

namespace overnight::test {
namespace {

namespace json = boost::json;

TEST(EmulatorFiles, an_upload_is_a_file_that_reads_back) {
    Session session;
    const std::string content = chat_lines(3);
    const RawReply reply = session.upload(content, "tag-1.jsonl");
    ASSERT_EQ(reply.status, 200) << reply.wire;
    const json::object file = object_of(reply);
    EXPECT_EQ(number_in(file, "/bytes"), static_cast<std::int64_t>(content.size()));
    EXPECT_EQ(text_in(file, "/filename"), "tag-1.jsonl");
    EXPECT_EQ(text_in(file, "/purpose"), "batch");
    EXPECT_EQ(number_in(file, "/expires_at"), number_in(file, "/created_at") + 2'592'000);
    const std::string id = text_in(file, "/id");
    EXPECT_EQ(object_of(session.get("/v1/files/" + id)), file);
    const RawReply bytes = session.get("/v1/files/" + id + "/content");
    EXPECT_TRUE(bytes.complete);
    EXPECT_EQ(bytes.body, content);
}

TEST(EmulatorFiles, every_reply_names_its_request) {
    Session session;
    for (const RawReply& reply :
         {session.get("/v1/files"), session.get("/v1/nothing"), session.get("/v1/batches/none")}) {
        EXPECT_EQ(reply.headers.at("x-request-id").rfind("req_", 0), 0U);
        EXPECT_EQ(reply.headers.at("openai-version"), "2020-10-01");
        EXPECT_FALSE(reply.headers.at("openai-processing-ms").empty());
    }
}

TEST(EmulatorFiles, uploads_that_are_refused) {
    Session session;
    struct Row {
        const char* name;
        RawReply reply;
        int status;
    };
    const std::vector<std::string> form{"Content-Type: multipart/form-data; boundary=xyz"};
    for (const Row& row : {
             Row{"empty", session.upload(""), 400},
             Row{"not jsonl", session.upload("hello\n"), 400},
             Row{"other ending", session.upload(chat_lines(1), "in.csv"), 400},
             Row{"other purpose", session.upload(chat_lines(1), "in.jsonl", "nonsense"), 400},
             Row{"no file",
                 session.post("/v1/files", multipart_body({{"purpose", "batch", ""}}, "xyz"), form),
                 400},
             Row{"no purpose",
                 session.post("/v1/files", multipart_body({{"file", "{}", "a.jsonl"}}, "xyz"),
                              form),
                 400},
             Row{"cut form", session.post("/v1/files", "--xyz\r\nContent-", form), 400},
             Row{"no form", session.post("/v1/files", "{}", {"Content-Type: application/json"}),
                 400},
             Row{"lifetime",
                 session.post("/v1/files",
                              multipart_body({{"purpose", "batch", ""},
                                              {"expires_after[anchor]", "created_at", ""},
                                              {"expires_after[seconds]", "60", ""},
                                              {"file", "{}", "a.jsonl"}},
                                             "xyz"),
                              form),
                 400},
         }) {
        EXPECT_EQ(row.reply.status, row.status) << row.name;
        EXPECT_EQ(text_in(object_of(row.reply), "/error/type"), "invalid_request_error")
            << row.name;
    }
    EXPECT_TRUE(at(object_of(session.get("/v1/files")), "/data").as_array().empty());
}

TEST(EmulatorFiles, later_lines_may_be_broken_at_upload) {
    Session session;
    EXPECT_EQ(session.upload(chat_lines(1) + "broken\n").status, 200);
}

TEST(EmulatorFiles, fields_may_follow_the_file_and_set_a_lifetime) {
    Session session;
    const std::string body = multipart_body({{"file", chat_lines(1), "a.jsonl"},
                                             {"purpose", "batch", ""},
                                             {"expires_after[anchor]", "created_at", ""},
                                             {"expires_after[seconds]", "3600", ""}},
                                            "xyz");
    const json::object file = object_of(
        session.post("/v1/files", body, {"Content-Type: multipart/form-data; boundary=xyz"}));
    EXPECT_EQ(number_in(file, "/expires_at"), number_in(file, "/created_at") + 3'600);
    session.advance(3'601);
    EXPECT_EQ(session.get("/v1/files/" + text_in(file, "/id")).status, 404);
}

TEST(EmulatorFiles, ranges) {
    Session session;
    const std::string content = chat_lines(1);
    const std::string target = "/v1/files/" + session.upload_id(content) + "/content";
    const std::string size = std::to_string(content.size());
    const std::string etag = session.get(target).headers.at("etag");
    struct Row {
        std::vector<std::string> headers;
        int status;
        std::string body;
        std::string range;
    };
    for (const Row& row : {
             Row{{"Range: bytes=0-3"}, 206, content.substr(0, 4), "bytes 0-3/" + size},
             Row{{"Range: bytes=5-"},
                 206,
                 content.substr(5),
                 "bytes 5-" + std::to_string(content.size() - 1) + "/" + size},
             Row{{"Range: bytes=-4"}, 206, content.substr(content.size() - 4), ""},
             Row{{"Range: bytes=5-", "If-Range: " + etag}, 206, content.substr(5), ""},
             Row{{"Range: bytes=5-", "If-Range: \"other\""}, 200, content, ""},
             Row{{"Range: bytes=0-1,3-4"}, 200, content, ""},
             Row{{"Range: lines=1-2"}, 200, content, ""},
             Row{{"Range: bytes=" + size + "-"}, 416, "", "bytes */" + size},
         }) {
        const RawReply reply = session.get(target, row.headers);
        EXPECT_EQ(reply.status, row.status) << row.headers[0];
        if (row.status != 416) {
            EXPECT_EQ(reply.body, row.body) << row.headers[0];
        }
        if (!row.range.empty()) {
            EXPECT_EQ(reply.headers.at("content-range"), row.range);
        }
    }
    EXPECT_EQ(session.get(target).headers.at("accept-ranges"), "bytes");
}

TEST(EmulatorFiles, lists_with_order_purpose_and_pages) {
    Session session;
    std::vector<std::string> ids;
    for (int i = 0; i < 3; ++i)
        ids.push_back(session.upload_id(chat_lines(1)));
    session.upload("notes", "notes.txt", "user_data");
    const json::object newest = object_of(session.get("/v1/files?purpose=batch&limit=2"));
    EXPECT_EQ(text_in(newest, "/data/0/id"), ids[2]);
    EXPECT_EQ(at(newest, "/has_more"), true);
    const json::object rest =
        object_of(session.get("/v1/files?purpose=batch&limit=2&after=" + ids[1]));
    EXPECT_EQ(text_in(rest, "/data/0/id"), ids[0]);
    EXPECT_EQ(at(rest, "/has_more"), false);
    EXPECT_EQ(text_in(object_of(session.get("/v1/files?order=asc")), "/data/0/id"), ids[0]);
    EXPECT_EQ(session.get("/v1/files?order=up").status, 400);
    EXPECT_EQ(session.get("/v1/files?limit=10001").status, 400);
}

TEST(EmulatorFiles, deleted_files_are_gone) {
    Session session;
    const std::string id = session.upload_id(chat_lines(1));
    EXPECT_EQ(at(object_of(session.del("/v1/files/" + id)), "/deleted"), true);
    const RawReply reply = session.get("/v1/files/" + id);
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(text_in(object_of(reply), "/error/message"), "No such File object: " + id);
    EXPECT_EQ(text_in(object_of(reply), "/error/param"), "id");
    EXPECT_EQ(session.get("/v1/files/" + id + "/content").status, 404);
    EXPECT_EQ(session.del("/v1/files/" + id).status, 404);
}

TEST(EmulatorFiles, only_batch_files_can_be_read) {
    Session session;
    const std::string id =
        text_in(object_of(session.upload("notes", "notes.txt", "assistants")), "/id");
    EXPECT_EQ(session.get("/v1/files/" + id + "/content").status, 400);
}

class EmulatorUploads : public testing::Test {
protected:
    std::string start(std::size_t bytes) {
        return text_in(
            object_of(session.post(
                "/v1/uploads", R"({"filename":"in.jsonl","purpose":"batch","bytes":)" +
                                   std::to_string(bytes) + R"(,"mime_type":"application/jsonl"})")),
            "/id");
    }
    std::string part(const std::string& upload, const std::string& data) {
        return text_in(object_of(session.post("/v1/uploads/" + upload + "/parts",
                                              multipart_body({{"data", data, "blob"}}, "xyz"),
                                              {"Content-Type: multipart/form-data; boundary=xyz"})),
                       "/id");
    }
    Session session;
};

TEST_F(EmulatorUploads, parts_become_a_file_in_the_order_that_was_asked_for) {
    const std::string content = chat_lines(4);
    const std::string upload = start(content.size());
    const std::string second = part(upload, content.substr(100));
    const std::string first = part(upload, content.substr(0, 100));
    const RawReply reply = session.post("/v1/uploads/" + upload + "/complete",
                                        R"({"part_ids":[")" + first + "\",\"" + second + "\"]}");
    ASSERT_EQ(reply.status, 200) << reply.wire;
    EXPECT_EQ(text_in(object_of(reply), "/status"), "completed");
    const std::string file = text_in(object_of(reply), "/file/id");
    EXPECT_EQ(session.get("/v1/files/" + file + "/content").body, content);
    EXPECT_EQ(session.post("/v1/uploads/" + upload + "/cancel", "").status, 400);
}

TEST_F(EmulatorUploads, sums_and_hashes_must_fit) {
    const std::string content = chat_lines(1);
    const std::string upload = start(content.size() + 1);
    const std::string id = part(upload, content);
    EXPECT_EQ(session.post("/v1/uploads/" + upload + "/complete", R"({"part_ids":[")" + id + "\"]}")
                  .status,
              400);
    const std::string other = start(content.size());
    const std::string whole = part(other, content);
    EXPECT_EQ(session
                  .post("/v1/uploads/" + other + "/complete",
                        R"({"part_ids":[")" + whole + R"("],"md5":"00"})")
                  .status,
              400);
    EXPECT_EQ(
        session.post("/v1/uploads/" + other + "/complete", R"({"part_ids":["part_none"]})").status,
        400);
    EXPECT_EQ(
        session.post("/v1/uploads/" + other + "/complete", R"({"part_ids":[")" + whole + "\"]}")
            .status,
        200);
}

TEST_F(EmulatorUploads, end_after_an_hour_or_a_cancel) {
    const std::string upload = start(10);
    EXPECT_EQ(text_in(object_of(session.post("/v1/uploads/" + upload + "/cancel", "")), "/status"),
              "cancelled");
    EXPECT_EQ(part(upload, "x"), "");
    const std::string late = start(10);
    session.advance(3'601);
    EXPECT_EQ(part(late, "x"), "");
    EXPECT_EQ(session.post("/v1/uploads", R"({"purpose":"batch","bytes":1})").status, 400);
    EXPECT_EQ(session.post("/v1/uploads/upload_none/cancel", "").status, 404);
}

}  // namespace
}  // namespace overnight::test
