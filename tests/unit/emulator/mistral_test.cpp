// Mistral's dialect over HTTP: files, jobs, lists, errors, and what rules do to them.
#include "copy_session.hpp"

#include <gtest/gtest.h>

#include <set>

namespace overnight::test {
namespace {

namespace json = boost::json;

constexpr const char* model = "mistral-small-latest";

class MistralSession : public CopySession {
public:
    explicit MistralSession(std::string faults = "", std::filesystem::path state = {})
        : CopySession("/_as/mistral", std::move(faults), std::move(state)) {}

    std::string upload_lines(const std::string& content) {
        return text_in(object_of(upload("/v1/files", content, {{"purpose", "batch"}})), "/id");
    }
    RawReply create(const std::string& files, const std::string& more = "") {
        return post("/v1/batch/jobs", R"({"input_files":)" + files +
                                          R"(,"endpoint":"/v1/chat/completions","model":")" +
                                          model + '"' + more + "}");
    }
    std::string start(const std::string& content, const std::string& more = "") {
        return text_in(object_of(create("[\"" + upload_lines(content) + "\"]", more)), "/id");
    }
    json::object finish(const std::string& id) {
        static const std::set<std::string> ended{"SUCCESS", "FAILED", "TIMEOUT_EXCEEDED",
                                                 "CANCELLED"};
        return wait_until("/v1/batch/jobs/" + id, [](const json::object& job) {
            return ended.contains(text_in(job, "/status"));
        });
    }
};

std::vector<std::string> ids_in(const RawReply& reply) {
    const json::object page = object_of(reply);
    std::vector<std::string> ids;
    for (const json::value& one : at(page, "/data").as_array())
        ids.push_back(text_in(one.as_object(), "/id"));
    return ids;
}

TEST(Mistral, a_job_runs_lines_that_have_no_model_method_or_url) {
    MistralSession session;
    const std::string file = session.upload_lines(bare_lines(10));
    const RawReply created = session.create(
        "[\"" + file + "\"]", R"(,"metadata":{"overnight":"on1-tag"},"timeout_hours":24)");
    ASSERT_EQ(created.status, 200);
    json::object job = object_of(created);
    const std::string path = "/v1/batch/jobs/" + text_in(job, "/id");
    EXPECT_EQ(text_in(job, "/id").size(), 36U);
    EXPECT_EQ(text_in(job, "/status"), "QUEUED");
    EXPECT_EQ(json::serialize(at(job, "/input_files")), "[\"" + file + "\"]");
    EXPECT_EQ(text_in(job, "/model"), model);
    EXPECT_EQ(text_in(job, "/metadata/overnight"), "on1-tag");
    EXPECT_TRUE(at(job, "/output_file").is_null());
    EXPECT_TRUE(at(job, "/outputs").is_null());
    session.wait_for_status(path, "RUNNING");
    job = session.wait_for_status(path, "SUCCESS");
    EXPECT_EQ(number_in(job, "/total_requests"), 10);
    EXPECT_EQ(number_in(job, "/completed_requests"), 10);
    EXPECT_EQ(number_in(job, "/succeeded_requests"), 10);
    EXPECT_EQ(number_in(job, "/failed_requests"), 0);
    EXPECT_LE(number_in(job, "/started_at"), number_in(job, "/completed_at"));
    EXPECT_TRUE(at(job, "/error_file").is_null());
    const auto lines = session.content(at(job, "/output_file"));
    ASSERT_EQ(lines.size(), 10U);
    for (const json::object& line : lines) {
        EXPECT_EQ(number_in(line, "/response/status_code"), 200);
        EXPECT_EQ(text_in(line, "/response/body/model"), model);
        EXPECT_FALSE(text_in(line, "/response/body/choices/0/message/content").empty());
    }
    EXPECT_EQ(session.ledger("billed").size(), 10U);
    const auto creates = session.ledger("create");
    ASSERT_EQ(creates.size(), 1U);
    EXPECT_EQ(text_in(creates[0], "/tag"), "on1-tag");
    EXPECT_EQ(text_in(creates[0], "/input_file"), file);
}

TEST(Mistral, the_same_text_gets_openai_s_answer) {
    MistralSession session;
    const json::object job = session.finish(session.start(bare_lines(1)));
    const RawReply other = static_cast<Session&>(session).post(
        "/v1/chat/completions",
        R"({"model":"m","messages":[{"role":"user","content":"Classify topic number 1"}]})");
    EXPECT_EQ(text_in(session.content(at(job, "/output_file")).at(0),
                      "/response/body/choices/0/message/content"),
              text_in(object_of(other), "/choices/0/message/content"));
}

TEST(Mistral, requests_may_be_inline_and_answers_too) {
    MistralSession session;
    const RawReply created = session.post(
        "/v1/batch/jobs",
        R"({"requests":[{"custom_id":"a","body":{"messages":[{"role":"user","content":"x"}]}},)"
        R"({"body":{"messages":[{"role":"user","content":"y"}]}}],)"
        R"("endpoint":"/v1/chat/completions","model":"m"})");
    ASSERT_EQ(created.status, 200) << created.body;
    EXPECT_EQ(json::serialize(at(object_of(created), "/input_files")), "[]");
    const std::string id = text_in(object_of(created), "/id");
    EXPECT_TRUE(at(session.finish(id), "/outputs").is_null());
    const json::object job = object_of(session.get("/v1/batch/jobs/" + id + "?inline=true"));
    ASSERT_EQ(at(job, "/outputs").as_array().size(), 2U);
    EXPECT_EQ(text_in(job, "/outputs/0/custom_id"), "a");
    EXPECT_TRUE(at(job, "/outputs/1/custom_id").is_null());
    EXPECT_EQ(ids_in(session.get("/v1/files")).size(), 1U) << "the results, and not the input";
}

TEST(Mistral, several_files_are_one_job) {
    MistralSession session;
    const std::string one = session.upload_lines(bare_lines(2));
    const std::string two = session.upload_lines(
        R"({"custom_id":"other","body":{"messages":[{"role":"user","content":"x"}]}})");
    const std::string list = "[\"" + one + "\",\"" + two + "\"]";
    const json::object job = session.finish(text_in(object_of(session.create(list)), "/id"));
    EXPECT_EQ(json::serialize(at(job, "/input_files")), list);
    EXPECT_EQ(session.content(at(job, "/output_file")).size(), 3U);
    EXPECT_EQ(session.ledger("billed").size(), 3U);
}

TEST(Mistral, bad_creates_are_refused_as_fastapi_does) {
    MistralSession session;
    const std::string file = "[\"" + session.upload_lines(bare_lines(1)) + "\"]";
    struct Row {
        const char* name;
        std::string body;
        int status;
        std::string loc;
    };
    const std::string chat = R"("endpoint":"/v1/chat/completions")";
    const std::vector<Row> rows{
        {"no_json", "{", 422, R"(["body"])"},
        {"no_endpoint", R"({"model":"m","input_files":)" + file + "}", 422,
         R"(["body","endpoint"])"},
        {"other_endpoint", R"({"model":"m","endpoint":"/v1/ocr","input_files":)" + file + "}", 422,
         R"(["body","endpoint"])"},
        {"no_model", "{" + chat + R"(,"input_files":)" + file + "}", 422, R"(["body","model"])"},
        {"no_input", R"({"model":"m",)" + chat + "}", 422, R"(["body","input_files"])"},
        {"both_inputs",
         R"({"model":"m",)" + chat + R"(,"requests":[{"body":{}}],"input_files":)" + file + "}",
         422, R"(["body","input_files"])"},
        {"empty_list", R"({"model":"m","input_files":[],)" + chat + "}", 422,
         R"(["body","input_files"])"},
        {"too_long",
         R"({"model":"m","timeout_hours":169,)" + chat + R"(,"input_files":)" + file + "}", 422,
         R"(["body","timeout_hours"])"},
        {"metadata",
         R"({"model":"m","metadata":{"a":1},)" + chat + R"(,"input_files":)" + file + "}", 422,
         R"(["body","metadata"])"},
        {"no_such_file", R"({"model":"m","input_files":["x"],)" + chat + "}", 404, ""},
    };
    for (const Row& row : rows) {
        const RawReply reply = session.post("/v1/batch/jobs", row.body);
        EXPECT_EQ(reply.status, row.status) << row.name << reply.body;
        if (row.loc.empty()) {
            EXPECT_FALSE(text_in(object_of(reply), "/detail").empty()) << row.name;
        } else {
            EXPECT_EQ(json::serialize(at(object_of(reply), "/detail/0/loc")), row.loc) << row.name;
        }
    }
    EXPECT_TRUE(session.ledger("create").empty());
}

TEST(Mistral, other_errors_have_shapes_of_their_own) {
    MistralSession session(R"([{"fault":"bad_key","key":"nobody"}])");
    EXPECT_FALSE(text_in(object_of(session.get("/v1/batch/jobs/x")), "/detail").empty());
    EXPECT_EQ(session.get("/v1/batch/jobs/x").status, 404);
    EXPECT_EQ(session.get("/v1/batches").status, 404) << "not its route";
    const RawReply no_key = exchange(session.port(), {"GET", "/_as/mistral/v1/files", {}, ""});
    EXPECT_EQ(no_key.status, 401);
    EXPECT_EQ(text_in(object_of(no_key), "/detail"), "Unauthorized");
    session.emulator().set_faults(R"([{"fault":"rate_limit","retry_after":"7"}])").value();
    const RawReply limited = session.get("/v1/files");
    EXPECT_EQ(limited.status, 429);
    EXPECT_EQ(text_in(object_of(limited), "/object"), "error");
    EXPECT_FALSE(text_in(object_of(limited), "/message").empty());
}

TEST(Mistral, lists_have_numbered_pages_and_filters) {
    MistralSession session;
    std::vector<std::string> ids;
    for (int i = 0; i < 3; ++i) {
        ids.push_back(session.start(bare_lines(1)));
        session.advance(1);
    }
    const RawReply first = session.get("/v1/batch/jobs?page=0&page_size=2");
    EXPECT_EQ(ids_in(first), (std::vector<std::string>{ids[2], ids[1]}));
    EXPECT_EQ(number_in(object_of(first), "/total"), 3);
    EXPECT_EQ(ids_in(session.get("/v1/batch/jobs?page=1&page_size=2")),
              std::vector<std::string>{ids[0]});
    EXPECT_TRUE(ids_in(session.get("/v1/batch/jobs?page=2&page_size=2")).empty());
    EXPECT_EQ(ids_in(session.get("/v1/batch/jobs?order_by=created")).at(0), ids[0]);
    session.finish(ids[2]);
    EXPECT_EQ(ids_in(session.get("/v1/batch/jobs?status=SUCCESS&status=FAILED")).size(), 3U);
    EXPECT_TRUE(ids_in(session.get("/v1/batch/jobs?status=QUEUED")).empty());
    EXPECT_TRUE(ids_in(session.get("/v1/batch/jobs?model=other")).empty());
    EXPECT_EQ(session.get("/v1/batch/jobs?page=-1").status, 422);
    EXPECT_EQ(session.get("/v1/batch/jobs?page_size=0").status, 422);
    const RawReply files = session.get("/v1/files?purpose=batch&page_size=2");
    EXPECT_EQ(ids_in(files).size(), 2U);
    EXPECT_EQ(number_in(object_of(files), "/total"), 6);
}

TEST(Mistral, lists_lie_when_they_are_told_to) {
    MistralSession session(R"([{"fault":"list_loop"}])");
    session.start(bare_lines(1));
    const RawReply looped = session.get("/v1/batch/jobs?page=7&page_size=1");
    EXPECT_EQ(ids_in(looped).size(), 1U);
    EXPECT_GT(number_in(object_of(looped), "/total"), 8);
    session.emulator().set_faults(R"([{"fault":"list_empty"}])").value();
    EXPECT_TRUE(ids_in(session.get("/v1/batch/jobs")).empty());
    session.emulator().set_faults(R"([{"fault":"list_dup"}])").value();
    EXPECT_EQ(ids_in(session.get("/v1/batch/jobs")).size(), 2U);
}

TEST(Mistral, what_never_ran_has_no_line) {
    struct Row {
        const char* fault;
        const char* status;
    };
    for (const Row& row : {Row{R"([{"fault":"expire","done":0.3}])", "TIMEOUT_EXCEEDED"},
                           Row{R"([{"fault":"self_cancel","done":0.3}])", "CANCELLED"}}) {
        MistralSession session(row.fault);
        const json::object job = session.finish(session.start(bare_lines(10)));
        EXPECT_EQ(text_in(job, "/status"), row.status);
        EXPECT_EQ(session.content(at(job, "/output_file")).size(), 3U);
        EXPECT_TRUE(at(job, "/error_file").is_null());
        EXPECT_EQ(session.ledger("billed").size(), 3U);
    }
}

TEST(Mistral, failed_lines_are_in_the_error_file_and_flat) {
    MistralSession session(
        R"([{"fault":"line_error","status":429,"message":"slow down","contains":"number 3\""}])");
    const json::object job = session.finish(session.start(bare_lines(5)));
    EXPECT_EQ(number_in(job, "/failed_requests"), 1);
    EXPECT_EQ(session.content(at(job, "/output_file")).size(), 4U);
    const auto errors = session.content(at(job, "/error_file"));
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(text_in(errors[0], "/custom_id"), "c3");
    EXPECT_EQ(number_in(errors[0], "/response/status_code"), 429);
    EXPECT_EQ(text_in(errors[0], "/response/body/message"), "slow down");
    EXPECT_EQ(session.ledger("billed").size(), 4U);
}

