// Batches over HTTP: their life, their files, their ledger.
#include "emulator/hashing.hpp"
#include "session.hpp"

#include <gtest/gtest.h>

#include <set>

namespace overnight::test {
namespace {

namespace json = boost::json;

TEST(EmulatorBatches, runs_through_all_states_with_consistent_times) {
    Session session;
    const std::string id = session.start_batch(chat_lines(10));
    json::object batch = session.batch(id);
    EXPECT_EQ(text_in(batch, "/status"), "validating");
    EXPECT_EQ(number_in(batch, "/request_counts/total"), 0);
    EXPECT_EQ(number_in(batch, "/expires_at"), number_in(batch, "/created_at") + 86'400);
    EXPECT_TRUE(at(batch, "/in_progress_at").is_null());
    batch = session.wait_for(id, "in_progress");
    EXPECT_EQ(number_in(batch, "/request_counts/total"), 10);
    EXPECT_TRUE(at(batch, "/output_file_id").is_null());
    batch = session.wait_for(id, "finalizing");
    EXPECT_EQ(number_in(batch, "/request_counts/completed"), 10);
    batch = session.wait_for(id, "completed");
    EXPECT_LE(number_in(batch, "/created_at"), number_in(batch, "/in_progress_at"));
    EXPECT_LE(number_in(batch, "/in_progress_at"), number_in(batch, "/finalizing_at"));
    EXPECT_LE(number_in(batch, "/finalizing_at"), number_in(batch, "/completed_at"));
    EXPECT_EQ(text_in(batch, "/model"), "gpt-6-luna");
    EXPECT_TRUE(at(batch, "/error_file_id").is_null());
    const auto lines = session.lines(batch, "output_file_id");
    ASSERT_EQ(lines.size(), 10U);
    std::int64_t tokens = 0;
    for (const json::object& line : lines) {
        EXPECT_EQ(number_in(line, "/response/status_code"), 200);
        EXPECT_TRUE(at(line, "/error").is_null());
        EXPECT_FALSE(text_in(line, "/response/body/choices/0/message/content").empty());
        tokens += number_in(line, "/response/body/usage/total_tokens");
    }
    EXPECT_EQ(number_in(batch, "/usage/total_tokens"), tokens);
}

TEST(EmulatorBatches, counts_grow_while_in_progress) {
    Session session;
    const std::string id = session.start_batch(chat_lines(40));
    session.wait_for(id, "in_progress");
    std::set<std::int64_t> seen;
    for (json::object batch = session.batch(id); text_in(batch, "/status") == "in_progress";
         batch = session.batch(id)) {
        seen.insert(number_in(batch, "/request_counts/completed"));
        session.advance(0.05);
    }
    EXPECT_GE(seen.size(), 3U);
}

TEST(EmulatorBatches, bills_each_line_once_with_the_hash_of_its_body) {
    Session session;
    const std::string content = chat_lines(3);
    session.finish(session.start_batch(content));
    const auto billed = session.ledger("billed");
    ASSERT_EQ(billed.size(), 3U);
    EXPECT_EQ(text_in(billed[0], "/custom_id"), "c1");
    EXPECT_EQ(text_in(billed[0], "/tier"), "batch");
    EXPECT_EQ(text_in(billed[0], "/request_sha256"),
              emulator::sha256(chat_body("Classify this topic number 1")).hex());
    EXPECT_GT(number_in(billed[0], "/input_tokens"), 0);
    EXPECT_GT(number_in(billed[0], "/output_tokens"), 0);
}

TEST(EmulatorBatches, ledger_knows_requests_creates_and_states) {
    Session session;
    const std::string file = session.upload_id(chat_lines(1));
    const std::string id =
        text_in(object_of(session.create(file, R"({"overnight":"on1-tag","job":"7"})")), "/id");
    session.finish(id);
    const auto creates = session.ledger("create");
    ASSERT_EQ(creates.size(), 1U);
    EXPECT_EQ(text_in(creates[0], "/batch"), id);
    EXPECT_EQ(text_in(creates[0], "/input_file"), file);
    EXPECT_EQ(text_in(creates[0], "/tag"), "on1-tag");
    EXPECT_EQ(text_in(creates[0], "/metadata/job"), "7");
    const auto requests = session.ledger("request");
    EXPECT_EQ(text_in(requests[0], "/path"), "/v1/files");
    EXPECT_EQ(text_in(requests[0], "/key").size(), 12U);
    ASSERT_EQ(session.ledger("upload").size(), 1U);
    const auto states = session.ledger("state");
    ASSERT_EQ(states.size(), 3U);
    EXPECT_EQ(text_in(states[2], "/status"), "completed");
    session.del("/v1/files/" + file);
    EXPECT_EQ(session.ledger("delete").size(), 1U);
}

TEST(EmulatorBatches, refuses_bad_creates_at_once) {
    Session session;
    const std::string file = session.upload_id(chat_lines(1));
    struct Row {
        const char* name;
        std::string body;
        std::string code;
        std::string param;
    };
    const std::string good = R"("input_file_id":")" + file +
                             R"(","endpoint":"/v1/chat/completions","completion_window":"24h")";
    for (const Row& row : {
             Row{"no file", R"({"endpoint":"/v1/chat/completions","completion_window":"24h"})",
                 "missing_required_parameter", "input_file_id"},
             Row{"no endpoint", R"({"input_file_id":"f","completion_window":"24h"})",
                 "missing_required_parameter", "endpoint"},
             Row{"no window", R"({"input_file_id":"f","endpoint":"/v1/responses"})",
                 "missing_required_parameter", "completion_window"},
             Row{"endpoint",
                 R"({"input_file_id":"f","endpoint":"/v1/nothing","completion_window":"24h"})",
                 "invalid_value", "endpoint"},
             Row{"window",
                 R"({"input_file_id":"f","endpoint":"/v1/responses","completion_window":"1h"})",
                 "invalid_value", "completion_window"},
             Row{"metadata value", "{" + good + R"(,"metadata":{"k":1}})", "invalid_type",
                 "metadata.k"},
             Row{"long metadata",
                 "{" + good + R"(,"metadata":{"k":")" + std::string(513, 'x') + "\"}}",
                 "string_above_max_length", "metadata.k"},
             Row{"lifetime",
                 "{" + good + R"(,"output_expires_after":{"anchor":"created_at","seconds":5}})",
                 "invalid_value", "output_expires_after"},
             Row{"no json", "{", "", ""},
         }) {
        const RawReply reply = session.post("/v1/batches", row.body);
        EXPECT_EQ(reply.status, 400) << row.name;
        const json::object error = object_of(reply);
        EXPECT_EQ(text_in(error, "/error/type"), "invalid_request_error") << row.name;
        EXPECT_EQ(text_in(error, "/error/code"), row.code) << row.name;
        EXPECT_EQ(text_in(error, "/error/param"), row.param) << row.name;
    }
    EXPECT_TRUE(session.ledger("create").empty());
}

