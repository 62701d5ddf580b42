// xAI's dialect over HTTP: sealed and open batches, counts in place of a status, pages of results.
#include "copy_session.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

namespace overnight::test {
namespace {

namespace json = boost::json;

class XaiSession : public CopySession {
public:
    explicit XaiSession(std::string faults = "", std::filesystem::path state = {})
        : CopySession("/_as/xai", std::move(faults), std::move(state)) {}

    RawReply create(const std::string& file) {
        return post("/v1/batches", R"({"name":"nightly","input_file_id":")" + file + "\"}");
    }
    std::string start(const std::string& content) {
        const std::string file = text_in(object_of(upload("/v1/files", content)), "/id");
        return text_in(object_of(create(file)), "/batch_id");
    }
    std::string open() {
        return text_in(object_of(post("/v1/batches", R"({"name":"open"})")), "/batch_id");
    }
    RawReply add(const std::string& id, int first, int count) {
        std::string body = R"({"batch_requests":[)";
        for (int i = first; i < first + count; ++i) {
            if (i > first) body += ',';
            body += R"({"batch_request_id":"r)" + std::to_string(i) +
                    R"(","batch_request":{"chat_get_completion":{"model":"grok-4","messages":)"
                    R"([{"role":"user","content":"Classify )" +
                    std::to_string(i) + R"("}]}}})";
        }
        return post("/v1/batches/" + id + "/requests", body + "]}");
    }
    json::object batch(const std::string& id) { return object_of(get("/v1/batches/" + id)); }
    json::object finish(const std::string& id) {
        return wait_until("/v1/batches/" + id, [](const json::object& seen) {
            return !at(seen, "/cancel_by_xai_message").is_null() ||
                   (number_in(seen, "/state/num_requests") > 0 &&
                    number_in(seen, "/state/num_pending") == 0);
        });
    }
    std::vector<json::value> results(const std::string& id, int limit = 1'000) {
        std::vector<json::value> all;
        std::string token;
        do {
            const json::object page =
                object_of(get("/v1/batches/" + id + "/results?limit=" + std::to_string(limit) +
                              "&pagination_token=" + token));
            const auto& elements = at(page, "/results").as_array();
            EXPECT_LE(elements.size(), static_cast<std::size_t>(limit));
            all.insert(all.end(), elements.begin(), elements.end());
            token = text_in(page, "/pagination_token");
        } while (!token.empty());
        return all;
    }
};

std::string state_of(const json::object& batch) {
    return json::serialize(at(batch, "/state"));
}

TEST(Xai, a_sealed_batch_is_over_when_nothing_is_pending) {
    XaiSession session;
    const RawReply uploaded = session.upload("/v1/files", chat_lines(10));
    ASSERT_EQ(uploaded.status, 200) << uploaded.body;
    const std::string file = text_in(object_of(uploaded), "/id");
    const json::object created = object_of(session.create(file));
    EXPECT_EQ(text_in(created, "/name"), "nightly");
    EXPECT_EQ(text_in(created, "/input_file_id"), file);
    EXPECT_EQ(created.if_contains("status"), nullptr);
    EXPECT_TRUE(at(created, "/cancel_time").is_null());
    EXPECT_LT(text_in(created, "/create_time"), text_in(created, "/expire_time"));
    EXPECT_EQ(state_of(created), R"({"num_requests":0,"num_pending":0,"num_success":0,)"
                                 R"("num_error":0,"num_cancelled":0})");
    const std::string id = text_in(created, "/batch_id");
    EXPECT_TRUE(id.starts_with("batch_"));
    EXPECT_TRUE(session.results(id).empty());
    const json::object batch = session.finish(id);
    EXPECT_EQ(state_of(batch), R"({"num_requests":10,"num_pending":0,"num_success":10,)"
                               R"("num_error":0,"num_cancelled":0})");
    EXPECT_GT(number_in(batch, "/cost_breakdown/total_cost_usd_ticks"), 0);
    const auto results = session.results(id);
    ASSERT_EQ(results.size(), 10U);
    EXPECT_EQ(text_in(results[0].as_object(), "/batch_request_id"), "c1");
    EXPECT_FALSE(text_in(results[0].as_object(),
                         "/batch_result/response/chat_get_completion/choices/0/message/content")
                     .empty());
    EXPECT_EQ(session.ledger("billed").size(), 10U);
    EXPECT_EQ(text_in(session.ledger("create").at(0), "/tag"), "nightly");
    EXPECT_EQ(at(object_of(session.get("/v1/files")), "/data").as_array().size(), 1U)
        << "there is no output file";
}

