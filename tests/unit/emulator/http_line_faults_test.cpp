// What line and batch rules do to a batch's results.
#include "session.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace overnight::test {
namespace {

namespace json = boost::json;

struct Results {
    json::object batch;
    std::vector<json::object> output;
    std::vector<json::object> errors;
    std::size_t billed = 0;
};

Results run(const std::string& faults,
            const std::string& content = chat_lines(10),
            const std::string& endpoint = "/v1/chat/completions") {
    Session session(faults);
    Results results;
    const std::string id = session.start_batch(content, endpoint);
    results.batch = session.finish(id);
    session.advance(100'000);
    results.batch = session.batch(id);
    results.output = session.lines(results.batch, "output_file_id");
    results.errors = session.lines(results.batch, "error_file_id");
    results.billed = session.ledger("billed").size();
    return results;
}

std::string lines_with(const std::string& more, int count = 4) {
    std::string all;
    for (int i = 1; i <= count; ++i) {
        all += R"({"custom_id":"c)" + std::to_string(i) +
               R"(","method":"POST","url":"/v1/chat/completions","body":)" +
               chat_body("text " + std::to_string(i), more) + "}\n";
    }
    return all;
}

const std::string pack_format =
    R"(,"response_format":{"type":"json_schema","json_schema":{"name":"p","schema":{"type":"object","properties":{)"
    R"("r1":{"type":"integer"},"r2":{"type":"integer"}},"required":["r1","r2"]}}})";

TEST(LineFaults, failed_lines_by_status) {
    struct Row {
        const char* rule;
        int status;
        const char* code;
    };
    for (const Row& row : {
             Row{R"([{"fault":"line_error"}])", 500, ""},
             Row{R"([{"fault":"line_error","status":429}])", 429, "rate_limit_exceeded"},
             Row{R"([{"fault":"line_error","status":400,"code":"invalid_prompt"}])", 400,
                 "invalid_prompt"},
             Row{R"([{"fault":"line_error","status":0}])", 0, ""},
             Row{R"([{"fault":"quota"}])", 429, "insufficient_quota"},
             Row{R"([{"fault":"poison","contains":"number"}])", 400, "context_length_exceeded"},
             Row{R"([{"fault":"all_failed"}])", 500, ""},
         }) {
        const Results results = run(row.rule);
        EXPECT_EQ(text_in(results.batch, "/status"), "completed") << row.rule;
        EXPECT_TRUE(at(results.batch, "/output_file_id").is_null()) << row.rule;
        ASSERT_EQ(results.errors.size(), 10U) << row.rule;
        EXPECT_EQ(number_in(results.errors[0], "/response/status_code"), row.status) << row.rule;
        EXPECT_EQ(text_in(results.errors[0], "/response/body/error/code"), row.code) << row.rule;
        EXPECT_TRUE(at(results.errors[0], "/error").is_null()) << row.rule;
        EXPECT_EQ(number_in(results.batch, "/request_counts/failed"), 10) << row.rule;
        EXPECT_EQ(results.billed, 0U) << row.rule;
    }
}

TEST(LineFaults, shapes_and_places_of_failed_lines) {
    EXPECT_EQ(text_in(run(R"([{"fault":"line_error","shape":"error","code":"x"}])").errors.at(0),
                      "/error/code"),
              "x");
    EXPECT_TRUE(
        at(run(R"([{"fault":"line_error","shape":"error"}])").errors.at(0), "/response").is_null());
    const json::object both = run(R"([{"fault":"line_error","shape":"both"}])").errors.at(0);
    EXPECT_TRUE(at(both, "/response").is_object() && at(both, "/error").is_object());
    EXPECT_EQ(run(R"([{"fault":"line_error","file":"output"}])").output.size(), 10U);
    EXPECT_EQ(run(R"([{"fault":"line_error","billed":true}])").billed, 10U);
}

