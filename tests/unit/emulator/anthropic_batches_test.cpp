// Message batches over HTTP: their shapes, their life, their results (providers/anthropic.md 2).
#include "anthropic_session.hpp"
#include "emulator/hashing.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace overnight::test {
namespace {

namespace json = boost::json;

std::int64_t total_of(const json::object& batch) {
    std::int64_t total = 0;
    for (const auto& count : at(batch, "/request_counts").as_object())
        total += count.value().as_int64();
    return total;
}

std::vector<std::string> names_of(const json::object& object) {
    std::vector<std::string> names;
    for (const auto& member : object)
        names.emplace_back(member.key());
    return names;
}

std::vector<std::string> listed(const json::object& page) {
    std::vector<std::string> ids;
    for (const auto& one : at(page, "/data").as_array())
        ids.push_back(text_in(one.as_object(), "/id"));
    return ids;
}

TEST(AnthropicBatches, a_new_batch_has_every_member) {
    AnthropicSession session;
    const RawReply reply = session.create(batch_of(3));
    ASSERT_EQ(reply.status, 200) << reply.wire;
    const json::object batch = object_of(reply);
    EXPECT_EQ(names_of(batch),
              (std::vector<std::string>{"id", "type", "processing_status", "request_counts",
                                        "created_at", "expires_at", "ended_at",
                                        "cancel_initiated_at", "archived_at", "results_url"}));
    EXPECT_TRUE(text_in(batch, "/id").starts_with("msgbatch_01"));
    EXPECT_EQ(text_in(batch, "/type"), "message_batch");
    EXPECT_EQ(text_in(batch, "/processing_status"), "in_progress");
    EXPECT_EQ(json::serialize(at(batch, "/request_counts")),
              R"({"processing":3,"succeeded":0,"errored":0,"canceled":0,"expired":0})");
    const std::regex form(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00)");
    EXPECT_TRUE(std::regex_match(text_in(batch, "/created_at"), form));
    EXPECT_TRUE(std::regex_match(text_in(batch, "/expires_at"), form));
    EXPECT_LT(text_in(batch, "/created_at"), text_in(batch, "/expires_at"));
    for (const char* name : {"/ended_at", "/cancel_initiated_at", "/archived_at", "/results_url"})
        EXPECT_TRUE(at(batch, name).is_null()) << name;
    EXPECT_TRUE(reply.headers.at("request-id").starts_with("req_"));
    EXPECT_FALSE(reply.headers.at("anthropic-organization-id").empty());
    EXPECT_FALSE(reply.headers.contains("openai-version"));
}

TEST(AnthropicBatches, counts_show_no_progress_until_the_batch_has_ended) {
    AnthropicSession session;
    const std::string id = session.start(batch_of(40));
    session.run_lines(id, 10);
    const json::object running = session.batch(id);
    EXPECT_EQ(text_in(running, "/processing_status"), "in_progress");
    EXPECT_EQ(number_in(running, "/request_counts/processing"), 40);
    EXPECT_EQ(number_in(running, "/request_counts/succeeded"), 0);
    const json::object ended = session.finish(id);
    EXPECT_EQ(json::serialize(at(ended, "/request_counts")),
              R"({"processing":0,"succeeded":40,"errored":0,"canceled":0,"expired":0})");
    EXPECT_FALSE(text_in(ended, "/ended_at").empty());
    EXPECT_EQ(text_in(ended, "/results_url"),
              "http://127.0.0.1/v1/messages/batches/" + id + "/results");
}

TEST(AnthropicBatches, results_are_json_lines_with_messages) {
    AnthropicSession session;
    const std::string id = session.start(batch_of(5));
    session.finish(id);
    const RawReply reply = session.get("/v1/messages/batches/" + id + "/results");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.headers.at("content-type"), "application/x-jsonl");
    EXPECT_TRUE(reply.complete);
    const auto lines = session.results(id);
    ASSERT_EQ(lines.size(), 5U);
    const json::object line = line_of(lines, "c2");
    EXPECT_EQ(names_of(line), (std::vector<std::string>{"custom_id", "result"}));
    EXPECT_EQ(text_in(line, "/result/type"), "succeeded");
    EXPECT_EQ(text_in(line, "/result/message/type"), "message");
    EXPECT_TRUE(text_in(line, "/result/message/id").starts_with("msg_01"));
    EXPECT_EQ(text_in(line, "/result/message/role"), "assistant");
    EXPECT_EQ(text_in(line, "/result/message/model"), "claude-haiku-5-5");
    EXPECT_EQ(text_in(line, "/result/message/content/0/type"), "text");
    EXPECT_EQ(text_in(line, "/result/message/stop_reason"), "end_turn");
    EXPECT_TRUE(at(line, "/result/message/stop_sequence").is_null());
    EXPECT_EQ(text_in(line, "/result/message/usage/service_tier"), "batch");
    EXPECT_GT(number_in(line, "/result/message/usage/input_tokens"), 0);
    EXPECT_EQ(number_in(line, "/result/message/usage/cache_read_input_tokens"), 0);
    EXPECT_EQ(number_in(line, "/result/message/usage/cache_creation_input_tokens"), 0);
}