TEST(Xai, the_counts_never_say_done_before_the_results_are_there) {
    XaiSession session;
    const std::string id = session.start(chat_lines(40));
    std::set<std::int64_t> pending;
    while (true) {
        const json::object batch = session.batch(id);
        const std::int64_t total = number_in(batch, "/state/num_requests");
        const std::int64_t left = number_in(batch, "/state/num_pending");
        EXPECT_EQ(total, left + number_in(batch, "/state/num_success"));
        pending.insert(left);
        if (total > 0 && left == 0) break;
        session.advance(0.05);
    }
    EXPECT_GE(pending.size(), 3U);
    EXPECT_EQ(session.results(id).size(), 40U);
}

TEST(Xai, results_come_in_pages_that_fit_together) {
    XaiSession session;
    const std::string id = session.start(chat_lines(10));
    session.finish(id);
    std::set<std::string> ids;
    for (const json::value& one : session.results(id, 3))
        ids.insert(text_in(one.as_object(), "/batch_request_id"));
    EXPECT_EQ(ids.size(), 10U);
    for (const char* const query :
         {"limit=0", "limit=1001", "pagination_token=zz", "pagination_token=ffffff"}) {
        EXPECT_EQ(session.get("/v1/batches/" + id + "/results?" + query).status, 400) << query;
    }
    EXPECT_EQ(session.get("/v1/batches/batch_none/results").status, 404);
}

TEST(Xai, one_file_may_mix_endpoints_and_models) {
    XaiSession session;
    const std::string id = session.start(
        chat_lines(1) +
        R"({"custom_id":"r","method":"POST","url":"/v1/responses","body":{"model":"grok-4","input":"x"}})"
        "\n");
    session.finish(id);
    const auto results = session.results(id);
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(text_in(results[1].as_object(), "/batch_result/response/responses/object"),
              "response");
}