TEST(Mistral, a_file_that_is_wrong_fails_the_job_with_counted_errors) {
    MistralSession session;
    const json::object job = session.finish(
        session.start(bare_lines(1) + "{\"custom_id\":\"x\"}\n{\"custom_id\":\"y\"}\n"));
    EXPECT_EQ(text_in(job, "/status"), "FAILED");
    EXPECT_EQ(number_in(job, "/errors/0/count"), 2);
    EXPECT_FALSE(text_in(job, "/errors/0/message").empty());
    EXPECT_TRUE(session.ledger("billed").empty());
}

TEST(Mistral, cancel_and_delete_know_their_time) {
    MistralSession session(R"([{"fault":"batch_time","seconds":1000}])");
    const std::string path = "/v1/batch/jobs/" + session.start(bare_lines(20));
    session.wait_for_status(path, "RUNNING");
    EXPECT_EQ(session.del(path).status, 400);
    EXPECT_EQ(text_in(object_of(session.post(path + "/cancel")), "/status"),
              "CANCELLATION_REQUESTED");
    session.wait_for_status(path, "CANCELLED");
    EXPECT_EQ(session.post(path + "/cancel").status, 200) << "again";
    EXPECT_TRUE(at(object_of(session.del(path)), "/deleted").as_bool());
    EXPECT_EQ(session.get(path).status, 404);
    EXPECT_EQ(session.ledger("cancel").size(), 2U);
}