TEST(LineFaults, tries_let_the_same_body_pass_later) {
    Session session(R"([{"fault":"line_error","tries":1}])");
    EXPECT_EQ(
        session.lines(session.finish(session.start_batch(chat_lines(5))), "error_file_id").size(),
        5U);
    EXPECT_EQ(
        session.lines(session.finish(session.start_batch(chat_lines(5))), "output_file_id").size(),
        5U);
}

TEST(LineFaults, a_part_of_the_lines_is_hit) {
    const Results results = run(R"([{"fault":"line_error","fraction":0.3}])", chat_lines(200));
    EXPECT_GT(results.errors.size(), 30U);
    EXPECT_LT(results.errors.size(), 90U);
    EXPECT_EQ(results.errors.size() + results.output.size(), 200U);
    EXPECT_EQ(results.billed, results.output.size());
}

TEST(LineFaults, answers_that_are_bad) {
    const auto first = [](const char* rule, const std::string& content = chat_lines(1)) {
        return run(rule, content).output.at(0);
    };
    EXPECT_EQ(text_in(first(R"([{"fault":"finish"}])"), "/response/body/choices/0/finish_reason"),
              "length");
    EXPECT_EQ(text_in(first(R"([{"fault":"finish","reason":"content_filter"}])"),
                      "/response/body/choices/0/finish_reason"),
              "content_filter");
    EXPECT_FALSE(
        text_in(first(R"([{"fault":"refusal"}])"), "/response/body/choices/0/message/refusal")
            .empty());
    EXPECT_TRUE(
        at(first(R"([{"fault":"empty_answer"}])"), "/response/body/choices").as_array().empty());
    EXPECT_TRUE(at(first(R"([{"fault":"usage_wrong"}])"), "/response/body/usage").is_null());
    EXPECT_EQ(number_in(first(R"([{"fault":"usage_wrong","usage":"negative"}])"),
                        "/response/body/usage/prompt_tokens"),
              -1);
    EXPECT_EQ(text_in(first(R"([{"fault":"other_model","name":"x"}])"), "/response/body/model"),
              "x");
    const std::string pack = lines_with(pack_format, 1);
    const auto content = [&](const char* rule) {
        return text_in(first(rule, pack), "/response/body/choices/0/message/content");
    };
    EXPECT_THROW(json::parse(content(R"([{"fault":"invalid_json"}])")), std::exception);
    EXPECT_TRUE(json::parse(content(R"([{"fault":"schema_violation"}])"))
                    .as_object()
                    .contains("unexpected"));
    const json::value missing = json::parse(content(R"([{"fault":"missing_rows","rows":["r2"]}])"));
    EXPECT_TRUE(missing.as_object().contains("r1"));
    EXPECT_FALSE(missing.as_object().contains("r2"));
    EXPECT_TRUE(
        json::parse(content(R"([{"fault":"bad_rows","rows":["r1"]}])")).at("r1").is_object());
}

TEST(LineFaults, responses_can_fail_or_be_incomplete) {
    const std::string content =
        R"({"custom_id":"c1","method":"POST","url":"/v1/responses","body":{"model":"m","input":"some text"}})";
    const auto first = [&](const char* rule) {
        return run(rule, content, "/v1/responses").output.at(0);
    };
    EXPECT_EQ(text_in(first(R"([{"fault":"response_failed"}])"), "/response/body/error/code"),
              "server_error");
    EXPECT_EQ(text_in(first(R"([{"fault":"finish"}])"), "/response/body/incomplete_details/reason"),
              "max_output_tokens");
    EXPECT_EQ(text_in(first(R"([{"fault":"finish","reason":"content_filter"}])"),
                      "/response/body/incomplete_details/reason"),
              "content_filter");
}

TEST(BatchFaults, validation_fails_with_any_code) {
    for (const char* const code :
         {"invalid_json_line", "missing_required_parameter", "duplicate_custom_id", "invalid_url",
          "mismatched_model", "model_not_found", "streaming_unsupported", "invalid_request",
          "token_limit_exceeded"}) {
        const Results results =
            run(R"([{"fault":"validate_fail","code":")" + std::string(code) + R"(","line":3}])");
        EXPECT_EQ(text_in(results.batch, "/status"), "failed") << code;
        EXPECT_EQ(text_in(results.batch, "/errors/data/0/code"), code);
        EXPECT_EQ(number_in(results.batch, "/errors/data/0/line"), 3);
        EXPECT_FALSE(text_in(results.batch, "/errors/data/0/message").empty());
        EXPECT_EQ(results.billed, 0U);
    }
}