TEST(Xai, an_open_batch_waits_for_requests_and_takes_them_in_portions) {
    XaiSession session(R"([{"fault":"batch_time","seconds":100}])");
    const std::string id = session.open();
    session.advance(1'000);
    EXPECT_EQ(number_in(session.batch(id), "/state/num_requests"), 0) << "0/0 is not the end";
    const RawReply added = session.add(id, 1, 20);
    EXPECT_EQ(added.status, 204) << added.body;
    EXPECT_EQ(number_in(session.batch(id), "/state/num_pending"), 20);
    session.wait_until("/v1/batches/" + id, [](const json::object& batch) {
        return number_in(batch, "/state/num_success") >= 5;
    });
    EXPECT_EQ(session.add(id, 21, 20).status, 204);
    EXPECT_EQ(session.add(id, 40, 2).status, 400) << "r40 is there already";
    const json::object batch = session.finish(id);
    EXPECT_EQ(number_in(batch, "/state/num_success"), 40);
    EXPECT_EQ(session.results(id).size(), 40U);
    EXPECT_EQ(session.ledger("billed").size(), 40U);
    EXPECT_EQ(session.add(id, 41, 1).status, 400) << "it has ended";
}

TEST(Xai, bad_additions_add_nothing) {
    XaiSession session;
    const std::string id = session.open();
    const std::string path = "/v1/batches/" + id + "/requests";
    for (const char* const body :
         {"", "{}", R"({"batch_requests":[]})", R"({"batch_requests":[17]})",
          R"({"batch_requests":[{"batch_request_id":"a","batch_request":{}}]})",
          R"({"batch_requests":[{"batch_request_id":7,"batch_request":{"responses":{}}}]})",
          R"({"batch_requests":[{"batch_request":{"responses":{"model":"m","input":"x"}}},{}]})"}) {
        EXPECT_EQ(session.post(path, body).status, 400) << body;
    }
    EXPECT_EQ(number_in(session.batch(id), "/state/num_requests"), 0);
    const std::string sealed = session.start(chat_lines(1));
    EXPECT_EQ(session.add(sealed, 1, 1).status, 400);
    EXPECT_EQ(session.add("batch_none", 1, 1).status, 404);
}

TEST(Xai, a_cancel_stands_behind_a_colon) {
    XaiSession session(R"([{"fault":"batch_time","seconds":1000}])");
    const std::string id = session.start(chat_lines(20));
    session.wait_until("/v1/batches/" + id, [](const json::object& batch) {
        return number_in(batch, "/state/num_success") >= 2;
    });
    EXPECT_EQ(session.post("/v1/batches/" + id + "/cancel").status, 404);
    const RawReply cancelled = session.post("/v1/batches/" + id + ":cancel");
    ASSERT_EQ(cancelled.status, 200) << cancelled.body;
    EXPECT_FALSE(at(object_of(cancelled), "/cancel_time").is_null());
    const json::object batch = session.finish(id);
    const std::int64_t ran = number_in(batch, "/state/num_success");
    EXPECT_EQ(number_in(batch, "/state/num_cancelled"), 20 - ran);
    EXPECT_TRUE(at(batch, "/cancel_by_xai_message").is_null());
    const auto results = session.results(id);
    ASSERT_EQ(results.size(), 20U);
    EXPECT_EQ(number_in(results.back().as_object(), "/batch_result/error/code"), 1);
    EXPECT_EQ(session.ledger("billed").size(), static_cast<std::size_t>(ran));
    EXPECT_EQ(session.post("/v1/batches/" + id + ":cancel").status, 200) << "again";
}

TEST(Xai, errors_have_the_numbers_of_grpc) {
    struct Row {
        int status;
        std::int64_t code;
    };
    for (const Row& row : {Row{429, 8}, Row{400, 3}, Row{500, 13}, Row{503, 14}, Row{0, 2}}) {
        XaiSession session(R"([{"fault":"line_error","message":"no","status":)" +
                           std::to_string(row.status) + "}]");
        const std::string id = session.start(chat_lines(1));
        EXPECT_EQ(number_in(session.finish(id), "/state/num_error"), 1);
        const json::object result = session.results(id).at(0).as_object();
        EXPECT_EQ(number_in(result, "/batch_result/error/code"), row.code) << row.status;
        EXPECT_EQ(text_in(result, "/batch_result/error/message"), "no");
        EXPECT_TRUE(session.ledger("billed").empty());
    }
    XaiSession session(R"([{"fault":"line_error","message":"no","shape":"error"}])");
    const std::string id = session.start(chat_lines(1));
    session.finish(id);
    const json::object result = session.results(id).at(0).as_object();
    EXPECT_TRUE(at(result, "/batch_result").is_null());
    EXPECT_EQ(text_in(result, "/error_message"), "no");
}

TEST(Xai, a_file_that_is_wrong_is_cancelled_by_xai) {
    XaiSession session;
    const std::string vectors = session.start(
        R"({"custom_id":"v","method":"POST","url":"/v1/embeddings","body":{"model":"m","input":"x"}})"
        "\n");
    EXPECT_FALSE(at(session.finish(vectors), "/cancel_by_xai_message").is_null());
    const std::string id = session.start(bare_lines(1, "grok-4"));
    const json::object batch = session.finish(id);
    EXPECT_TRUE(
        text_in(batch, "/cancel_by_xai_message").starts_with("JSONL file validation failed"));
    EXPECT_FALSE(at(batch, "/cancel_time").is_null());
    EXPECT_EQ(number_in(batch, "/state/num_requests"), 0);
    EXPECT_TRUE(session.results(id).empty());
}

TEST(Xai, an_expiry_and_a_broken_line_show_in_the_pages) {
    XaiSession session(R"([{"fault":"expire","done":0.5},{"fault":"corrupt_line","lines":[2]}])");
    const std::string id = session.start(chat_lines(10));
    const json::object batch = session.finish(id);
    EXPECT_EQ(number_in(batch, "/state/num_success"), 5);
    EXPECT_EQ(number_in(batch, "/state/num_cancelled"), 5);
    const auto results = session.results(id);
    ASSERT_EQ(results.size(), 10U);
    EXPECT_TRUE(results[1].is_string()) << "no object";
    EXPECT_EQ(number_in(results[9].as_object(), "/batch_result/error/code"), 4);
}

TEST(Xai, lists_have_tokens) {
    XaiSession session;
    std::set<std::string> ids;
    for (int i = 0; i < 3; ++i)
        ids.insert(session.start(chat_lines(1)));
    std::set<std::string> seen;
    std::string token;
    int pages = 0;
    do {
        const json::object page =
            object_of(session.get("/v1/batches?limit=2&pagination_token=" + token));
        for (const json::value& one : at(page, "/batches").as_array())
            seen.insert(text_in(one.as_object(), "/batch_id"));
        token = text_in(page, "/pagination_token");
        ++pages;
    } while (!token.empty());
    EXPECT_EQ(pages, 2);
    EXPECT_EQ(seen, ids);
    EXPECT_EQ(session.get("/v1/batches?pagination_token=x").status, 400);
    session.emulator().set_faults(R"([{"fault":"list_loop"}])").value();
    EXPECT_FALSE(text_in(object_of(session.get("/v1/batches")), "/pagination_token").empty());
}

TEST(Xai, errors_have_a_code_in_words) {
    XaiSession session;
    for (const char* const body :
         {"{", "{}", R"({"name":7})", R"({"name":"n","input_file_id":""})"}) {
        const RawReply reply = session.post("/v1/batches", body);
        EXPECT_EQ(reply.status, 400) << body;
        EXPECT_TRUE(at(object_of(reply), "/error").is_string());
        EXPECT_TRUE(at(object_of(reply), "/code").is_string());
    }
    EXPECT_EQ(session.create("file-none").status, 404);
    EXPECT_EQ(exchange(session.port(), {"GET", "/_as/xai/v1/batches", {}, ""}).status, 401);
    EXPECT_TRUE(session.ledger("create").empty());
}

TEST(Xai, a_restarted_emulator_knows_open_batches_and_bills_nothing_twice) {
    const TempDirectory state;
    std::string sealed;
    std::string filled;
    std::string empty;
    {
        XaiSession session(R"([{"fault":"batch_time","seconds":1000}])", state.path());
        sealed = session.start(chat_lines(20));
        filled = session.open();
        empty = session.open();
        ASSERT_EQ(session.add(filled, 1, 20).status, 204);
        session.wait_until("/v1/batches/" + filled, [](const json::object& batch) {
            return number_in(batch, "/state/num_success") >= 4;
        });
    }
    XaiSession session("", state.path());
    EXPECT_EQ(number_in(session.finish(sealed), "/state/num_success"), 20);
    EXPECT_EQ(number_in(session.finish(filled), "/state/num_success"), 20);
    EXPECT_EQ(session.add(empty, 1, 1).status, 204);
    session.finish(empty);
    EXPECT_EQ(session.ledger("billed").size(), 41U);
}

std::set<std::string> ids_of(const std::vector<json::value>& results) {
    std::set<std::string> ids;
    for (const json::value& one : results)
        ids.insert(text_in(one.as_object(), "/batch_request_id"));
    return ids;
}

// The input of the open batch that has `text` in it.
std::filesystem::path input_with(const std::filesystem::path& state, std::string_view text) {
    for (const auto& blob : std::filesystem::directory_iterator(state / "blobs")) {
        std::ifstream in(blob.path());
        const std::string all{std::istreambuf_iterator<char>(in), {}};
        if (all.find(text) != std::string::npos) return blob.path();
    }
    return {};
}

TEST(Xai, an_addition_that_a_kill_cut_off_leaves_nothing_behind) {
    const TempDirectory state;
    std::string id;
    {
        XaiSession session("", state.path());
        id = session.open();
        ASSERT_EQ(session.add(id, 1, 5).status, 204);
    }
    const auto input = input_with(state.path(), R"("r5")");
    ASSERT_FALSE(input.empty());
    // Written, and never counted: one whole line and a piece.
    {
        std::ofstream(input, std::ios::app)
            << R"({"custom_id":"r6","method":"POST","url":"/v1/responses","body":{}})"
            << "\n"
            << R"({"custom_id":"r7")";
    }
    XaiSession session("", state.path());
    EXPECT_EQ(session.add(id, 6, 5).status, 204) << "nobody was told that r6 is there";
    const json::object batch = session.finish(id);
    EXPECT_EQ(number_in(batch, "/state/num_success"), 10) << json::serialize(batch);
    const auto results = session.results(id);
    EXPECT_EQ(results.size(), 10U);
    EXPECT_EQ(ids_of(results).size(), 10U);
    EXPECT_EQ(session.ledger("billed").size(), 10U);
}

TEST(Xai, two_additions_at_once_do_not_take_an_id_twice) {
    constexpr int count = 400;
    XaiSession session;
    const std::string id = session.open();
    std::atomic<int> added{0};
    std::atomic<int> refused{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back([&] {
            const int status = session.add(id, 1, count).status;
            if (status == 204) ++added;
            if (status == 400) ++refused;
        });
    }
    for (std::thread& client : clients)
        client.join();
    EXPECT_EQ(added, 1);
    EXPECT_EQ(refused, 3);
    EXPECT_EQ(number_in(session.batch(id), "/state/num_requests"), count);
}

TEST(Xai, a_batch_that_has_expired_takes_no_more) {
    XaiSession session(R"([{"fault":"batch_time","seconds":10},{"fault":"expire"}])");
    const std::string id = session.open();
    session.advance(60);
    EXPECT_EQ(session.add(id, 1, 1).status, 400);
    EXPECT_EQ(number_in(session.batch(id), "/state/num_requests"), 0);
}

}  // namespace
}  // namespace overnight::test