TEST(Mistral, ordinary_calls_are_billed) {
    MistralSession session;
    const RawReply chat = session.post(
        "/v1/chat/completions", R"({"model":"m","messages":[{"role":"user","content":"x"}]})");
    EXPECT_EQ(chat.status, 200);
    EXPECT_EQ(session.post("/v1/embeddings", R"({"model":"mistral-embed","input":["x"]})").status,
              200);
    EXPECT_EQ(session.ledger("billed").size(), 2U);
    const RawReply bad = session.post("/v1/chat/completions", R"({"model":"m"})");
    EXPECT_EQ(bad.status, 400);
    EXPECT_EQ(text_in(object_of(bad), "/object"), "error");
    EXPECT_EQ(session.ledger("billed").size(), 2U);
}

TEST(Mistral, a_restarted_emulator_knows_its_jobs_and_bills_nothing_twice) {
    const TempDirectory state;
    std::string path;
    std::string inline_path;
    {
        MistralSession session(R"([{"fault":"batch_time","seconds":1000}])", state.path());
        path = "/v1/batch/jobs/" + session.start(bare_lines(40));
        inline_path =
            "/v1/batch/jobs/" +
            text_in(object_of(session.post(
                        "/v1/batch/jobs",
                        R"({"requests":[{"custom_id":"a","body":{"messages":[{"role":"user",)"
                        R"("content":"x"}]}}],"endpoint":"/v1/chat/completions","model":"m"})")),
                    "/id");
        session.wait_until(path, [](const json::object& job) {
            return number_in(job, "/completed_requests") >= 10;
        });
    }
    MistralSession session("", state.path());
    const json::object job = session.wait_for_status(path, "SUCCESS");
    EXPECT_EQ(at(job, "/input_files").as_array().size(), 1U);
    EXPECT_EQ(session.content(at(job, "/output_file")).size(), 40U);
    EXPECT_EQ(number_in(session.wait_for_status(inline_path, "SUCCESS"), "/total_requests"), 1);
    EXPECT_EQ(session.ledger("billed").size(), 41U);
}