TEST(EmulatorBatches, a_missing_input_fails_the_batch_later) {
    Session session;
    const std::string id = text_in(object_of(session.create("file-nothing")), "/id");
    const json::object batch = session.finish(id);
    EXPECT_EQ(text_in(batch, "/status"), "failed");
    EXPECT_EQ(text_in(batch, "/errors/data/0/code"), "invalid_request");
    EXPECT_NE(text_in(batch, "/errors/data/0/message").find("Cannot find file file-nothing"),
              std::string::npos);
    EXPECT_EQ(number_in(batch, "/request_counts/total"), 0);
}

TEST(EmulatorBatches, deleting_the_input_while_validating_fences_the_batch) {
    Session session;
    const std::string file = session.upload_id(chat_lines(2));
    const std::string id = text_in(object_of(session.create(file)), "/id");
    EXPECT_EQ(session.del("/v1/files/" + file).status, 200);
    EXPECT_EQ(text_in(session.finish(id), "/status"), "failed");
    EXPECT_TRUE(session.ledger("billed").empty());
}

TEST(EmulatorBatches, deleting_the_input_later_does_not_stop_the_batch) {
    Session session;
    const std::string file = session.upload_id(chat_lines(2));
    const std::string id = text_in(object_of(session.create(file)), "/id");
    session.wait_for(id, "in_progress");
    session.del("/v1/files/" + file);
    EXPECT_EQ(text_in(session.finish(id), "/status"), "completed");
}

