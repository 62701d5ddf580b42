// Ordinary calls, models, authorisation and the switches under /_ctl.
#include "session.hpp"

#include <gtest/gtest.h>

namespace overnight::test {
namespace {

namespace json = boost::json;

TEST(EmulatorSync, answers_as_a_batch_would_and_bills_the_tier) {
    Session session;
    const std::string text = "Classify this topic number 1";
    const RawReply reply = session.post("/v1/chat/completions", chat_body(text));
    ASSERT_EQ(reply.status, 200) << reply.wire;
    EXPECT_EQ(text_in(object_of(reply), "/service_tier"), "default");
    EXPECT_FALSE(reply.headers.at("x-ratelimit-remaining-tokens").empty());
    const RawReply flex =
        session.post("/v1/chat/completions", chat_body(text, R"(,"service_tier":"flex")"));
    EXPECT_EQ(text_in(object_of(flex), "/service_tier"), "flex");
    const auto billed = session.ledger("billed");
    ASSERT_EQ(billed.size(), 2U);
    EXPECT_EQ(text_in(billed[0], "/tier"), "standard");
    EXPECT_EQ(text_in(billed[1], "/tier"), "flex");
    EXPECT_TRUE(at(billed[0], "/batch").is_null());
    const std::string id = session.start_batch(chat_lines(1));
    const auto lines = session.lines(session.finish(id), "output_file_id");
    EXPECT_EQ(text_in(lines.at(0), "/response/body/choices/0/message/content"),
              text_in(object_of(reply), "/choices/0/message/content"));
}

TEST(EmulatorSync, all_endpoints_answer) {
    Session session;
    EXPECT_EQ(
        session.post("/v1/responses", R"({"model":"gpt-6-luna","input":"hello there"})").status,
        200);
    EXPECT_EQ(
        session.post("/v1/embeddings", R"({"model":"text-embedding-3-small","input":"hello"})")
            .status,
        200);
    EXPECT_EQ(
        session.post("/v1/moderations", R"({"input":"hello","model":"omni-moderation-latest"})")
            .status,
        200);
    const json::object count = object_of(session.post(
        "/v1/responses/input_tokens", R"({"model":"gpt-6-luna","input":"hello there"})"));
    EXPECT_EQ(text_in(count, "/object"), "response.input_tokens");
    EXPECT_GT(number_in(count, "/input_tokens"), 2);
    EXPECT_GT(at(object_of(session.get("/v1/models")), "/data").as_array().size(), 5U);
    EXPECT_EQ(text_in(object_of(session.get("/v1/models/gpt-6-luna")), "/object"), "model");
}

TEST(EmulatorSync, refuses_what_is_not_json_and_tiers_that_are_not_offered) {
    Session session;
    EXPECT_EQ(session.post("/v1/chat/completions", "{").status, 400);
    EXPECT_EQ(session.post("/v1/chat/completions", R"({"model":"m","messages":[1,,2]})").status,
              400);
    EXPECT_EQ(
        session.post("/v1/embeddings", R"({"model":"m","input":"x","service_tier":"flex"})").status,
        400);
    EXPECT_TRUE(session.ledger("billed").empty());
}

TEST(EmulatorSync, wants_a_key) {
    Session session;
    for (const std::vector<std::string>& headers :
         {std::vector<std::string>{}, {"Authorization: Basic abc"}, {"Authorization: Bearer "}}) {
        const RawReply reply = exchange(session.port(), {"GET", "/v1/models", headers, ""});
        EXPECT_EQ(reply.status, 401);
        EXPECT_EQ(text_in(object_of(reply), "/error/type"), "invalid_request_error");
    }
    EXPECT_EQ(session.get("/v1/models", {"X-Client-Request-Id: " + std::string(513, 'x')}).status,
              400);
}

TEST(EmulatorSync, unknown_routes_are_json_404s) {
    Session session;
    const RawReply reply = session.get("/v1/nothing");
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(text_in(object_of(reply), "/error/message"), "Invalid URL (GET /v1/nothing)");
    EXPECT_EQ(session.del("/v1/batches").status, 405);
    EXPECT_EQ(session.get("/_ctl/nothing").status, 404);
}

TEST(EmulatorControl, replaces_the_script_moves_the_clock_and_counts) {
    Session session;
    const auto ctl = [&](const char* method, const char* path, const char* body) {
        return exchange(session.port(), {method, path, {}, body});
    };
    EXPECT_EQ(
        ctl("POST", "/_ctl/faults", R"([{"fault":"http","status":503,"route":"GET /v1/models"}])")
            .status,
        200);
    EXPECT_EQ(session.get("/v1/models").status, 503);
    EXPECT_EQ(number_in(object_of(ctl("GET", "/_ctl/faults", "")), "/data/0/hits"), 1);
    const RawReply wrong = ctl("POST", "/_ctl/faults", R"([{"fault":"htp"}])");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_EQ(session.get("/v1/models").status, 503);
    EXPECT_EQ(ctl("POST", "/_ctl/faults", "[]").status, 200);
    EXPECT_EQ(session.get("/v1/models").status, 200);
    const std::string id = session.start_batch(chat_lines(1));
    EXPECT_EQ(ctl("POST", "/_ctl/advance", R"({"seconds":3600})").status, 200);
    session.finish(id);
    EXPECT_EQ(ctl("POST", "/_ctl/advance", R"({"seconds":-1})").status, 400);
    const json::object state = object_of(ctl("GET", "/_ctl/state", ""));
    EXPECT_EQ(number_in(state, "/batches/completed"), 1);
    EXPECT_NE(ctl("GET", "/_ctl/ledger", "").body.find("\"create\""), std::string::npos);
}

TEST(EmulatorControl, refuses_bad_options) {
    emulator::Options backwards;
    backwards.speed = -1;
    EXPECT_EQ(emulator::Emulator::start(std::move(backwards)).error().code(),
              core::Errc::invalid_input);
    emulator::Options broken;
    broken.faults = "{";
    EXPECT_EQ(emulator::Emulator::start(std::move(broken)).error().code(),
              core::Errc::invalid_input);
    emulator::Options options;
    options.ledger = "/nonexistent/ledger";
    EXPECT_EQ(emulator::Emulator::start(std::move(options)).error().code(),
              core::Errc::configuration);
}

}  // namespace
}  // namespace overnight::test