TEST(Mistral, files_of_one_dialect_are_not_another_s) {
    MistralSession session;
    const std::string file = session.upload_lines(bare_lines(1));
    EXPECT_EQ(session.get("/v1/files/" + file).status, 200);
    EXPECT_EQ(static_cast<Session&>(session).get("/v1/files/" + file).status, 404);
    EXPECT_EQ(session.del("/v1/files/" + file).status, 200);
    EXPECT_EQ(session.create("[\"" + file + "\"]").status, 404) << "it is gone";
}

TEST(Mistral, a_line_that_was_cut_leaves_inline_answers_readable) {
    MistralSession session(R"([{"fault":"corrupt_line","lines":[2]}])");
    const std::string id = session.start(bare_lines(3));
    session.finish(id);
    const json::object job = object_of(session.get("/v1/batch/jobs/" + id + "?inline=true"));
    const auto& outputs = at(job, "/outputs").as_array();
    ASSERT_EQ(outputs.size(), 3U);
    EXPECT_TRUE(outputs[0].is_object());
    EXPECT_TRUE(outputs[1].is_string()) << "no object";
}

TEST(Mistral, one_file_named_a_thousand_times_does_not_fill_the_disk) {
    MistralSession session;
    const std::string file = session.upload_lines(std::string(1 << 20, ' ') + bare_lines(1));
    std::string files = "[\"" + file + '"';
    for (int i = 0; i < 1'100; ++i)
        files += ",\"" + file + '"';
    EXPECT_EQ(session.create(files + ']').status, 422);
    EXPECT_TRUE(session.ledger("create").empty());
}

}  // namespace
}  // namespace overnight::test