TEST(BatchFaults, batches_that_end_early_keep_what_was_done) {
    const Results expired = run(R"([{"fault":"expire","done":0.3,"seconds":60}])");
    EXPECT_EQ(text_in(expired.batch, "/status"), "expired");
    EXPECT_EQ(expired.output.size(), 3U);
    ASSERT_EQ(expired.errors.size(), 7U);
    EXPECT_EQ(text_in(expired.errors[0], "/error/code"), "batch_expired");
    EXPECT_GE(number_in(expired.batch, "/expired_at"), number_in(expired.batch, "/expires_at"));
    EXPECT_EQ(number_in(expired.batch, "/request_counts/completed"), 3);
    EXPECT_EQ(number_in(expired.batch, "/request_counts/failed"), 0);
    EXPECT_EQ(expired.billed, 3U);
    const Results cancelled = run(R"([{"fault":"self_cancel","done":0.5}])");
    EXPECT_EQ(text_in(cancelled.batch, "/status"), "cancelled");
    EXPECT_EQ(text_in(cancelled.errors.at(0), "/error/code"), "batch_cancelled");
    EXPECT_EQ(cancelled.output.size(), 5U);
    const Results overloaded = run(R"([{"fault":"expire","done":0,"overloaded":1}])");
    EXPECT_NE(text_in(overloaded.errors.at(0), "/error/message").find("overloaded"),
              std::string::npos);
}

TEST(BatchFaults, result_files_that_are_odd) {
    const std::string content = chat_lines(30);
    const auto ids = [](const std::vector<json::object>& lines) {
        std::vector<std::string> all;
        for (const json::object& line : lines)
            all.push_back(text_in(line, "/custom_id"));
        return all;
    };
    const auto plain = ids(run("", content).output);
    const auto shuffled = ids(run(R"([{"fault":"shuffle"}])", content).output);
    EXPECT_NE(plain, shuffled);
    EXPECT_EQ(std::set(plain.begin(), plain.end()), std::set(shuffled.begin(), shuffled.end()));
    const Results same = run(R"([{"fault":"duplicate_lines","lines":[2]}])", content);
    ASSERT_EQ(same.output.size(), 31U);
    EXPECT_EQ(same.output[1], same.output[2]);
    const Results different =
        run(R"([{"fault":"duplicate_lines","lines":[2],"body":"different"}])", content);
    EXPECT_EQ(text_in(different.output.at(1), "/custom_id"),
              text_in(different.output.at(2), "/custom_id"));
    EXPECT_NE(at(different.output[1], "/response/body"), at(different.output[2], "/response/body"));
    const Results failed =
        run(R"([{"fault":"duplicate_lines","lines":[2],"body":"failed"}])", content);
    EXPECT_EQ(text_in(failed.errors.at(0), "/custom_id"), "c2");
    EXPECT_EQ(number_in(failed.errors.at(0), "/response/status_code"), 500);
    EXPECT_EQ(text_in(run(R"([{"fault":"unknown_lines","count":2}])", content).output.at(31),
                      "/custom_id"),
              "unknown-2");
    const Results dropped = run(R"([{"fault":"drop_lines","lines":[1,5]}])", content);
    EXPECT_EQ(dropped.output.size(), 28U);
    EXPECT_EQ(dropped.billed, 30U);
    EXPECT_EQ(number_in(dropped.batch, "/request_counts/completed"), 30);
    EXPECT_EQ(run(R"([{"fault":"drop_lines","lines":[1],"billed":false}])", content).billed, 29U);
    EXPECT_TRUE(run(R"([{"fault":"corrupt_line","lines":[3]}])", content)
                    .output.at(2)
                    .contains("unreadable"));
}

