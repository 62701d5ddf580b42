// The fault switches in Gemini's dialect.
#include "gemini_session.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace overnight::test {
namespace {

namespace json = boost::json;

// The lines of a batch of three that meets a rule.
std::vector<json::object> lines_under(const std::string& rule, int count = 3) {
    GeminiSession gemini("[" + rule + "]");
    const json::object done = gemini.finish(gemini.start_batch(gemini_lines(count)));
    EXPECT_EQ(state_of(done), "BATCH_STATE_SUCCEEDED");
    return gemini.lines(done);
}

json::object first_line_under(const std::string& rule) {
    return lines_under(rule).at(0);
}

TEST(GeminiLineFaults, failures_carry_rpc_codes) {
    const auto code = [](const std::string& rule) {
        return number_in(first_line_under(rule), "/error/code");
    };
    EXPECT_EQ(code(R"({"fault":"line_error"})"), 13);
    EXPECT_EQ(code(R"({"fault":"line_error","status":503})"), 14);
    EXPECT_EQ(code(R"({"fault":"line_error","status":429})"), 8);
    EXPECT_EQ(code(R"({"fault":"line_error","status":400,"type":"FAILED_PRECONDITION"})"), 9);
    EXPECT_EQ(code(R"({"fault":"quota"})"), 8);
    EXPECT_EQ(code(R"({"fault":"all_failed","status":503})"), 14);
    const json::object poison = first_line_under(R"({"fault":"poison"})");
    EXPECT_EQ(number_in(poison, "/error/code"), 3);
    EXPECT_NE(text_in(poison, "/error/message").find("exceeds the maximum number of tokens"),
              std::string::npos);
    EXPECT_EQ(text_in(poison, "/key"), "k1");
    EXPECT_FALSE(poison.contains("response"));
}

TEST(GeminiLineFaults, errors_may_be_called_status_and_have_http_codes) {
    GeminiSession gemini(
        R"([{"fault":"line_error","status":503},{"fault":"error_shape","member":"status","code":"http"}])");
    const json::object line =
        gemini.lines(gemini.finish(gemini.start_batch(gemini_lines(1)))).at(0);
    EXPECT_FALSE(line.contains("error"));
    EXPECT_EQ(number_in(line, "/status/code"), 503);
    const json::object both = first_line_under(R"({"fault":"line_error","shape":"both"})");
    EXPECT_TRUE(both.contains("error") && both.contains("response"));
    EXPECT_EQ(first_line_under(R"({"fault":"line_error","shape":"empty"})"),
              (json::object{{"key", "k1"}}));
}

TEST(GeminiLineFaults, a_blocked_prompt_has_no_candidates) {
    const json::object line = first_line_under(R"({"fault":"blocked","reason":"OTHER"})");
    EXPECT_EQ(text_in(line, "/response/promptFeedback/blockReason"), "OTHER");
    EXPECT_FALSE(at(line, "/response").as_object().contains("candidates"));
    EXPECT_GT(number_in(line, "/response/usageMetadata/promptTokenCount"), 0);
    EXPECT_TRUE(at(line, "/response/usageMetadata/candidatesTokenCount").is_null());
}

TEST(GeminiLineFaults, answers_end_in_their_own_words) {
    const auto finish = [](const std::string& rule) {
        return text_in(first_line_under(rule), "/response/candidates/0/finishReason");
    };
    EXPECT_EQ(finish(R"({"fault":"finish"})"), "MAX_TOKENS");
    EXPECT_EQ(finish(R"({"fault":"finish","reason":"content_filter"})"), "SAFETY");
    EXPECT_EQ(finish(R"({"fault":"finish","reason":"RECITATION"})"), "RECITATION");
    EXPECT_EQ(finish(R"({"fault":"response_failed"})"), "OTHER");
    EXPECT_EQ(text_in(first_line_under(R"({"fault":"refusal","message":"No."})"),
                      "/response/candidates/0/content/parts/0/text"),
              "No.");
    EXPECT_EQ(text_in(first_line_under(R"({"fault":"other_model","name":"g"})"),
                      "/response/modelVersion"),
              "g");
}

TEST(GeminiLineFaults, a_candidate_may_have_no_parts_or_not_be_there) {
    const json::object bare = first_line_under(R"({"fault":"empty_answer"})");
    EXPECT_EQ(at(bare, "/response/candidates/0/content").as_object(),
              (json::object{{"role", "model"}}));
    const json::object none = first_line_under(R"({"fault":"empty_answer","as":"no_candidates"})");
    EXPECT_FALSE(at(none, "/response").as_object().contains("candidates"));
    EXPECT_FALSE(at(none, "/response").as_object().contains("promptFeedback"));
}

TEST(GeminiLineFaults, usage_lies) {
    EXPECT_TRUE(
        at(first_line_under(R"({"fault":"usage_wrong"})"), "/response/usageMetadata").is_null());
    EXPECT_EQ(number_in(first_line_under(R"({"fault":"usage_wrong","usage":"huge"})"),
                        "/response/usageMetadata/promptTokenCount"),
              4'000'000'000'000'000'000);
}

TEST(GeminiResultFaults, lines_move_vanish_double_and_break) {
    const auto keys = [](const std::vector<json::object>& lines) {
        std::vector<std::string> all;
        for (const json::object& line : lines)
            all.push_back(text_in(line, "/key"));
        return all;
    };
    const auto shuffled = keys(lines_under(R"({"fault":"shuffle"})", 30));
    EXPECT_EQ(shuffled.size(), 30U);
    EXPECT_NE(shuffled, keys(lines_under(R"({"fault":"batch_time","seconds":1})", 30)));
    EXPECT_EQ(keys(lines_under(R"({"fault":"drop_lines","lines":[2]})")),
              (std::vector<std::string>{"k1", "k3"}));
    EXPECT_EQ(keys(lines_under(R"({"fault":"duplicate_lines","lines":[1],"body":"failed"})")),
              (std::vector<std::string>{"k1", "k1", "k2", "k3"}));
    EXPECT_EQ(keys(lines_under(R"({"fault":"unknown_lines"})")).back(), "unknown-1");
    EXPECT_TRUE(lines_under(R"({"fault":"corrupt_line","lines":[2]})")[1].contains("unreadable"));
}

TEST(GeminiResultFaults, answers_stand_under_other_keys) {
    const auto honest = lines_under(R"({"fault":"batch_time","seconds":1})");
    const auto swapped = lines_under(R"({"fault":"swap_keys","lines":[1,3]})");
    ASSERT_EQ(swapped.size(), 3U);
    const auto answer_of = [](const std::vector<json::object>& lines, std::string_view key) {
        for (const json::object& line : lines) {
            if (text_in(line, "/key") == key) return at(line, "/response");
        }
        return json::value();
    };
    EXPECT_EQ(answer_of(swapped, "k1"), answer_of(honest, "k2"));
    EXPECT_EQ(answer_of(swapped, "k2"), answer_of(honest, "k1"));
    EXPECT_EQ(answer_of(swapped, "k3"), answer_of(honest, "k3")) << "the last has no other";
}

TEST(GeminiBatchFaults, results_may_come_after_success) {
    GeminiSession gemini(R"([{"fault":"files_late","seconds":60}])");
    const std::string name = gemini.start_batch(gemini_lines(1));
    const json::object early = gemini.finish(name);
    EXPECT_EQ(state_of(early), "BATCH_STATE_SUCCEEDED");
    EXPECT_TRUE(at(early, "/response/responsesFile").is_null());
    EXPECT_TRUE(at(early, "/metadata/output").is_null());
    gemini.session.advance(60);
    EXPECT_FALSE(text_in(gemini.batch(name), "/response/responsesFile").empty());
}

TEST(GeminiBatchFaults, states_may_have_the_names_of_the_sdk) {
    GeminiSession gemini(R"([{"fault":"state_prefix"}])");
    EXPECT_EQ(state_of(gemini.finish(gemini.start_batch(gemini_lines(1)))), "JOB_STATE_SUCCEEDED");
}

TEST(GeminiBatchFaults, an_expired_batch_has_nothing_unless_a_rule_says_so) {
    GeminiSession empty(R"([{"fault":"expire"}])");
    const json::object nothing = empty.finish(empty.start_batch(gemini_lines(4)));
    EXPECT_EQ(state_of(nothing), "BATCH_STATE_EXPIRED");
    EXPECT_FALSE(nothing.contains("response"));
    EXPECT_TRUE(at(nothing, "/metadata/output").is_null());
    EXPECT_EQ(number_in(nothing, "/error/code"), 4);
    EXPECT_TRUE(empty.session.ledger("billed").empty());
    GeminiSession some(R"([{"fault":"expire","done":0.5},{"fault":"partial_results"}])");
    const json::object half = some.finish(some.start_batch(gemini_lines(4)));
    EXPECT_EQ(state_of(half), "BATCH_STATE_EXPIRED");
    EXPECT_EQ(some.lines(half).size(), 2U);
    EXPECT_EQ(some.session.ledger("billed").size(), 2U);
}

TEST(GeminiBatchFaults, a_cancelled_batch_may_have_partial_results) {
    GeminiSession gemini(R"([{"fault":"stuck","done":0.5},{"fault":"partial_results"}])");
    const std::string name = gemini.start_batch(gemini_lines(4));
    (void)gemini.wait_for(name, "BATCH_STATE_RUNNING");
    gemini.session.advance(10);
    while (gemini.session.ledger("billed").size() < 2)
        gemini.session.advance(1);
    (void)gemini.post("/v1beta/" + name + ":cancel", "{}");
    const json::object done = gemini.finish(name);
    EXPECT_EQ(state_of(done), "BATCH_STATE_CANCELLED");
    EXPECT_EQ(gemini.lines(done).size(), 2U);
}

TEST(GeminiBatchFaults, a_cancel_may_be_slow_or_come_too_late) {
    GeminiSession slow(R"([{"fault":"cancel_slow","seconds":600}])");
    const std::string name = slow.start_batch(gemini_lines(1));
    (void)slow.post("/v1beta/" + name + ":cancel", "{}");
    EXPECT_EQ(state_of(slow.batch(name)), "BATCH_STATE_RUNNING");
    slow.session.advance(600);
    EXPECT_EQ(state_of(slow.finish(name)), "BATCH_STATE_CANCELLED");
    GeminiSession late(R"([{"fault":"cancel_completes"}])");
    const std::string other = late.start_batch(gemini_lines(2));
    (void)late.wait_for(other, "BATCH_STATE_RUNNING");
    (void)late.post("/v1beta/" + other + ":cancel", "{}");
    const json::object done = late.finish(other);
    EXPECT_EQ(state_of(done), "BATCH_STATE_SUCCEEDED");
    EXPECT_EQ(late.lines(done).size(), 2U);
}

TEST(GeminiBatchFaults, one_may_fail_be_stuck_and_count_wrongly) {
    GeminiSession fails(
        R"([{"fault":"validate_fail","code":"token_limit_exceeded","message":"m"}])");
    const json::object failed = fails.finish(fails.start_batch(gemini_lines(1)));
    EXPECT_EQ(state_of(failed), "BATCH_STATE_FAILED");
    EXPECT_EQ(at(failed, "/error"), (json::value{{"code", 8}, {"message", "m"}}));
    GeminiSession stuck(R"([{"fault":"stuck","state":"PENDING"}])");
    const std::string name = stuck.start_batch(gemini_lines(1));
    stuck.session.advance(100'000);
    EXPECT_EQ(state_of(stuck.batch(name)), "BATCH_STATE_PENDING");
    GeminiSession wrong(R"([{"fault":"wrong_counts","total":9,"failed":1}])");
    const json::object counted = wrong.finish(wrong.start_batch(gemini_lines(2)));
    EXPECT_EQ(text_in(counted, "/metadata/batchStats/requestCount"), "9");
    EXPECT_EQ(text_in(counted, "/metadata/batchStats/failedRequestCount"), "1");
}

TEST(GeminiBatchFaults, a_name_may_be_dropped) {
    GeminiSession gemini(R"([{"fault":"drop_metadata"}])");
    const std::string name = gemini.start_batch(gemini_lines(1));
    EXPECT_TRUE(at(gemini.batch(name), "/metadata/displayName").is_null());
    EXPECT_EQ(text_in(gemini.session.ledger("create").at(0), "/tag"), "job 1");
}

TEST(GeminiRequestFaults, a_create_may_be_applied_and_lost_or_twice_or_late) {
    GeminiSession gemini(R"([{"fault":"apply_then_drop","nth":1},{"fault":"dup_apply","nth":2},)"
                         R"({"fault":"late_apply","nth":3,"seconds":60},)"
                         R"({"fault":"apply_then_5xx","nth":4}])");
    const std::string file = gemini.upload_name(gemini_lines(1));
    EXPECT_EQ(gemini.create(file).status, 0);
    EXPECT_EQ(gemini.session.ledger("create").size(), 1U);
    EXPECT_EQ(gemini.create(file).status, 200);
    EXPECT_EQ(gemini.session.ledger("create").size(), 3U);
    EXPECT_EQ(gemini.create(file).status, 0);
    EXPECT_EQ(gemini.session.ledger("create").size(), 3U);
    const RawReply failed = gemini.create(file);
    EXPECT_EQ(failed.status, 500);
    EXPECT_EQ(text_in(object_of(failed), "/error/status"), "INTERNAL");
    gemini.session.advance(60);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (gemini.session.ledger("create").size() < 5 &&
           std::chrono::steady_clock::now() < deadline) {
    }
    EXPECT_EQ(gemini.session.ledger("create").size(), 5U);
}

TEST(GeminiRequestFaults, statuses_have_the_envelope_of_the_service) {
    GeminiSession gemini(
        R"([{"fault":"http","route":"GET /v1beta/batches/{id}","status":503},)"
        R"({"fault":"rate_limit","route":"POST /v1beta/models/{id}:batchGenerateContent"},)"
        R"({"fault":"rate_limit","route":"POST /v1beta/models/{id}:generateContent"}])");
    const RawReply get = gemini.get("/v1beta/batches/any");
    EXPECT_EQ(get.status, 503);
    EXPECT_EQ(text_in(object_of(get), "/error/status"), "UNAVAILABLE");
    EXPECT_EQ(gemini.get("/v1beta/batches").status, 200) << "the list works on";
    const json::object create = object_of(gemini.create("files/a"));
    EXPECT_EQ(number_in(create, "/error/code"), 429);
    EXPECT_EQ(text_in(create, "/error/details/0/@type"), "type.googleapis.com/google.rpc.Help");
    const json::object call = object_of(
        gemini.post("/v1beta/models/gemini-2.5-flash:generateContent", gemini_request("a")));
    EXPECT_EQ(text_in(call, "/error/details/0/@type"), "type.googleapis.com/google.rpc.RetryInfo");
}

TEST(GeminiRequestFaults, a_chunk_may_be_cut_and_a_size_be_wrong) {
    GeminiSession cut(R"([{"fault":"cut_request","bytes":10,"nth":1}])");
    const std::string path = GeminiSession::upload_path(cut.start_upload("{}"));
    EXPECT_EQ(cut.send_chunk(path, "{}\n", 0, "upload, finalize").status, 0);
    EXPECT_EQ(cut.send_chunk(path, "{}\n", 0, "upload, finalize").status, 200);
    GeminiSession wrong(R"([{"fault":"wrong_bytes","delta":-1}])");
    EXPECT_EQ(text_in(object_of(wrong.upload("{}\n")), "/file/sizeBytes"), "2");
    GeminiSession taken(R"([{"fault":"name_taken","times":1}])");
    EXPECT_EQ(taken.upload("{}\n").status, 409);
    EXPECT_EQ(taken.upload("{}\n").status, 200);
}

TEST(GeminiRequestFaults, replies_and_names_lie) {
    for (const auto& [as, name] : {std::pair<std::string, std::string>{"missing", "null"},
                                   {"empty", "\"\""},
                                   {"number", "17"}}) {
        GeminiSession gemini(R"([{"fault":"bad_id","as":")" + as + R"("}])");
        const json::object made = object_of(gemini.create(gemini.upload_name(gemini_lines(1))));
        EXPECT_EQ(json::serialize(at(made, "/name")), name);
        EXPECT_EQ(json::serialize(at(made, "/metadata/name")), name);
    }
    GeminiSession gemini(R"([{"fault":"swap_replies","nth":1},{"fault":"show_status","nth":2}])");
    const std::string file = gemini.upload_name(gemini_lines(1));
    const std::string one = text_in(object_of(gemini.create(file)), "/name");
    const std::string two = text_in(object_of(gemini.create(file)), "/name");
    EXPECT_EQ(text_in(gemini.batch(one), "/name"), two);
    EXPECT_EQ(state_of(gemini.batch(one)), "BATCH_STATE_PAUSED");
    GeminiSession kept(R"([{"fault":"delete_ignored"}])");
    const std::string stays = kept.upload_name("{}\n");
    EXPECT_EQ(kept.del("/v1beta/" + stays).body, "{}");
    EXPECT_EQ(kept.get("/v1beta/" + stays).status, 200);
}

TEST(GeminiRequestFaults, rules_know_the_batch_that_a_path_names) {
    GeminiSession gemini(
        R"([{"fault":"http","route":"GET /v1beta/batches/{id}","batch":2,"status":500}])");
    const std::string file = gemini.upload_name(gemini_lines(1));
    const std::string one = text_in(object_of(gemini.create(file)), "/name");
    const std::string two = text_in(object_of(gemini.create(file)), "/name");
    EXPECT_EQ(gemini.get("/v1beta/" + one).status, 200);
    EXPECT_EQ(gemini.get("/v1beta/" + two).status, 500);
}

TEST(GeminiListFaults, lists_lie) {
    const auto shown = [](const std::string& rule, const std::string& query = "?pageSize=2") {
        GeminiSession gemini("[" + rule + "]");
        const std::string file = gemini.upload_name(gemini_lines(1));
        for (int i = 0; i < 3; ++i)
            (void)gemini.create(file);
        return object_of(gemini.get("/v1beta/batches" + query));
    };
    EXPECT_EQ(at(shown(R"({"fault":"list_dup"})"), "/operations").as_array().size(), 3U);
    EXPECT_TRUE(shown(R"({"fault":"list_empty"})").empty());
    EXPECT_FALSE(shown(R"({"fault":"has_more_lies"})").contains("nextPageToken"));
    EXPECT_TRUE(shown(R"({"fault":"list_loop"})", "?pageSize=9").contains("nextPageToken"));
    EXPECT_TRUE(shown(R"({"fault":"list_lag"})").empty());
    EXPECT_TRUE(shown(R"({"fault":"empty_without_page_size"})", "").empty());
    EXPECT_EQ(at(shown(R"({"fault":"empty_without_page_size"})"), "/operations").as_array().size(),
              2U);
}

TEST(GeminiWorld, the_queue_of_a_model_refuses_a_create_with_a_link_only) {
    GeminiSession gemini(R"([{"fault":"token_limit","limit":40}])");
    const std::string file = gemini.upload_name(gemini_lines(2));
    const std::string name = text_in(object_of(gemini.create(file)), "/name");
    ASSERT_FALSE(name.empty());
    const RawReply refused = gemini.create(file);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(text_in(object_of(refused), "/error/status"), "RESOURCE_EXHAUSTED");
    EXPECT_EQ(at(object_of(refused), "/error/details").as_array().size(), 1U);
    EXPECT_EQ(gemini.create(file, "gemini-2.5-pro").status, 200) << "each model has its own";
    EXPECT_EQ(
        gemini.create_inline(R"({"request":)" + gemini_request(std::string(400, 'x')) + "}").status,
        429);
    (void)gemini.finish(name);
    EXPECT_EQ(gemini.create(file).status, 200);
}

TEST(GeminiWorld, files_may_take_time_or_fail) {
    GeminiSession gemini(R"([{"fault":"file_processing","seconds":30}])");
    const std::string file = gemini.upload_name(gemini_lines(1));
    EXPECT_EQ(text_in(object_of(gemini.get("/v1beta/" + file)), "/state"), "PROCESSING");
    EXPECT_EQ(text_in(object_of(gemini.create(file)), "/error/status"), "FAILED_PRECONDITION");
    gemini.session.advance(30);
    EXPECT_EQ(text_in(object_of(gemini.get("/v1beta/" + file)), "/state"), "ACTIVE");
    EXPECT_EQ(gemini.create(file).status, 200);
    GeminiSession failing(R"([{"fault":"file_processing","seconds":0,"then":"FAILED"}])");
    const json::object failed = object_of(failing.upload("{}\n"));
    EXPECT_EQ(text_in(failed, "/file/state"), "FAILED");
    EXPECT_EQ(number_in(failed, "/file/error/code"), 13);
}

TEST(GeminiWorld, things_are_hidden_scoped_limited_and_foreign) {
    GeminiSession hidden(R"([{"fault":"batch_hidden","seconds":5}])");
    const std::string name = hidden.start_batch(gemini_lines(1));
    EXPECT_EQ(hidden.get("/v1beta/" + name).status, 404);
    hidden.session.advance(5);
    EXPECT_EQ(hidden.get("/v1beta/" + name).status, 200);
    GeminiSession scoped(R"([{"fault":"key_scope"}])");
    const std::string file = scoped.upload_name(gemini_lines(1));
    const RawReply other = exchange(scoped.session.port(),
                                    {"GET", "/v1beta/" + file, {"x-goog-api-key: another"}, ""});
    EXPECT_EQ(other.status, 403);
    EXPECT_EQ(text_in(object_of(other), "/error/status"), "PERMISSION_DENIED");
    GeminiSession limited(R"([{"fault":"creates_per_hour","limit":1}])");
    const std::string input = limited.upload_name(gemini_lines(1));
    EXPECT_EQ(limited.create(input).status, 200);
    EXPECT_EQ(limited.create(input).status, 429);
    GeminiSession foreign(R"([{"fault":"foreign_batches","count":2}])");
    const json::object listed = object_of(foreign.get("/v1beta/batches"));
    ASSERT_EQ(at(listed, "/operations").as_array().size(), 2U);
    EXPECT_EQ(text_in(listed, "/operations/0/metadata/displayName"), "somebody-else");
    GeminiSession short_lived(R"([{"fault":"retention","seconds":60}])");
    const json::object done = short_lived.finish(short_lived.start_batch(gemini_lines(1)));
    short_lived.session.advance(61);
    EXPECT_EQ(
        short_lived
            .get("/v1beta/" + text_in(done, "/response/responsesFile") + ":download?alt=media")
            .status,
        404);
}

TEST(GeminiContentFaults, a_download_may_be_another_or_break_off) {
    GeminiSession gemini(R"([{"fault":"swap_results","nth":1},{"fault":"truncate","nth":2},)"
                         R"({"fault":"redirect","nth":3}])");
    const json::object one = gemini.finish(gemini.start_batch(gemini_lines(1, "one")));
    const json::object two = gemini.finish(gemini.start_batch(gemini_lines(2, "two")));
    EXPECT_EQ(gemini.lines(one).size(), 2U);
    const std::string target =
        "/download/v1beta/" + text_in(one, "/response/responsesFile") + ":download?alt=media";
    EXPECT_FALSE(gemini.get(target).complete);
    const RawReply redirect = gemini.get(target);
    EXPECT_EQ(redirect.status, 302);
    EXPECT_TRUE(redirect.headers.at("location").starts_with(target));
}

}  // namespace
}  // namespace overnight::test
