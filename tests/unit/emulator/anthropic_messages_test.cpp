// Messages: what is answered to what (providers/anthropic.md 2.2, 3, 6).
#include "anthropic_session.hpp"
#include "emulator/execute.hpp"

#include <gtest/gtest.h>

namespace overnight::test {
namespace {

namespace json = boost::json;

const std::string schema =
    R"({"type":"object","properties":{"tldr":{"type":"string"},"level":{"enum":["a","b"]}},)"
    R"("required":["tldr","level"],"additionalProperties":false})";
const std::string format =
    R"(,"output_config":{"format":{"type":"json_schema","schema":)" + schema + "}}";
const std::string tool =
    R"(,"tools":[{"name":"classify","description":"Files it","input_schema":)" + schema + "}]";

// One request, executed as a line of a batch or as an ordinary call.
struct Ran {
    emulator::Executed result;
    json::object body;  ///< empty when it failed
};

struct How {
    std::string faults = {};
    std::uint64_t batch = 1;
    std::string_view version = "2023-06-01";
};

Ran run(std::string body, const How& how = {}, emulator::PromptCache* cache = nullptr) {
    using namespace emulator;
    const auto script = FaultScript::parse(how.faults).value();
    const std::size_t size = body.size();
    body.append(64, '\0');
    const std::string_view view = std::string_view(body).substr(0, size);
    const Sha256 hash = sha256(view);
    Executor executor;
    Ran ran;
    executor.run({Endpoint::messages,
                  view,
                  hash,
                  how.batch == 0 ? Tier::standard : Tier::batch,
                  1'800'000'000,
                  how.batch,
                  {},
                  how.version,
                  cache},
                 *script, ran.result);
    if (!ran.result.body.empty()) ran.body = json::parse(ran.result.body).as_object();
    ran.result.rule = nullptr;  // the script ends here
    return ran;
}

TEST(AnthropicMessages, a_schema_gives_its_instance_as_text) {
    const Ran ran = run(message_body("steel beams bend", format));
    EXPECT_EQ(text_in(ran.body, "/content/0/type"), "text");
    const json::value answer = json::parse(text_in(ran.body, "/content/0/text"));
    EXPECT_TRUE(answer.at("tldr").is_string());
    EXPECT_TRUE(answer.at("level") == "a" || answer.at("level") == "b");
    EXPECT_EQ(text_in(ran.body, "/stop_reason"), "end_turn");
}

TEST(AnthropicMessages, a_tool_that_must_be_called_is_called_with_an_instance_of_its_input) {
    for (const char* choice : {R"({"type":"tool","name":"classify"})", R"({"type":"any"})"}) {
        const Ran ran = run(message_body("steel beams bend", tool + R"(,"tool_choice":)" + choice));
        EXPECT_EQ(text_in(ran.body, "/stop_reason"), "tool_use");
        EXPECT_EQ(text_in(ran.body, "/content/0/type"), "tool_use");
        EXPECT_EQ(text_in(ran.body, "/content/0/name"), "classify");
        EXPECT_TRUE(text_in(ran.body, "/content/0/id").starts_with("toolu_"));
        EXPECT_TRUE(at(ran.body, "/content/0/input/tldr").is_string());
    }
    const Ran free = run(message_body("steel beams bend", tool));
    EXPECT_EQ(text_in(free.body, "/content/0/type"), "text");
}

TEST(AnthropicMessages, rows_have_the_same_answers_in_every_dialect) {
    const std::string text = R"({"r1":{"topic":"steel beams"},"r2":{"topic":"clay settles"}})";
    const std::string pack =
        R"({"type":"object","properties":{"r1":{"type":"string"},"r2":{"type":"string"}},)"
        R"("required":["r1","r2"],"additionalProperties":false})";
    const Ran ours = run(message_body(
        text, R"(,"system":"Classify.","output_config":{"format":{"type":"json_schema","schema":)" +
                  pack + "}}"));
    Session openai;
    const RawReply theirs = openai.post(
        "/v1/chat/completions",
        chat_body(text, R"(,"response_format":{"type":"json_schema","json_schema":{"name":"r",)"
                        R"("strict":true,"schema":)" +
                            pack + "}}"),
        {"Content-Type: application/json"});
    EXPECT_EQ(text_in(ours.body, "/content/0/text"),
              text_in(object_of(theirs), "/choices/0/message/content"));
    EXPECT_EQ(text_in(run(message_body("steel beams bend")).body, "/content/0/text"),
              text_in(object_of(openai.post("/v1/chat/completions", chat_body("steel beams bend"),
                                            {"Content-Type: application/json"})),
                      "/choices/0/message/content"));
}

TEST(AnthropicMessages, thinking_comes_first_and_is_counted) {
    const Ran ran = run(
        message_body("steel beams bend", R"(,"thinking":{"type":"enabled","budget_tokens":1024})"));
    EXPECT_EQ(text_in(ran.body, "/content/0/type"), "thinking");
    EXPECT_FALSE(text_in(ran.body, "/content/0/thinking").empty());
    EXPECT_FALSE(text_in(ran.body, "/content/0/signature").empty());
    EXPECT_EQ(text_in(ran.body, "/content/1/type"), "text");
    const std::int64_t thought =
        number_in(ran.body, "/usage/output_tokens_details/thinking_tokens");
    EXPECT_GT(thought, 0);
    EXPECT_GT(number_in(ran.body, "/usage/output_tokens"), thought);
    EXPECT_TRUE(at(run(message_body("x")).body, "/usage/output_tokens_details").is_null());
}

TEST(AnthropicMessages, answers_stop_for_these_reasons) {
    const std::string seven = "one two three four five six seven";
    const Ran cut = run(
        R"({"model":"m","max_tokens":2,"messages":[{"role":"user","content":[{"type":"text","text":")" +
        seven + R"("}]}]})");
    EXPECT_EQ(text_in(cut.body, "/stop_reason"), "max_tokens");
    EXPECT_LE(number_in(cut.body, "/usage/output_tokens"), 2);
    const std::string whole = text_in(run(message_body(seven)).body, "/content/0/text");
    const std::string word = whole.substr(whole.rfind(' ') + 1);
    const Ran stopped =
        run(message_body(seven, R"(,"stop_sequences":["nowhere",")" + word + "\"]"));
    EXPECT_EQ(text_in(stopped.body, "/stop_reason"), "stop_sequence");
    EXPECT_EQ(text_in(stopped.body, "/stop_sequence"), word);
    EXPECT_EQ(text_in(stopped.body, "/content/0/text"), whole.substr(0, whole.find(word)));
    for (const auto& [rule, reason] :
         {std::pair{R"([{"fault":"refusal"}])", "refusal"},
          {R"([{"fault":"finish"}])", "max_tokens"},
          {R"([{"fault":"finish","reason":"content_filter"}])", "refusal"},
          {R"([{"fault":"finish","reason":"pause_turn"}])", "pause_turn"},
          {R"([{"fault":"finish","reason":"model_context_window_exceeded"}])",
           "model_context_window_exceeded"},
          {R"([{"fault":"empty_answer"}])", "end_turn"}}) {
        const Ran ran = run(message_body(seven), {rule});
        EXPECT_TRUE(ran.result.succeeded()) << rule;
        EXPECT_EQ(text_in(ran.body, "/stop_reason"), reason) << rule;
    }
    const Ran empty = run(message_body(seven), {R"([{"fault":"empty_answer"}])"});
    EXPECT_TRUE(at(empty.body, "/content").as_array().empty());
}