TEST(BatchFaults, file_ids_that_are_empty_or_missing) {
    EXPECT_EQ(at(run(R"([{"fault":"empty_ids"}])").batch, "/error_file_id"), "");
    EXPECT_FALSE(run(R"([{"fault":"empty_ids","as":"missing"}])").batch.contains("error_file_id"));
    EXPECT_TRUE(at(run("").batch, "/error_file_id").is_null());
}

TEST(BatchFaults, files_can_show_later_than_the_end) {
    Session session(R"([{"fault":"files_late","seconds":60}])");
    const std::string id = session.start_batch(chat_lines(1));
    EXPECT_TRUE(at(session.finish(id), "/output_file_id").is_null());
    session.advance(61);
    EXPECT_TRUE(at(session.batch(id), "/output_file_id").is_string());
}

TEST(BatchFaults, a_batch_can_be_stuck_and_come_free) {
    Session session(R"([{"fault":"stuck","state":"finalizing","seconds":7200}])");
    const std::string id = session.start_batch(chat_lines(1));
    session.wait_for(id, "finalizing");
    session.advance(3'600);
    EXPECT_EQ(text_in(session.batch(id), "/status"), "finalizing");
    session.advance(3'700);
    EXPECT_EQ(text_in(session.finish(id), "/status"), "completed");
}

TEST(BatchFaults, cancels_can_be_slow_or_lose_the_race) {
    Session slow(
        R"([{"fault":"cancel_slow","seconds":900},{"fault":"stuck","state":"in_progress","done":0.5}])");
    const std::string id = slow.start_batch(chat_lines(10));
    slow.wait_for(id, "in_progress");
    slow.post("/v1/batches/" + id + "/cancel", "");
    slow.advance(800);
    EXPECT_EQ(text_in(slow.batch(id), "/status"), "cancelling");
    slow.advance(101);
    EXPECT_EQ(text_in(slow.finish(id), "/status"), "cancelled");
    Session race(R"([{"fault":"cancel_completes"}])");
    const std::string other = race.start_batch(chat_lines(10));
    race.wait_for(other, "in_progress");
    race.post("/v1/batches/" + other + "/cancel", "");
    const json::object batch = race.finish(other);
    EXPECT_EQ(text_in(batch, "/status"), "completed");
    EXPECT_GT(number_in(batch, "/cancelling_at"), 0);
    EXPECT_EQ(race.lines(batch, "output_file_id").size(), 10U);
}

TEST(BatchFaults, counts_metadata_and_times_that_lie) {
    EXPECT_EQ(number_in(run(R"([{"fault":"wrong_counts","completed":99}])").batch,
                        "/request_counts/completed"),
              99);
    Session session(
        R"([{"fault":"drop_metadata"},{"fault":"skew_created","seconds":-600},{"fault":"batch_time","seconds":3600}])");
    const std::string file = session.upload_id(chat_lines(1));
    const std::int64_t now = number_in(object_of(session.get("/v1/files/" + file)), "/created_at");
    const json::object batch = object_of(session.create(file, R"({"overnight":"t"})"));
    EXPECT_TRUE(at(batch, "/metadata").is_null());
    EXPECT_EQ(text_in(session.ledger("create").at(0), "/tag"), "t");
    EXPECT_EQ(number_in(batch, "/created_at"), now - 600);
    session.wait_for(text_in(batch, "/id"), "in_progress");
    session.advance(3'000);
    EXPECT_EQ(text_in(session.batch(text_in(batch, "/id")), "/status"), "in_progress");
}

TEST(BatchFaults, a_rule_can_pick_the_batch) {
    Session session(R"([{"fault":"validate_fail","batch":2}])");
    EXPECT_EQ(text_in(session.finish(session.start_batch(chat_lines(1))), "/status"), "completed");
    EXPECT_EQ(text_in(session.finish(session.start_batch(chat_lines(1))), "/status"), "failed");
}

}  // namespace
}  // namespace overnight::test
