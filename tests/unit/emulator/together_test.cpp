// Together's dialect over HTTP: the upload, the wrapped create, the bare rest.
#include "copy_session.hpp"

#include <gtest/gtest.h>

#include <set>

namespace overnight::test {
namespace {

namespace json = boost::json;

constexpr const char* model = "meta-llama/Llama-3.3-70B-Instruct-Turbo";

class TogetherSession : public CopySession {
public:
    explicit TogetherSession(std::string faults = "", std::filesystem::path state = {})
        : CopySession("/_as/together", std::move(faults), std::move(state)) {}

    RawReply upload_as(const std::string& content, const std::string& purpose) {
        return upload("/v1/files/upload", content,
                      {{"purpose", purpose}, {"file_name", "in.jsonl"}, {"file_type", "jsonl"}});
    }
    RawReply create(const std::string& file, const std::string& endpoint = "/v1/chat/completions") {
        return post("/v1/batches", R"({"input_file_id":")" + file + R"(","endpoint":")" + endpoint +
                                       R"(","completion_window":"24h"})");
    }
    std::string start(const std::string& content) {
        const std::string file = text_in(object_of(upload_as(content, "batch-api")), "/id");
        return text_in(object_of(create(file)), "/job/id");
    }
    json::object finish(const std::string& id) {
        static const std::set<std::string> ended{"COMPLETED", "FAILED", "EXPIRED", "CANCELLED"};
        return wait_until("/v1/batches/" + id, [](const json::object& batch) {
            return ended.contains(text_in(batch, "/status"));
        });
    }
    json::array list() { return json::parse(get("/v1/batches").body).as_array(); }
};

TEST(Together, a_batch_runs_from_its_upload_to_its_results) {
    TogetherSession session;
    const RawReply uploaded = session.upload_as(bare_lines(10, model), "batch-api");
    ASSERT_EQ(uploaded.status, 200) << uploaded.body;
    const json::object file = object_of(uploaded);
    EXPECT_EQ(text_in(file, "/purpose"), "batch-api");
    const RawReply created = session.create(text_in(file, "/id"));
    ASSERT_EQ(created.status, 200);
    EXPECT_TRUE(at(object_of(created), "/warning").is_string());
    const json::object job = at(object_of(created), "/job").as_object();
    EXPECT_EQ(text_in(job, "/status"), "VALIDATING");
    EXPECT_EQ(text_in(job, "/input_file_id"), text_in(file, "/id"));
    EXPECT_EQ(number_in(job, "/file_size_bytes"), number_in(file, "/bytes"));
    EXPECT_EQ(text_in(job, "/created_at").back(), 'Z');
    EXPECT_LT(text_in(job, "/created_at"), text_in(job, "/job_deadline"));
    EXPECT_EQ(job.if_contains("metadata"), nullptr);
    EXPECT_EQ(job.if_contains("request_counts"), nullptr);
    const std::string path = "/v1/batches/" + text_in(job, "/id");
    session.wait_for_status(path, "IN_PROGRESS");
    const json::object batch = session.wait_for_status(path, "COMPLETED");
    EXPECT_EQ(at(batch, "/progress").to_number<double>(), 100);
    EXPECT_EQ(text_in(batch, "/model_id"), model);
    EXPECT_TRUE(at(batch, "/error_file_id").is_null());
    const auto lines = session.content(at(batch, "/output_file_id"));
    ASSERT_EQ(lines.size(), 10U);
    EXPECT_EQ(text_in(lines[0], "/response/body/model"), model);
    EXPECT_EQ(session.ledger("billed").size(), 10U);
    EXPECT_TRUE(at(session.ledger("create").at(0), "/tag").is_null());
}

TEST(Together, a_list_is_a_bare_array) {
    TogetherSession session;
    EXPECT_EQ(session.get("/v1/batches").body, "[]");
    const std::string one = session.start(bare_lines(1, model));
    const std::string two = session.start(bare_lines(1, model));
    std::set<std::string> ids;
    for (const json::value& batch : session.list())
        ids.insert(text_in(batch.as_object(), "/id"));
    EXPECT_EQ(ids, (std::set<std::string>{one, two}));
    session.emulator().set_faults(R"([{"fault":"list_empty"}])").value();
    EXPECT_TRUE(session.list().empty());
    session.emulator().set_faults(R"([{"fault":"list_lag","seconds":100}])").value();
    EXPECT_TRUE(session.list().empty());
}

TEST(Together, progress_grows) {
    TogetherSession session;
    const std::string path = "/v1/batches/" + session.start(bare_lines(40, model));
    session.wait_for_status(path, "IN_PROGRESS");
    std::set<double> seen;
    for (json::object batch = object_of(session.get(path));
         text_in(batch, "/status") == "IN_PROGRESS"; batch = object_of(session.get(path))) {
        seen.insert(at(batch, "/progress").to_number<double>());
        session.advance(0.05);
    }
    EXPECT_GE(seen.size(), 3U);
}