TEST(AnthropicMessages, a_tool_call_that_breaks_off_still_has_an_object) {
    const std::string body =
        message_body("steel beams bend", tool + R"(,"tool_choice":{"type":"any"})");
    for (const char* rule : {R"([{"fault":"invalid_json"}])", R"([{"fault":"finish"}])"}) {
        const Ran ran = run(body, {rule});
        EXPECT_TRUE(at(ran.body, "/content/0/input").is_object()) << rule;
    }
    const Ran wrong = run(body, {R"([{"fault":"schema_violation"}])"});
    EXPECT_EQ(at(wrong.body, "/content/0/input/unexpected"), true);
}

TEST(AnthropicMessages, bad_requests_are_refused_by_their_type) {
    struct Row {
        const char* name;
        std::string body;
        const char* part;
    };
    const std::string cached = R"({"type":"text","text":"x","cache_control":{"type":"ephemeral"}})";
    for (const Row& row : {
             Row{"messages", R"({"model":"m","max_tokens":5,"messages":[]})", "messages"},
             Row{"content", R"({"model":"m","max_tokens":5,"messages":[{"role":"user"}]})",
                 "content"},
             Row{"limit", R"({"model":"m","max_tokens":"5","messages":[]})", "max_tokens"},
             Row{"schema",
                 message_body("x", R"(,"output_config":{"format":{"type":"json_schema"}})"),
                 "schema"},
             Row{"bad schema",
                 message_body("x", R"(,"output_config":{"format":{"type":"json_schema","schema":)"
                                   R"({"$ref":"#/nothing"}}})"),
                 "output_config.format.schema"},
             Row{"tool", message_body("x", R"(,"tool_choice":{"type":"tool","name":"none"})"),
                 "tool_choice"},
             Row{"five marks",
                 message_body("x", R"(,"system":[)" + cached + ',' + cached + ',' + cached + ',' +
                                       cached + ',' + cached + ']'),
                 "Found 5"},
             Row{"ttl",
                 message_body("x", R"(,"system":[{"type":"text","text":"x","cache_control":)"
                                   R"({"type":"ephemeral","ttl":"2h"}}])"),
                 "ttl"},
             Row{"store", message_body("x", R"(,"store":true)"), "store"},
             Row{"too long", message_body(std::string(4'100'000, 'x')), "prompt is too long"},
         }) {
        const Ran ran = run(row.body);
        EXPECT_EQ(ran.result.status, 400) << row.name;
        EXPECT_EQ(ran.result.error.type, "invalid_request_error") << row.name;
        EXPECT_NE(ran.result.error.message.find(row.part), std::string::npos)
            << row.name << ": " << ran.result.error.message;
        EXPECT_FALSE(ran.result.billed) << row.name;
    }
}

TEST(AnthropicMessages, the_later_version_refuses_what_the_first_takes) {
    const std::string document = R"({"type":"document","source":{"type":"text","data":"x"}})";
    for (const std::string& body :
         {message_body("x", R"(,"temperature":1)"), message_body("x", R"(,"top_p":1)"),
          message_body("x", R"(,"top_k":1)"),
          R"({"model":"m","max_tokens":5,"messages":[{"content":[)" + document +
              R"(],"role":"assistant"},{"role":"user","content":"x"}]})",
          std::string(R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":)"
                      R"([{"type":"text","text":"x","citations":[{"type":"x"}]}]}]})")}) {
        EXPECT_TRUE(run(body).result.succeeded()) << body;
        EXPECT_EQ(run(body, {"", 1, "2026-10-21"}).result.status, 400) << body;
    }
    const std::string harmless =
        R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":[)" + document +
        R"(,{"type":"text","text":"x","citations":[]}]}]})";
    EXPECT_TRUE(run(harmless, {"", 1, "2026-10-21"}).result.succeeded());
}

TEST(AnthropicMessages, failures_by_rule_have_the_dialects_types) {
    for (const auto& [rule, type] : {
             std::pair{R"([{"fault":"line_error"}])", "api_error"},
             {R"([{"fault":"line_error","status":529}])", "overloaded_error"},
             {R"([{"fault":"line_error","status":429}])", "rate_limit_error"},
             {R"([{"fault":"line_error","status":504}])", "timeout_error"},
             {R"([{"fault":"line_error","status":404}])", "not_found_error"},
             {R"([{"fault":"line_error","type":"permission_error"}])", "permission_error"},
             {R"([{"fault":"quota"}])", "billing_error"},
             {R"([{"fault":"poison"}])", "invalid_request_error"},
         }) {
        const Ran ran = run(message_body("x"), {rule});
        EXPECT_EQ(ran.result.error.type, type) << rule;
        EXPECT_TRUE(ran.result.body.empty()) << rule;
        EXPECT_FALSE(ran.result.billed) << rule;
    }
}

TEST(AnthropicMessages, a_marked_prefix_is_written_once_and_then_read) {
    emulator::PromptCache cache;
    const auto body = [](const std::string& ttl, std::size_t bytes, const std::string& text) {
        return message_body(
            text, R"(,"system":[{"type":"text","text":")" + std::string(bytes, 's') +
                      R"(","cache_control":{"type":"ephemeral","ttl":")" + ttl + R"("}}])");
    };
    const auto usage = [](const Ran& ran, const char* name) {
        return number_in(ran.body, (std::string("/usage/") + name).c_str());
    };
    const Ran first = run(body("1h", 4'000, "one"), {}, &cache);
    EXPECT_EQ(usage(first, "cache_creation_input_tokens"), 1'000);
    EXPECT_EQ(usage(first, "cache_creation/ephemeral_1h_input_tokens"), 1'000);
    EXPECT_EQ(usage(first, "cache_read_input_tokens"), 0);
    const Ran second = run(body("1h", 4'000, "two"), {}, &cache);
    EXPECT_EQ(usage(second, "cache_creation_input_tokens"), 0);
    EXPECT_EQ(usage(second, "cache_read_input_tokens"), 1'000);
    for (const Ran* ran : {&first, &second}) {
        EXPECT_EQ(usage(*ran, "input_tokens") + usage(*ran, "cache_read_input_tokens") +
                      usage(*ran, "cache_creation_input_tokens"),
                  static_cast<std::int64_t>(ran->result.input_tokens));
    }
    const Ran other = run(body("5m", 4'004, "one"), {}, &cache);
    EXPECT_EQ(usage(other, "cache_creation/ephemeral_5m_input_tokens"), 1'001);
    const Ran brief = run(body("5m", 400, "one"), {}, &cache);
    EXPECT_EQ(usage(brief, "cache_creation_input_tokens"), 0) << "too short";
    EXPECT_EQ(text_in(first.body, "/content/0/text"),
              text_in(run(body("1h", 4'000, "one")).body, "/content/0/text"));
}

TEST(AnthropicMessages, an_ordinary_call_is_answered_and_billed_at_the_standard_tier) {
    AnthropicSession session;
    const RawReply reply = session.message(message_body("hello"));
    ASSERT_EQ(reply.status, 200) << reply.wire;
    EXPECT_EQ(text_in(object_of(reply), "/usage/service_tier"), "standard");
    EXPECT_FALSE(reply.headers.at("anthropic-ratelimit-requests-remaining").empty());
    const auto billed = session.ledger("billed");
    ASSERT_EQ(billed.size(), 1U);
    EXPECT_EQ(text_in(billed[0], "/tier"), "standard");
    EXPECT_TRUE(at(billed[0], "/batch").is_null());
    for (const std::string& body :
         {std::string("{"), std::string("[]"), message_body("x", R"(,"stream":true)"),
          std::string(R"({"model":"m"})")}) {
        const RawReply refused = session.message(body);
        EXPECT_EQ(refused.status, 400) << body;
        EXPECT_EQ(text_in(object_of(refused), "/request_id"), refused.headers.at("request-id"));
    }
    EXPECT_EQ(session.ledger("billed").size(), 1U);
}

TEST(AnthropicMessages, tokens_are_counted_for_free) {
    AnthropicSession session;
    const std::string text = "count me";
    const RawReply reply =
        session.call("POST", "/v1/messages/count_tokens",
                     R"({"model":"m","messages":[{"role":"user","content":"count me"}]})");
    const json::object counted = object_of(reply);
    EXPECT_EQ(counted.size(), 1U);
    EXPECT_EQ(number_in(counted, "/input_tokens"),
              number_in(object_of(session.message(message_body(text))), "/usage/input_tokens"));
    EXPECT_EQ(session.ledger("billed").size(), 1U);
    EXPECT_EQ(session.call("POST", "/v1/messages/count_tokens", R"({"model":"m"})").status, 400);
}

TEST(AnthropicModels, are_listed_in_pages) {
    AnthropicSession session;
    const json::object page = object_of(session.get("/v1/models?limit=2"));
    EXPECT_EQ(at(page, "/data").as_array().size(), 2U);
    EXPECT_EQ(text_in(page, "/data/0/type"), "model");
    EXPECT_FALSE(text_in(page, "/data/0/display_name").empty());
    EXPECT_EQ(at(page, "/has_more"), true);
    const json::object next =
        object_of(session.get("/v1/models?after_id=" + text_in(page, "/last_id")));
    EXPECT_NE(text_in(next, "/first_id"), text_in(page, "/first_id"));
    const json::object one = object_of(session.get("/v1/models/claude-opus-4-8"));
    EXPECT_EQ(text_in(one, "/id"), "claude-opus-4-8");
    EXPECT_EQ(text_in(one, "/display_name"), "Claude Opus 4.8");
    const RawReply openai = session.session().get("/v1/models");
    EXPECT_EQ(text_in(object_of(openai), "/object"), "list");
}

}  // namespace
}  // namespace overnight::test