TEST(AnthropicBatches, what_is_wrong_with_a_request_shows_in_its_line_and_is_not_billed) {
    AnthropicSession session;
    const std::string id = session.start(batch_with({
        element("good", message_body("hello")),
        element("stream", message_body("x", R"(,"stream":true)")),
        element("speed", message_body("x", R"(,"speed":"fast")")),
        element("no-model", R"({"max_tokens":5,"messages":[{"role":"user","content":"x"}]})"),
        element("no-limit", R"({"model":"m","messages":[{"role":"user","content":"x"}]})"),
        element("zero",
                R"({"model":"m","max_tokens":0,"messages":[{"role":"user","content":"x"}]})"),
        element("no-messages", R"({"model":"m","max_tokens":5})"),
        element("role",
                R"({"model":"m","max_tokens":5,"messages":[{"role":"bot","content":"x"}]})"),
    }));
    const json::object batch = session.finish(id);
    EXPECT_EQ(number_in(batch, "/request_counts/succeeded"), 1);
    EXPECT_EQ(number_in(batch, "/request_counts/errored"), 7);
    const auto lines = session.results(id);
    for (const char* name :
         {"stream", "speed", "no-model", "no-limit", "zero", "no-messages", "role"}) {
        const json::object line = line_of(lines, name);
        EXPECT_EQ(text_in(line, "/result/type"), "errored") << name;
        EXPECT_EQ(text_in(line, "/result/error/type"), "error") << name;
        EXPECT_TRUE(text_in(line, "/result/error/request_id").starts_with("req_")) << name;
        EXPECT_EQ(text_in(line, "/result/error/error/type"), "invalid_request_error") << name;
        EXPECT_FALSE(text_in(line, "/result/error/error/message").empty()) << name;
    }
    const auto billed = session.ledger("billed");
    ASSERT_EQ(billed.size(), 1U);
    EXPECT_EQ(text_in(billed[0], "/custom_id"), "good");
}

TEST(AnthropicBatches, a_version_without_sampling_refuses_it_by_line) {
    AnthropicSession session;
    const std::string body = batch_with({element("hot", message_body("x", R"(,"temperature":1.0)")),
                                         element("plain", message_body("x"))});
    for (const auto& [version, errored] :
         {std::pair{"2023-06-01", 0}, std::pair{"2026-10-21", 1}}) {
        const RawReply reply = session.call("POST", "/v1/messages/batches", body,
                                            {"anthropic-version: " + std::string(version)});
        const json::object batch = session.finish(text_in(object_of(reply), "/id"));
        EXPECT_EQ(number_in(batch, "/request_counts/errored"), errored) << version;
    }
}

TEST(AnthropicBatches, the_ledger_knows_creates_and_bills) {
    AnthropicSession session;
    const std::string params = message_body("hello");
    const std::string id = session.start(batch_with({element("row-1", params)}));
    session.finish(id);
    const auto creates = session.ledger("create");
    ASSERT_EQ(creates.size(), 1U);
    EXPECT_EQ(text_in(creates[0], "/batch"), id);
    EXPECT_EQ(text_in(creates[0], "/endpoint"), "/v1/messages");
    EXPECT_TRUE(at(creates[0], "/tag").is_null());
    EXPECT_TRUE(at(creates[0], "/input_file").is_null());
    const auto billed = session.ledger("billed");
    ASSERT_EQ(billed.size(), 1U);
    EXPECT_EQ(text_in(billed[0], "/batch"), id);
    EXPECT_EQ(text_in(billed[0], "/custom_id"), "row-1");
    EXPECT_EQ(text_in(billed[0], "/tier"), "batch");
    EXPECT_EQ(text_in(billed[0], "/request_sha256"), emulator::sha256(params).hex());
    EXPECT_TRUE(session.ledger("upload").empty());
}

