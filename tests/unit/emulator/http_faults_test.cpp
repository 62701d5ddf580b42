// What request and world rules do, seen from outside.
#include "session.hpp"

#include <gtest/gtest.h>

#include <set>

namespace overnight::test {
namespace {

namespace json = boost::json;

std::size_t creates(const Session& session) {
    return session.ledger("create").size();
}

TEST(RequestFaults, statuses_on_any_route) {
    Session session(
        R"([{"fault":"http","status":503,"code":"server_is_overloaded","route":"GET /v1/models","nth":[2]},
        {"fault":"rate_limit","route":"GET /v1/files","retry_after":7,"retry_after_ms":1500},
        {"fault":"rate_limit","route":"GET /v1/batches"},
        {"fault":"http","status":502,"body":"html","route":"GET /v1/files/{id}"},
        {"fault":"http","status":500,"body":"empty","route":"DELETE /v1/files/{id}"},
        {"fault":"http","status":429,"code":"insufficient_quota","type":"insufficient_quota","route":"POST /v1/chat/completions"}])");
    EXPECT_EQ(session.get("/v1/models").status, 200);
    EXPECT_EQ(text_in(object_of(session.get("/v1/models")), "/error/code"), "server_is_overloaded");
    EXPECT_EQ(session.get("/v1/models").status, 200);
    const RawReply limited = session.get("/v1/files");
    EXPECT_EQ(limited.status, 429);
    EXPECT_EQ(limited.headers.at("retry-after"), "7");
    EXPECT_EQ(limited.headers.at("retry-after-ms"), "1500");
    EXPECT_EQ(session.get("/v1/batches").headers.count("retry-after"), 0U);
    EXPECT_NE(session.get("/v1/files/x").body.find("<html>"), std::string::npos);
    EXPECT_EQ(session.del("/v1/files/x").body, "");
    EXPECT_EQ(
        text_in(object_of(session.post("/v1/chat/completions", chat_body("x"))), "/error/code"),
        "insufficient_quota");
}

struct LostRow {
    const char* name;
    const char* rule;
    int status;              ///< of the create's reply; 0: none came
    std::size_t applied;     ///< creates at once
    std::size_t in_the_end;  ///< creates two minutes later
};

class LostCreates : public testing::TestWithParam<LostRow> {};

TEST_P(LostCreates, apply_or_do_not) {
    Session session(GetParam().rule);
    const std::string file = session.upload_id(chat_lines(1));
    EXPECT_EQ(session.create(file).status, GetParam().status);
    EXPECT_EQ(creates(session), GetParam().applied);
    session.advance(120);
    for (int i = 0; i < 2'000 && creates(session) < GetParam().in_the_end; ++i)
        session.get("/v1/models");
    EXPECT_EQ(creates(session), GetParam().in_the_end);
    const json::object list = object_of(session.get("/v1/batches"));
    EXPECT_EQ(at(list, "/data").as_array().size(), GetParam().in_the_end);
}

const std::vector<LostRow> lost_rows{
    {"applied_reply_lost", R"([{"fault":"apply_then_drop"}])", 0, 1, 1},
    {"applied_reply_reset", R"([{"fault":"apply_then_drop","how":"reset"}])", 0, 1, 1},
    {"applied_reply_cut", R"([{"fault":"apply_then_drop","bytes":40}])", 200, 1, 1},
    {"applied_then_5xx", R"([{"fault":"apply_then_5xx","status":503}])", 503, 1, 1},
    {"applied_then_html", R"([{"fault":"reject_html","apply":true,"status":502}])", 502, 1, 1},
    {"dropped", R"([{"fault":"drop"}])", 0, 0, 0},
    {"cut_request", R"([{"fault":"cut_request","route":"POST /v1/batches"}])", 0, 0, 0},
    {"applied_late", R"([{"fault":"late_apply","seconds":60}])", 0, 0, 1},
    {"applied_twice", R"([{"fault":"dup_apply"}])", 200, 2, 2},
    {"html", R"([{"fault":"reject_html"}])", 200, 0, 0},
    {"file_missing", R"([{"fault":"file_missing"}])", 400, 0, 0},
    {"raw", R"([{"fault":"raw","route":"POST /v1/batches","text":"HTTP/1.1 999 What\r\n\r\n"}])",
     999, 0, 0},
    {"redirect", R"([{"fault":"redirect","route":"POST /v1/batches","status":307}])", 307, 0, 0},
    {"creates_per_hour", R"([{"fault":"creates_per_hour","limit":0}])", 429, 0, 0},
};

INSTANTIATE_TEST_SUITE_P(Rows, LostCreates, testing::ValuesIn(lost_rows), [](const auto& row) {
    return row.param.name;
});

TEST(RequestFaults, ids_of_creates_that_are_wrong) {
    const auto id_of = [](const char* how) {
        Session session(R"([{"fault":"bad_id","as":")" + std::string(how) + "\"}]");
        const json::object batch = object_of(session.create(session.upload_id(chat_lines(1))));
        const std::string real = text_in(session.ledger("create").at(0), "/batch");
        return std::pair(batch.contains("id") ? batch.at("id") : json::value("absent"),
                         json::value(real));
    };
    EXPECT_EQ(id_of("missing").first, "absent");
    EXPECT_EQ(id_of("empty").first, "");
    EXPECT_TRUE(id_of("number").first.is_int64());
    EXPECT_GT(id_of("long").first.as_string().size(), 10'000U);
    const auto other = id_of("other");
    EXPECT_NE(other.first, other.second);
}

TEST(RequestFaults, an_error_can_print_the_key) {
    Session session(R"([{"fault":"echo_key"}])");
    EXPECT_NE(session.create("file-x").body.find("sk-test-0123456789"), std::string::npos);
}

TEST(RequestFaults, downloads_that_go_wrong) {
    Session session;
    const std::string content = chat_lines(50);
    const std::string target = "/v1/files/" + session.upload_id(content) + "/content";
    session.upload_id(chat_lines(2, "Other"));
    const auto with = [&](const char* rules) {
        session.emulator().set_faults(rules).value();
        return session.get(target);
    };
    const RawReply cut = with(R"([{"fault":"truncate","times":1}])");
    EXPECT_EQ(cut.headers.at("content-length"), std::to_string(content.size()));
    EXPECT_EQ(cut.body.size(), content.size() / 2);
    EXPECT_EQ(session.get(target).body, content);
    EXPECT_EQ(with(R"([{"fault":"truncate","bytes":10,"how":"reset"}])").complete, false);
    const RawReply corrupt = with(R"([{"fault":"corrupt_content"}])");
    EXPECT_TRUE(corrupt.complete);
    EXPECT_NE(corrupt.body, content);
    EXPECT_EQ(with(R"([{"fault":"swap_results"}])").body, chat_lines(2, "Other"));
    const RawReply redirect = with(R"([{"fault":"redirect"}])");
    EXPECT_EQ(redirect.status, 302);
    EXPECT_EQ(session.get(redirect.headers.at("location")).body, content);
    EXPECT_EQ(with(R"([{"fault":"drip","bytes":4000,"ms":1}])").body, content);
    EXPECT_EQ(with(R"([{"fault":"delay","ms":1}])").body, content);
    EXPECT_EQ(with(R"([{"fault":"delay","ms":1,"where":"after"}])").body, content);
    EXPECT_EQ(with(R"([{"fault":"header","name":"Content-Encoding","value":"gzip"}])")
                  .headers.at("content-encoding"),
              "gzip");
    EXPECT_EQ(
        with(R"([{"fault":"http","status":404,"times":1,"route":"GET /v1/files/{id}/content"}])")
            .status,
        404);
    EXPECT_EQ(session.get(target).status, 200);
}

TEST(RequestFaults, replies_about_batches_that_lie) {
    Session session;
    const std::string first = session.start_batch(chat_lines(1));
    const std::string second = session.start_batch(chat_lines(1));
    const auto with = [&](const char* rules) {
        session.emulator().set_faults(rules).value();
        return session.get("/v1/batches/" + first);
    };
    EXPECT_EQ(text_in(object_of(with(R"([{"fault":"show_status","status":"PAUSED"}])")), "/status"),
              "PAUSED");
    EXPECT_EQ(text_in(object_of(with(R"([{"fault":"swap_replies"}])")), "/id"), second);
    EXPECT_GT(with(R"([{"fault":"oversize","bytes":100000}])").body.size(), 100'000U);
}

TEST(RequestFaults, uploads_and_deletes_that_lie) {
    Session session(R"([{"fault":"wrong_bytes","delta":-5},{"fault":"delete_ignored"}])");
    const std::string content = chat_lines(1);
    const json::object file = object_of(session.upload(content));
    EXPECT_EQ(number_in(file, "/bytes"), static_cast<std::int64_t>(content.size()) - 5);
    EXPECT_EQ(at(object_of(session.del("/v1/files/" + text_in(file, "/id"))), "/deleted"), true);
    EXPECT_EQ(session.get("/v1/files/" + text_in(file, "/id")).status, 200);
    EXPECT_EQ(session.ledger("delete").size(), 1U);
    session.emulator().set_faults(R"([{"fault":"cut_request","bytes":100}])").value();
    EXPECT_EQ(session.upload(content).status, 0);
}

TEST(RequestFaults, lists_that_lie) {
    Session session;
    const std::string file = session.upload_id(chat_lines(1));
    std::vector<std::string> ids;
    for (int i = 0; i < 20; ++i)
        ids.push_back(text_in(object_of(session.create(file)), "/id"));
    const auto with = [&](const char* rules, const std::string& query = "?limit=100") {
        session.emulator().set_faults(rules).value();
        return object_of(session.get("/v1/batches" + query));
    };
    const std::size_t dropped = at(with(R"([{"fault":"list_drop"}])"), "/data").as_array().size();
    EXPECT_GT(dropped, 0U);
    EXPECT_LT(dropped, 20U);
    EXPECT_EQ(at(with(R"([{"fault":"list_dup"}])"), "/data").as_array().size(), 21U);
    const json::object loop = with(R"([{"fault":"list_loop"}])", "?limit=2&after=" + ids[19]);
    EXPECT_EQ(text_in(loop, "/data/0/id"), ids[19]);
    EXPECT_EQ(at(loop, "/has_more"), true);
    EXPECT_TRUE(at(with(R"([{"fault":"list_empty"}])"), "/data").as_array().empty());
    EXPECT_EQ(text_in(with(R"([{"fault":"list_reverse"}])"), "/data/0/id"), ids[0]);
    EXPECT_EQ(at(with(R"([{"fault":"has_more_lies"}])", "?limit=2"), "/has_more"), false);
    EXPECT_EQ(at(with(R"([{"fault":"has_more_lies","value":true}])"), "/has_more"), true);
    session.emulator()
        .set_faults(R"([{"fault":"http","status":500,"route":"GET /v1/batches","nth":2}])")
        .value();
    EXPECT_EQ(session.get("/v1/batches?limit=2").status, 200);
    EXPECT_EQ(session.get("/v1/batches?limit=2&after=" + ids[18]).status, 500);
}

TEST(WorldFaults, things_that_show_late) {
    Session session(
        R"([{"fault":"list_lag","seconds":600},{"fault":"batch_hidden","seconds":30},{"fault":"file_hidden","seconds":5}])");
    const std::string file = session.upload_id(chat_lines(1));
    EXPECT_EQ(session.get("/v1/files/" + file).status, 404);
    EXPECT_EQ(session.create(file).status, 400);
    session.advance(6);
    EXPECT_EQ(session.get("/v1/files/" + file).status, 200);
    const std::string id = text_in(object_of(session.create(file)), "/id");
    EXPECT_EQ(session.get("/v1/batches/" + id).status, 404);
    session.advance(31);
    EXPECT_EQ(session.get("/v1/batches/" + id).status, 200);
    EXPECT_TRUE(at(object_of(session.get("/v1/batches")), "/data").as_array().empty());
    session.advance(600);
    EXPECT_EQ(at(object_of(session.get("/v1/batches")), "/data").as_array().size(), 1U);
}

TEST(WorldFaults, the_token_queue_refuses_later_and_frees) {
    Session session(
        R"([{"fault":"token_limit","limit":150},{"fault":"stuck","state":"in_progress","batch":1,"seconds":1000}])");
    const std::string first = session.start_batch(chat_lines(5));
    session.wait_for(first, "in_progress");
    const json::object refused = session.finish(session.start_batch(chat_lines(5)));
    EXPECT_EQ(text_in(refused, "/status"), "failed");
    EXPECT_EQ(text_in(refused, "/errors/data/0/code"), "token_limit_exceeded");
    EXPECT_NE(text_in(refused, "/errors/data/0/message").find("Limit: 150 enqueued tokens."),
              std::string::npos);
    EXPECT_EQ(number_in(refused, "/request_counts/total"), 0);
    session.advance(1'000);
    session.finish(first);
    EXPECT_EQ(text_in(session.finish(session.start_batch(chat_lines(5))), "/status"), "completed");
}

TEST(WorldFaults, keys_strangers_and_retention) {
    Session session;
    const auto other_key = [&](const std::string& target) {
        return exchange(session.port(), {"GET", target, {"Authorization: Bearer sk-other"}, ""});
    };
    const std::string id = session.start_batch(chat_lines(1));
    EXPECT_EQ(other_key("/v1/batches/" + id).status, 200);
    session.emulator()
        .set_faults(R"([{"fault":"key_scope"},{"fault":"retention","seconds":100}])")
        .value();
    EXPECT_EQ(other_key("/v1/batches/" + id).status, 404);
    EXPECT_TRUE(at(object_of(other_key("/v1/batches")), "/data").as_array().empty());
    const std::string output =
        "/v1/files/" + text_in(session.finish(id), "/output_file_id") + "/content";
    EXPECT_EQ(session.get(output).status, 200);
    session.advance(101);
    EXPECT_EQ(session.get(output).status, 404);
    session.emulator().set_faults(R"([{"fault":"foreign_batches","count":3}])").value();
    EXPECT_EQ(at(object_of(session.get("/v1/batches")), "/data").as_array().size(), 4U);
    session.emulator().set_faults(R"([{"fault":"bad_key","key":"sk-other"}])").value();
    EXPECT_EQ(other_key("/v1/models").status, 401);
    EXPECT_EQ(session.get("/v1/models").status, 200);
    session.emulator().set_faults(R"([{"fault":"bad_key"}])").value();
    EXPECT_EQ(text_in(object_of(session.get("/v1/models")), "/error/code"), "invalid_api_key");
}

}  // namespace
}  // namespace overnight::test