TEST(EmulatorBatches, cancel_keeps_what_ran_and_names_what_did_not) {
    Session session;
    const std::string id = session.start_batch(chat_lines(40));
    session.wait_for(id, "in_progress");
    while (number_in(session.batch(id), "/request_counts/completed") < 5)
        session.advance(0.1);
    const RawReply reply = session.post("/v1/batches/" + id + "/cancel", "");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(text_in(object_of(reply), "/status"), "cancelling");
    const json::object batch = session.finish(id);
    EXPECT_EQ(text_in(batch, "/status"), "cancelled");
    const auto done = session.lines(batch, "output_file_id");
    const auto undone = session.lines(batch, "error_file_id");
    EXPECT_GE(done.size(), 5U);
    EXPECT_EQ(done.size() + undone.size(), 40U);
    EXPECT_EQ(session.ledger("billed").size(), done.size());
    EXPECT_EQ(number_in(batch, "/request_counts/completed"),
              static_cast<std::int64_t>(done.size()));
    EXPECT_EQ(number_in(batch, "/request_counts/failed"), 0);
    ASSERT_FALSE(undone.empty());
    EXPECT_EQ(text_in(undone[0], "/error/code"), "batch_cancelled");
    EXPECT_TRUE(at(undone[0], "/response").is_null());
    EXPECT_EQ(session.ledger("cancel").size(), 1U);
    EXPECT_EQ(session.post("/v1/batches/" + id + "/cancel", "").status, 200);
}

TEST(EmulatorBatches, cancel_of_an_ended_batch_is_a_conflict) {
    Session session;
    const std::string id = session.start_batch(chat_lines(1));
    session.finish(id);
    const RawReply reply = session.post("/v1/batches/" + id + "/cancel", "");
    EXPECT_EQ(reply.status, 409);
    EXPECT_EQ(text_in(object_of(reply), "/error/message"),
              "Cannot cancel a batch with status 'completed'.");
    EXPECT_EQ(session.post("/v1/batches/batch_none/cancel", "").status, 404);
    EXPECT_EQ(session.get("/v1/batches/batch_none").status, 404);
}

TEST(EmulatorBatches, lists_newest_first_in_pages) {
    Session session;
    const std::string file = session.upload_id(chat_lines(1));
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(text_in(object_of(session.create(file)), "/id"));
    const json::object first = object_of(session.get("/v1/batches?limit=2"));
    EXPECT_EQ(text_in(first, "/data/0/id"), ids[4]);
    EXPECT_EQ(text_in(first, "/first_id"), ids[4]);
    EXPECT_EQ(text_in(first, "/last_id"), ids[3]);
    EXPECT_EQ(at(first, "/has_more"), true);
    const json::object second = object_of(session.get("/v1/batches?limit=100&after=" + ids[3]));
    EXPECT_EQ(at(second, "/data").get_array().size(), 3U);
    EXPECT_EQ(text_in(second, "/last_id"), ids[0]);
    EXPECT_EQ(at(second, "/has_more"), false);
    EXPECT_EQ(session.get("/v1/batches?limit=101").status, 400);
    EXPECT_EQ(session.get("/v1/batches?limit=x").status, 400);
}

TEST(EmulatorBatches, a_restarted_emulator_goes_on_without_billing_twice) {
    const TempDirectory state;
    std::string ended;
    std::string running;
    std::int64_t created = 0;
    {
        Session session("", state.path());
        ended = session.start_batch(chat_lines(3));
        session.finish(ended);
        running = session.start_batch(chat_lines(40, "Another"));
        session.wait_for(running, "in_progress");
        while (number_in(session.batch(running), "/request_counts/completed") < 5)
            session.advance(0.1);
        created = number_in(session.batch(running), "/created_at");
    }
    Session session("", state.path());
    const json::object known = session.batch(ended);
    EXPECT_EQ(text_in(known, "/status"), "completed");
    EXPECT_EQ(session.lines(known, "output_file_id").size(), 3U);
    const json::object batch = session.finish(running);
    EXPECT_EQ(text_in(batch, "/status"), "completed");
    EXPECT_EQ(number_in(batch, "/created_at"), created);
    EXPECT_EQ(session.lines(batch, "output_file_id").size(), 40U);
    std::multiset<std::string> billed;
    for (const json::object& line : session.ledger("billed")) {
        if (text_in(line, "/batch") == running) billed.insert(text_in(line, "/custom_id"));
    }
    EXPECT_EQ(billed.size(), 40U);
    EXPECT_EQ(std::set<std::string>(billed.begin(), billed.end()).size(), 40U);
}

TEST(EmulatorBatches, a_state_directory_has_one_emulator) {
    const TempDirectory state;
    const Session session("", state.path());
    emulator::Options options;
    options.state = state.path();
    const auto second = emulator::Emulator::start(std::move(options));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), core::Errc::conflict);
}

}  // namespace
}  // namespace overnight::test