TEST(AnthropicBatches, a_cancel_leaves_a_line_for_every_request) {
    AnthropicSession session;
    const std::string id = session.start(batch_of(40));
    session.run_lines(id, 10);
    const RawReply reply = session.call("POST", "/v1/messages/batches/" + id + "/cancel", "");
    ASSERT_EQ(reply.status, 200) << reply.wire;
    const json::object canceling = object_of(reply);
    EXPECT_EQ(text_in(canceling, "/processing_status"), "canceling");
    EXPECT_FALSE(text_in(canceling, "/cancel_initiated_at").empty());
    EXPECT_EQ(number_in(canceling, "/request_counts/processing"), 40);
    const json::object ended = session.finish(id);
    const auto lines = session.results(id);
    ASSERT_EQ(lines.size(), 40U);
    std::set<std::string> ids;
    for (const json::object& line : lines)
        ids.insert(text_in(line, "/custom_id"));
    EXPECT_EQ(ids.size(), 40U);
    EXPECT_EQ(total_of(ended), 40);
    EXPECT_GT(count_of(lines, "canceled"), 0U);
    EXPECT_EQ(static_cast<std::int64_t>(count_of(lines, "canceled")),
              number_in(ended, "/request_counts/canceled"));
    EXPECT_EQ(count_of(lines, "succeeded"), session.ledger("billed").size());
    EXPECT_EQ(session.ledger("cancel").size(), 1U);
    const RawReply late = session.call("POST", "/v1/messages/batches/" + id + "/cancel", "");
    EXPECT_EQ(late.status, 400);
}

TEST(AnthropicBatches, a_cancel_before_anything_ran_cancels_every_request) {
    AnthropicSession session;
    const std::string id = session.start(batch_of(7));
    session.call("POST", "/v1/messages/batches/" + id + "/cancel", "");
    const json::object ended = session.finish(id);
    EXPECT_EQ(number_in(ended, "/request_counts/canceled"), 7);
    EXPECT_EQ(count_of(session.results(id), "canceled"), 7U);
    EXPECT_TRUE(session.ledger("billed").empty());
}

TEST(AnthropicBatches, lists_are_newest_first_and_go_both_ways) {
    AnthropicSession session;
    std::vector<std::string> ids;
    for (int i = 0; i < 25; ++i) {
        ids.insert(ids.begin(), session.start(batch_of(1)));
        session.advance(1);
    }
    const auto page = [&](const std::string& query) {
        return object_of(session.get("/v1/messages/batches" + query));
    };
    const json::object first = page("");
    EXPECT_EQ(names_of(first),
              (std::vector<std::string>{"data", "has_more", "first_id", "last_id"}));
    EXPECT_EQ(listed(first), std::vector<std::string>(ids.begin(), ids.begin() + 20));
    EXPECT_EQ(at(first, "/has_more"), true);
    EXPECT_EQ(text_in(first, "/first_id"), ids[0]);
    EXPECT_EQ(text_in(first, "/last_id"), ids[19]);
    const json::object second = page("?after_id=" + ids[19]);
    EXPECT_EQ(listed(second), std::vector<std::string>(ids.begin() + 20, ids.end()));
    EXPECT_EQ(at(second, "/has_more"), false);
    const json::object newer = page("?limit=3&before_id=" + ids[10]);
    EXPECT_EQ(listed(newer), std::vector<std::string>(ids.begin() + 7, ids.begin() + 10));
    EXPECT_EQ(at(newer, "/has_more"), true);
    EXPECT_EQ(listed(page("?limit=1000")), ids);
    const json::object beyond = page("?after_id=" + ids.back());
    EXPECT_TRUE(at(beyond, "/data").as_array().empty());
    EXPECT_TRUE(at(beyond, "/first_id").is_null());
    for (const char* limit : {"0", "1001", "x", "-1"})
        EXPECT_EQ(session.get("/v1/messages/batches?limit=" + std::string(limit)).status, 400);
    EXPECT_EQ(session.get("/v1/messages/batches?after_id=msgbatch_none").status, 404);
}

