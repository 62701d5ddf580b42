// Faults in Anthropic's dialect: of lines, batches, requests and the world.
#include "anthropic_session.hpp"

#include <gtest/gtest.h>

#include <set>

namespace overnight::test {
namespace {

namespace json = boost::json;

std::string counts_of(const json::object& batch) {
    return json::serialize(at(batch, "/request_counts"));
}

std::vector<std::string> ids_of(const std::vector<json::object>& lines) {
    std::vector<std::string> ids;
    for (const json::object& line : lines)
        ids.push_back(text_in(line, "/custom_id"));
    return ids;
}

// A batch of ten under a rule, from its creation to its end.
struct Finished {
    json::object batch;
    std::vector<json::object> lines;
    std::size_t billed = 0;
};

Finished finish_ten(const std::string& faults) {
    AnthropicSession session(faults);
    const std::string id = session.start(batch_of(10));
    Finished finished{session.finish(id), {}, 0};
    finished.lines = session.results(id);
    finished.billed = session.ledger("billed").size();
    return finished;
}

// --- batches

TEST(AnthropicFaults, an_expired_batch_has_a_line_for_what_never_ran) {
    const Finished seen = finish_ten(R"([{"fault":"expire","done":0.3}])");
    EXPECT_EQ(text_in(seen.batch, "/processing_status"), "ended");
    EXPECT_EQ(counts_of(seen.batch),
              R"({"processing":0,"succeeded":3,"errored":0,"canceled":0,"expired":7})");
    EXPECT_TRUE(at(seen.batch, "/cancel_initiated_at").is_null());
    EXPECT_EQ(seen.lines.size(), 10U);
    EXPECT_EQ(count_of(seen.lines, "expired"), 7U);
    EXPECT_EQ(json::serialize(at(line_of(seen.lines, "c10"), "/result")), R"({"type":"expired"})");
    EXPECT_EQ(seen.billed, 3U);
}

TEST(AnthropicFaults, what_never_ran_may_say_that_the_servers_were_full) {
    const Finished seen = finish_ten(R"([{"fault":"expire","done":0.3,"overloaded":1}])");
    EXPECT_EQ(counts_of(seen.batch),
              R"({"processing":0,"succeeded":3,"errored":7,"canceled":0,"expired":0})");
    EXPECT_EQ(text_in(line_of(seen.lines, "c10"), "/result/error/error/type"), "overloaded_error");
}

TEST(AnthropicFaults, a_batch_may_cancel_itself) {
    const Finished seen = finish_ten(R"([{"fault":"self_cancel","done":0.5}])");
    EXPECT_EQ(counts_of(seen.batch),
              R"({"processing":0,"succeeded":5,"errored":0,"canceled":5,"expired":0})");
    EXPECT_EQ(count_of(seen.lines, "canceled"), 5U);
}

TEST(AnthropicFaults, a_failed_validation_is_one_of_every_request) {
    const Finished seen = finish_ten(R"([{"fault":"validate_fail","message":"No such thing."}])");
    EXPECT_EQ(counts_of(seen.batch),
              R"({"processing":0,"succeeded":0,"errored":10,"canceled":0,"expired":0})");
    const json::object line = line_of(seen.lines, "c1");
    EXPECT_EQ(text_in(line, "/result/error/error/type"), "invalid_request_error");
    EXPECT_EQ(text_in(line, "/result/error/error/message"), "No such thing.");
    EXPECT_EQ(seen.billed, 0U);
}

TEST(AnthropicFaults, all_requests_may_fail) {
    const Finished seen = finish_ten(R"([{"fault":"all_failed","status":529}])");
    EXPECT_EQ(number_in(seen.batch, "/request_counts/errored"), 10);
    EXPECT_EQ(text_in(line_of(seen.lines, "c1"), "/result/error/error/type"), "overloaded_error");
}

TEST(AnthropicFaults, lines_come_in_another_order) {
    const auto straight = ids_of(finish_ten("").lines);
    const auto shuffled = ids_of(finish_ten(R"([{"fault":"shuffle"}])").lines);
    EXPECT_NE(straight, shuffled);
    EXPECT_EQ(std::set<std::string>(straight.begin(), straight.end()),
              std::set<std::string>(shuffled.begin(), shuffled.end()));
}

TEST(AnthropicFaults, lines_are_doubled_invented_dropped_and_cut) {
    EXPECT_EQ(ids_of(finish_ten(R"([{"fault":"duplicate_lines","lines":[2]}])").lines).size(), 11U);
    const auto failed =
        finish_ten(R"([{"fault":"duplicate_lines","lines":[2],"body":"failed"}])").lines;
    EXPECT_EQ(count_of(failed, "errored"), 1U);
    EXPECT_EQ(text_in(failed[2], "/custom_id"), "c2");
    const auto invented = finish_ten(R"([{"fault":"unknown_lines","count":2}])").lines;
    ASSERT_EQ(invented.size(), 12U);
    EXPECT_EQ(text_in(line_of(invented, "unknown-1"), "/result/type"), "succeeded");
    const Finished dropped = finish_ten(R"([{"fault":"drop_lines","lines":[3,4]}])");
    EXPECT_EQ(dropped.lines.size(), 8U);
    EXPECT_EQ(dropped.billed, 10U);
    EXPECT_TRUE(
        finish_ten(R"([{"fault":"corrupt_line","lines":[5]}])").lines[4].contains("unreadable"));
}

TEST(AnthropicFaults, a_batch_is_stuck_until_it_is_cancelled) {
    AnthropicSession session(R"([{"fault":"stuck","state":"in_progress"}])");
    const std::string id = session.start(batch_of(2));
    session.run_lines(id, 2);
    session.advance(100'000);
    EXPECT_EQ(text_in(session.batch(id), "/processing_status"), "in_progress");
    session.call("POST", "/v1/messages/batches/" + id + "/cancel", "");
    EXPECT_EQ(number_in(session.finish(id), "/request_counts/succeeded"), 2);
}

TEST(AnthropicFaults, cancelling_takes_its_time_or_comes_too_late) {
    AnthropicSession slow(R"([{"fault":"cancel_slow","seconds":1000}])");
    const std::string id = slow.start(batch_of(2));
    slow.call("POST", "/v1/messages/batches/" + id + "/cancel", "");
    slow.advance(900);
    EXPECT_EQ(text_in(slow.batch(id), "/processing_status"), "canceling");
    AnthropicSession late(R"([{"fault":"cancel_completes"}])");
    const std::string other = late.start(batch_of(2));
    late.call("POST", "/v1/messages/batches/" + other + "/cancel", "");
    EXPECT_EQ(number_in(late.finish(other), "/request_counts/succeeded"), 2);
}

TEST(AnthropicFaults, a_batch_tells_lies_about_itself) {
    AnthropicSession counts(R"([{"fault":"wrong_counts","completed":7,"failed":1}])");
    EXPECT_EQ(number_in(counts.finish(counts.start(batch_of(2))), "/request_counts/succeeded"), 7);
    AnthropicSession url(R"([{"fault":"empty_ids"}])");
    EXPECT_EQ(at(object_of(url.create(batch_of(1))), "/results_url"), "");
    AnthropicSession missing(R"([{"fault":"empty_ids","as":"missing"}])");
    EXPECT_FALSE(object_of(missing.create(batch_of(1))).contains("results_url"));
    AnthropicSession skewed(R"([{"fault":"skew_created","seconds":-86400}])");
    AnthropicSession honest;
    EXPECT_LT(text_in(object_of(skewed.create(batch_of(1))), "/created_at"),
              text_in(object_of(honest.create(batch_of(1))), "/created_at"));
}

TEST(AnthropicFaults, results_answer_404_for_a_while_after_the_end) {
    AnthropicSession session(R"([{"fault":"files_late","seconds":60}])");
    const std::string id = session.start(batch_of(2));
    const json::object ended = session.finish(id);
    EXPECT_FALSE(text_in(ended, "/results_url").empty());
    EXPECT_EQ(session.get("/v1/messages/batches/" + id + "/results").status, 404);
    session.advance(60);
    EXPECT_EQ(session.results(id).size(), 2U);
}

// --- lines

TEST(AnthropicFaults, a_line_fails_for_some_tries) {
    AnthropicSession session(
        R"([{"fault":"line_error","status":529,"tries":1,"contains":"number 2"}])");
    const std::string body = batch_of(3);
    const std::string first = session.start(body);
    session.finish(first);
    EXPECT_EQ(text_in(line_of(session.results(first), "c2"), "/result/error/error/type"),
              "overloaded_error");
    const std::string second = session.start(body);
    EXPECT_EQ(number_in(session.finish(second), "/request_counts/succeeded"), 3);
}

TEST(AnthropicFaults, an_error_of_a_line_may_have_a_code) {
    const Finished seen = finish_ten(
        R"([{"fault":"line_error","status":429,"code":"enforced_spend_limit_reached"}])");
    EXPECT_EQ(text_in(line_of(seen.lines, "c1"), "/result/error/error/details/error_code"),
              "enforced_spend_limit_reached");
}

TEST(AnthropicFaults, rows_of_a_pack_are_left_out) {
    AnthropicSession session(R"([{"fault":"missing_rows","rows":["r2"]}])");
    const std::string id = session.start(batch_with({element(
        "pack", message_body(
                    R"({"r1":"a b","r2":"c d"})",
                    R"(,"output_config":{"format":{"type":"json_schema","schema":{"type":"object",)"
                    R"("properties":{"r1":{"type":"string"},"r2":{"type":"string"}},)"
                    R"("required":["r1","r2"],"additionalProperties":false}}})"))}));
    session.finish(id);
    const json::object answer =
        json::parse(text_in(session.results(id)[0], "/result/message/content/0/text")).as_object();
    EXPECT_TRUE(answer.contains("r1"));
    EXPECT_FALSE(answer.contains("r2"));
}

TEST(AnthropicFaults, usage_and_model_are_wrong) {
    const auto absent = finish_ten(R"([{"fault":"usage_wrong"}])").lines[0];
    EXPECT_TRUE(at(absent, "/result/message/usage").is_null());
    const auto negative = finish_ten(R"([{"fault":"usage_wrong","usage":"negative"}])").lines[0];
    EXPECT_EQ(number_in(negative, "/result/message/usage/input_tokens"), -1);
    EXPECT_EQ(text_in(finish_ten(R"([{"fault":"other_model","name":"x"}])").lines[0],
                      "/result/message/model"),
              "x");
}

// --- requests

TEST(AnthropicFaults, default_routes_are_those_of_the_dialect) {
    for (const auto& [fault, status, type] : {std::tuple{"apply_then_5xx", 500, "application/json"},
                                              {"reject_html", 200, "text/html; charset=utf-8"},
                                              {"echo_key", 400, "application/json"}}) {
        AnthropicSession session(R"([{"fault":")" + std::string(fault) + R"("}])");
        const RawReply reply = session.create(batch_of(1));
        EXPECT_EQ(reply.status, status) << fault;
        EXPECT_EQ(reply.headers.at("content-type"), type) << fault;
        EXPECT_EQ(session.get("/v1/messages/batches").status, 200) << fault;
    }
    AnthropicSession session(R"([{"fault":"echo_key"}])");
    EXPECT_NE(session.create(batch_of(1)).body.find("sk-ant-test"), std::string::npos);
}

TEST(AnthropicFaults, servers_fail_in_the_dialects_words) {
    AnthropicSession session(
        R"([{"fault":"http","status":529,"route":"GET /v1/messages/batches","times":1},
            {"fault":"rate_limit","route":"GET /v1/models","retry_after":7}])");
    const RawReply full = session.get("/v1/messages/batches");
    EXPECT_EQ(full.status, 529);
    EXPECT_EQ(text_in(object_of(full), "/error/type"), "overloaded_error");
    EXPECT_EQ(text_in(object_of(full), "/request_id"), full.headers.at("request-id"));
    EXPECT_EQ(session.get("/v1/messages/batches").status, 200);
    const RawReply limited = session.get("/v1/models");
    EXPECT_EQ(limited.status, 429);
    EXPECT_EQ(text_in(object_of(limited), "/error/type"), "rate_limit_error");
    EXPECT_EQ(limited.headers.at("retry-after"), "7");
}

TEST(AnthropicFaults, a_create_takes_effect_without_its_caller_knowing) {
    struct Row {
        const char* rule;
        std::size_t at_once;
        std::size_t later;
    };
    for (const Row& row :
         {Row{R"([{"fault":"apply_then_drop"}])", 1, 1},
          Row{R"([{"fault":"apply_then_5xx"}])", 1, 1}, Row{R"([{"fault":"drop"}])", 0, 0},
          Row{R"([{"fault":"late_apply","seconds":60}])", 0, 1},
          Row{R"([{"fault":"dup_apply"}])", 2, 2},
          Row{R"([{"fault":"cut_request","route":"POST /v1/messages/batches","bytes":50}])", 0,
              0}}) {
        AnthropicSession session(row.rule);
        session.create(batch_of(2));
        EXPECT_EQ(session.ledger("create").size(), row.at_once) << row.rule;
        session.advance(61);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
        while (session.ledger("create").size() < row.later &&
               std::chrono::steady_clock::now() < deadline)
            session.get("/v1/messages/batches");
        EXPECT_EQ(session.ledger("create").size(), row.later) << row.rule;
    }
}

TEST(AnthropicFaults, a_batch_applied_late_has_all_its_requests) {
    AnthropicSession session(R"([{"fault":"late_apply","seconds":60}])");
    session.create(batch_of(3));
    session.advance(61);
    json::object page;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    do {
        page = object_of(session.get("/v1/messages/batches"));
    } while (at(page, "/data").as_array().empty() && std::chrono::steady_clock::now() < deadline);
    const std::string id = text_in(page, "/first_id");
    EXPECT_EQ(number_in(session.finish(id), "/request_counts/succeeded"), 3);
}

TEST(AnthropicFaults, results_are_broken_on_the_way) {
    AnthropicSession cut(R"([{"fault":"truncate","part":0.5}])");
    std::string id = cut.start(batch_of(5));
    cut.finish(id);
    EXPECT_FALSE(cut.get("/v1/messages/batches/" + id + "/results").complete);
    AnthropicSession swapped(R"([{"fault":"swap_results"}])");
    const std::string other = swapped.start(batch_with({element("other", message_body("x"))}));
    id = swapped.start(batch_of(1));
    swapped.finish(other);
    swapped.finish(id);
    EXPECT_EQ(ids_of(swapped.results(id)), std::vector<std::string>{"other"});
}

TEST(AnthropicFaults, replies_show_other_batches_statuses_and_ids) {
    AnthropicSession status(R"([{"fault":"show_status","status":"paused"}])");
    EXPECT_EQ(text_in(status.batch(status.start(batch_of(1))), "/processing_status"), "paused");
    AnthropicSession swapped(R"([{"fault":"swap_replies"}])");
    const std::string first = swapped.start(batch_of(1));
    const std::string second = swapped.start(batch_of(1));
    EXPECT_EQ(text_in(swapped.batch(first), "/id"), second);
    AnthropicSession id(R"([{"fault":"bad_id","as":"number"}])");
    EXPECT_EQ(at(object_of(id.create(batch_of(1))), "/id"), 17);
    AnthropicSession missing(R"([{"fault":"bad_id"}])");
    EXPECT_FALSE(object_of(missing.create(batch_of(1))).contains("id"));
}

TEST(AnthropicFaults, lists_lie) {
    AnthropicSession session;
    std::vector<std::string> ids;
    for (int i = 0; i < 4; ++i)
        ids.insert(ids.begin(), session.start(batch_of(1)));
    const auto page = [&](const std::string& rule, const std::string& query) {
        session.session().emulator().set_faults("[" + rule + "]").value();
        return object_of(session.get("/v1/messages/batches" + query));
    };
    const auto data = [](const json::object& one) {
        std::vector<std::string> listed;
        for (const auto& item : at(one, "/data").as_array())
            listed.push_back(text_in(item.as_object(), "/id"));
        return listed;
    };
    EXPECT_TRUE(data(page(R"({"fault":"list_empty"})", "")).empty());
    EXPECT_EQ(data(page(R"({"fault":"list_reverse"})", "")),
              std::vector<std::string>(ids.rbegin(), ids.rend()));
    EXPECT_LT(data(page(R"({"fault":"list_drop","part":1})", "")).size(), 4U);
    const json::object loop = page(R"({"fault":"list_loop"})", "?limit=2&after_id=" + ids[1]);
    EXPECT_EQ(text_in(loop, "/first_id"), ids[0]);
    EXPECT_EQ(at(loop, "/has_more"), true);
    EXPECT_EQ(data(page(R"({"fault":"list_dup"})", "?limit=2&after_id=" + ids[1])),
              (std::vector{ids[1], ids[2], ids[2]}));
    EXPECT_EQ(at(page(R"({"fault":"has_more_lies"})", "?limit=2"), "/has_more"), false);
}

TEST(AnthropicFaults, a_delete_is_ignored) {
    AnthropicSession session(R"([{"fault":"delete_ignored"}])");
    const std::string id = session.start(batch_of(1));
    session.finish(id);
    EXPECT_EQ(session.call("DELETE", "/v1/messages/batches/" + id).status, 200);
    EXPECT_EQ(session.get("/v1/messages/batches/" + id).status, 200);
}

// --- the world

TEST(AnthropicFaults, young_batches_are_hidden) {
    AnthropicSession session(
        R"([{"fault":"batch_hidden","seconds":5},{"fault":"list_lag","seconds":60}])");
    const std::string id = session.start(batch_of(1));
    EXPECT_EQ(session.get("/v1/messages/batches/" + id).status, 404);
    session.advance(6);
    EXPECT_EQ(session.get("/v1/messages/batches/" + id).status, 200);
    EXPECT_TRUE(at(object_of(session.get("/v1/messages/batches")), "/data").as_array().empty());
    session.advance(60);
    EXPECT_EQ(at(object_of(session.get("/v1/messages/batches")), "/data").as_array().size(), 1U);
}

TEST(AnthropicFaults, a_full_queue_refuses_a_create_until_a_batch_has_ended) {
    AnthropicSession session(R"([{"fault":"token_limit","limit":200}])");
    const std::string id = session.start(batch_of(8));
    const RawReply refused = session.create(batch_of(8));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(text_in(object_of(refused), "/error/type"), "rate_limit_error");
    EXPECT_EQ(session.ledger("create").size(), 1U);
    session.finish(id);
    EXPECT_EQ(session.create(batch_of(8)).status, 200);
}

TEST(AnthropicFaults, creates_are_limited_by_the_hour) {
    AnthropicSession session(R"([{"fault":"creates_per_hour","limit":1}])");
    session.session().start_batch(chat_lines(1));
    EXPECT_EQ(session.create(batch_of(1)).status, 200) << "other dialects do not count";
    EXPECT_EQ(session.create(batch_of(1)).status, 429);
    session.advance(3'601);
    EXPECT_EQ(session.create(batch_of(1)).status, 200);
}

TEST(AnthropicFaults, somebody_elses_batches_are_listed_and_have_their_own_results) {
    AnthropicSession session(R"([{"fault":"foreign_batches","count":2}])");
    const json::object page = object_of(session.get("/v1/messages/batches"));
    ASSERT_EQ(at(page, "/data").as_array().size(), 2U);
    const auto lines = session.results(text_in(page, "/first_id"));
    EXPECT_EQ(ids_of(lines), std::vector<std::string>{"somebody-else-1"});
    EXPECT_TRUE(session.ledger("create").empty());
}

TEST(AnthropicFaults, keys_are_refused_and_see_only_their_own) {
    AnthropicSession bad(R"([{"fault":"bad_key"}])");
    const RawReply refused = bad.create(batch_of(1));
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(text_in(object_of(refused), "/error/type"), "authentication_error");
    AnthropicSession scoped(R"([{"fault":"key_scope"}])");
    const std::string id = scoped.start(batch_of(1));
    EXPECT_EQ(scoped.call("GET", "/v1/messages/batches/" + id, "", {"x-api-key: another"}).status,
              404);
    EXPECT_EQ(scoped.get("/v1/messages/batches/" + id).status, 200);
}

TEST(AnthropicFaults, results_are_archived_early) {
    AnthropicSession session(R"([{"fault":"retention","seconds":30}])");
    const std::string id = session.start(batch_of(1));
    session.finish(id);
    session.advance(31);
    EXPECT_EQ(session.get("/v1/messages/batches/" + id + "/results").status, 404);
    EXPECT_FALSE(text_in(session.batch(id), "/archived_at").empty());
}

}  // namespace
}  // namespace overnight::test