TEST(Together, uploads_need_their_fields) {
    TogetherSession session;
    const std::string lines = bare_lines(1, model);
    EXPECT_EQ(session.upload_as(lines, "batch").status, 400) << "OpenAI's purpose";
    EXPECT_EQ(session.upload("/v1/files/upload", lines, {{"purpose", "batch-api"}}).status, 400);
    EXPECT_EQ(session.upload_as("", "batch-api").status, 400);
    EXPECT_EQ(session.upload("/v1/files", lines, {{"purpose", "batch-api"}}).status, 405);
    const RawReply tuning = session.upload_as(lines, "fine-tune");
    ASSERT_EQ(tuning.status, 200);
    EXPECT_EQ(session.create(text_in(object_of(tuning), "/id")).status, 400);
    EXPECT_EQ(session.create("file-none").status, 404);
    EXPECT_FALSE(text_in(object_of(session.create("file-none")), "/error/message").empty());
    const std::string file = text_in(object_of(session.upload_as(lines, "batch-api")), "/id");
    EXPECT_EQ(session.create(file, "/v1/embeddings").status, 400);
    EXPECT_TRUE(session.ledger("create").empty());
}

TEST(Together, a_cancel_is_spelled_with_one_l_until_it_is_done) {
    TogetherSession session(R"([{"fault":"batch_time","seconds":1000}])");
    const std::string path = "/v1/batches/" + session.start(bare_lines(20, model));
    session.wait_for_status(path, "IN_PROGRESS");
    EXPECT_EQ(text_in(object_of(session.post(path + "/cancel")), "/status"), "CANCELING");
    const json::object batch = session.wait_for_status(path, "CANCELLED");
    const auto ran = session.content(at(batch, "/output_file_id")).size();
    EXPECT_EQ(session.ledger("billed").size(), ran);
    EXPECT_LT(ran, 20U);
    EXPECT_EQ(session.content(at(batch, "/error_file_id")).size(), 20U - ran);
}

TEST(Together, a_batch_that_fails_says_why_in_one_text) {
    TogetherSession session;
    const json::object batch = session.finish(session.start("{\"custom_id\":\"x\"}\n"));
    EXPECT_EQ(text_in(batch, "/status"), "FAILED");
    EXPECT_FALSE(text_in(batch, "/error").empty());
    EXPECT_TRUE(at(batch, "/output_file_id").is_null());
}

TEST(Together, expired_and_failed_lines_are_in_the_error_file) {
    TogetherSession session(
        R"([{"fault":"expire","done":0.5},{"fault":"line_error","status":500,"contains":"number 1\""}])");
    const json::object batch = session.finish(session.start(bare_lines(10, model)));
    EXPECT_EQ(text_in(batch, "/status"), "EXPIRED");
    EXPECT_EQ(session.content(at(batch, "/output_file_id")).size(), 4U);
    EXPECT_EQ(session.content(at(batch, "/error_file_id")).size(), 6U);
    EXPECT_EQ(session.ledger("billed").size(), 4U);
}

TEST(Together, a_restarted_emulator_bills_nothing_twice) {
    const TempDirectory state;
    std::string path;
    {
        TogetherSession session(R"([{"fault":"batch_time","seconds":1000}])", state.path());
        path = "/v1/batches/" + session.start(bare_lines(40, model));
        session.wait_until(path, [](const json::object& batch) {
            return at(batch, "/progress").to_number<double>() >= 25;
        });
    }
    TogetherSession session("", state.path());
    const json::object batch = session.wait_for_status(path, "COMPLETED");
    EXPECT_EQ(session.content(at(batch, "/output_file_id")).size(), 40U);
    EXPECT_EQ(session.ledger("billed").size(), 40U);
}

TEST(Together, a_spoiled_id_and_an_ordinary_call) {
    TogetherSession session(R"([{"fault":"bad_id","as":"missing"}])");
    const std::string file =
        text_in(object_of(session.upload_as(bare_lines(1, model), "batch-api")), "/id");
    const json::object created = object_of(session.create(file));
    EXPECT_EQ(at(created, "/job").as_object().if_contains("id"), nullptr);
    EXPECT_EQ(session.list().size(), 1U);
    const RawReply chat = session.post(
        "/v1/chat/completions", R"({"model":"m","messages":[{"role":"user","content":"x"}]})");
    EXPECT_EQ(chat.status, 200);
    EXPECT_GE(session.ledger("billed").size(), 1U);
}

}  // namespace
}  // namespace overnight::test