TEST(AnthropicBatches, only_an_ended_batch_can_be_deleted) {
    AnthropicSession session;
    const std::string id = session.start(batch_of(2));
    const RawReply early = session.call("DELETE", "/v1/messages/batches/" + id);
    EXPECT_EQ(early.status, 400);
    EXPECT_EQ(text_in(object_of(early), "/error/type"), "invalid_request_error");
    session.finish(id);
    const RawReply gone = session.call("DELETE", "/v1/messages/batches/" + id);
    EXPECT_EQ(gone.body, R"({"id":")" + id + R"(","type":"message_batch_deleted"})");
    EXPECT_EQ(session.get("/v1/messages/batches/" + id).status, 404);
    EXPECT_EQ(session.get("/v1/messages/batches/" + id + "/results").status, 404);
    EXPECT_TRUE(listed(object_of(session.get("/v1/messages/batches"))).empty());
    EXPECT_EQ(session.ledger("delete").size(), 1U);
}

TEST(AnthropicBatches, results_are_there_from_the_end_to_the_29th_day_after_the_creation) {
    AnthropicSession session;
    const std::string id = session.start(batch_of(2));
    const RawReply early = session.get("/v1/messages/batches/" + id + "/results");
    EXPECT_EQ(early.status, 400);
    EXPECT_EQ(text_in(object_of(early), "/type"), "error");
    session.finish(id);
    session.advance(29 * 86'400 - 3'600);
    EXPECT_EQ(session.results(id).size(), 2U);
    EXPECT_TRUE(at(session.batch(id), "/archived_at").is_null());
    session.advance(3'600);
    EXPECT_EQ(session.get("/v1/messages/batches/" + id + "/results").status, 404);
    const json::object archived = session.batch(id);
    EXPECT_FALSE(text_in(archived, "/archived_at").empty());
    EXPECT_EQ(number_in(archived, "/request_counts/succeeded"), 2);
}

TEST(AnthropicBatches, what_has_not_run_a_day_after_the_creation_expires) {
    AnthropicSession session(R"([{"fault":"batch_time","seconds":172800}])");
    const std::string id = session.start(batch_of(40));
    session.wait_for_state("in_progress");
    session.advance(23 * 3'600);
    EXPECT_EQ(text_in(session.batch(id), "/processing_status"), "in_progress");
    session.advance(30 * 3'600);
    const json::object ended = session.finish(id);
    const std::int64_t ran = number_in(ended, "/request_counts/succeeded");
    EXPECT_GE(ran, 18);
    EXPECT_LE(ran, 20) << "what was due by the expiry, and no more";
    EXPECT_EQ(number_in(ended, "/request_counts/expired"), 40 - ran);
    EXPECT_EQ(count_of(session.results(id), "expired"), static_cast<std::size_t>(40 - ran));
    EXPECT_EQ(session.ledger("billed").size(), static_cast<std::size_t>(ran));
}

TEST(AnthropicBatches, a_restarted_emulator_goes_on_and_bills_nothing_twice) {
    const TempDirectory state;
    std::string running;
    std::string ended;
    std::string deleted;
    {
        AnthropicSession session("", state.path());
        ended = session.start(batch_of(3));
        deleted = session.start(batch_of(1));
        session.finish(deleted);
        session.finish(ended);
        session.call("DELETE", "/v1/messages/batches/" + deleted);
        running = session.start(batch_of(40));
        session.run_lines(running, 14);
    }
    AnthropicSession session("", state.path());
    EXPECT_EQ(session.results(ended).size(), 3U);
    EXPECT_EQ(session.get("/v1/messages/batches/" + deleted).status, 404);
    EXPECT_EQ(number_in(session.batch(running), "/request_counts/processing"), 40);
    EXPECT_EQ(number_in(session.finish(running), "/request_counts/succeeded"), 40);
    EXPECT_EQ(session.results(running).size(), 40U);
    EXPECT_EQ(session.ledger("billed").size(), 44U);
}

TEST(AnthropicBatches, dialects_do_not_see_each_other) {
    AnthropicSession session;
    const std::string theirs = session.session().start_batch(chat_lines(1));
    const std::string ours = session.start(batch_of(1));
    EXPECT_EQ(session.get("/v1/messages/batches/" + theirs).status, 404);
    EXPECT_EQ(session.session().get("/v1/batches/" + ours).status, 404);
    EXPECT_EQ(listed(object_of(session.get("/v1/messages/batches"))), std::vector{ours});
    EXPECT_EQ(listed(object_of(session.session().get("/v1/batches"))), std::vector{theirs});
    const json::object files = object_of(session.session().get("/v1/files"));
    EXPECT_EQ(at(files, "/data").as_array().size(), 1U) << "the requests are no file of OpenAI's";
}

}  // namespace
}  // namespace overnight::test
