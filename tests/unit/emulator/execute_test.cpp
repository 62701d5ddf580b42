// Execution of single requests.
#include "emulator/execute.hpp"

#include "emulator/openai/replies.hpp"
#include "session.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace overnight::emulator {
namespace {

namespace json = boost::json;

struct Outcome {
    Executed result;
    json::object body;
};

Outcome run(Endpoint endpoint, std::string body, const std::string& faults = "") {
    const auto script = FaultScript::parse(faults).value();
    const std::size_t size = body.size();
    body.append(64, '\0');
    const std::string_view view = std::string_view(body).substr(0, size);
    const Sha256 hash = sha256(view);
    Executor executor;
    Outcome outcome;
    executor.run({endpoint, view, hash, Tier::batch, 1'800'000'000, 1}, *script, outcome.result);
    if (!outcome.result.succeeded())
        openai::put_error_body(outcome.result.body, outcome.result.error);
    outcome.body = json::parse(outcome.result.body).as_object();
    outcome.result.rule = nullptr;  // the script ends here
    return outcome;
}

const std::string schema_format =
    R"(,"response_format":{"type":"json_schema","json_schema":{"name":"result","strict":true,"schema":{"type":"object",)"
    R"("properties":{"tldr":{"type":"string"},"level":{"enum":["a","b"]}},"required":["tldr","level"],"additionalProperties":false}}})";

TEST(Execute, a_schema_gives_json_that_fits_it) {
    const Outcome outcome =
        run(Endpoint::chat_completions, test::chat_body("steel beams bend", schema_format));
    EXPECT_EQ(outcome.result.status, 200);
    const json::value answer =
        json::parse(test::text_in(outcome.body, "/choices/0/message/content"));
    EXPECT_TRUE(answer.at("tldr").is_string());
    EXPECT_TRUE(answer.at("level") == "a" || answer.at("level") == "b");
    EXPECT_EQ(test::text_in(outcome.body, "/choices/0/finish_reason"), "stop");
}

TEST(Execute, the_same_body_gives_the_same_answer_whoever_asks) {
    const std::string body = test::chat_body("steel beams bend", schema_format);
    EXPECT_EQ(run(Endpoint::chat_completions, body).result.body,
              run(Endpoint::chat_completions, body).result.body);
    EXPECT_NE(run(Endpoint::chat_completions, body).result.body,
              run(Endpoint::chat_completions, test::chat_body("clay settles", schema_format))
                  .result.body);
}

TEST(Execute, members_may_come_in_any_order) {
    const Outcome outcome = run(
        Endpoint::chat_completions,
        R"({"max_completion_tokens":500,"messages":[{"content":[{"text":"beams and columns","type":"text"}],"role":"user"}],"model":"m"})");
    EXPECT_EQ(outcome.result.status, 200);
    EXPECT_NE(test::text_in(outcome.body, "/choices/0/message/content").find("and"),
              std::string::npos);
}

TEST(Execute, the_token_limit_cuts_the_answer) {
    const Outcome outcome =
        run(Endpoint::chat_completions, test::chat_body("one two three four five six seven eight",
                                                        R"(,"max_completion_tokens":2)"));
    EXPECT_EQ(test::text_in(outcome.body, "/choices/0/finish_reason"), "length");
    EXPECT_LE(outcome.result.output_tokens, 2U);
}

TEST(Execute, responses_have_output_items) {
    const Outcome outcome = run(
        Endpoint::responses,
        R"({"model":"gpt-6-luna","instructions":"Be brief.","input":[{"role":"user","content":[{"type":"input_text","text":"steel beams bend"}]}],
            "text":{"format":{"type":"json_schema","name":"r","strict":true,"schema":{"type":"object","properties":{"a":{"type":"integer"}},
            "required":["a"],"additionalProperties":false}}}})");
    EXPECT_EQ(test::text_in(outcome.body, "/status"), "completed");
    EXPECT_EQ(test::text_in(outcome.body, "/output/1/type"), "message");
    const json::value answer = json::parse(test::text_in(outcome.body, "/output/1/content/0/text"));
    EXPECT_TRUE(answer.at("a").is_int64());
    EXPECT_EQ(test::number_in(outcome.body, "/usage/input_tokens"),
              static_cast<std::int64_t>(outcome.result.input_tokens));
}

TEST(Execute, embeddings_honour_dimensions_and_encoding) {
    const Outcome numbers =
        run(Endpoint::embeddings,
            R"({"model":"text-embedding-3-small","input":["a b","c d"],"dimensions":16})");
    EXPECT_EQ(test::at(numbers.body, "/data/1/embedding").as_array().size(), 16U);
    EXPECT_EQ(test::number_in(numbers.body, "/data/1/index"), 1);
    const Outcome base64 =
        run(Endpoint::embeddings,
            R"({"model":"text-embedding-3-small","input":"a b","encoding_format":"base64"})");
    EXPECT_EQ(test::text_in(base64.body, "/data/0/embedding").size(), 1536U * 4 * 4 / 3);
    const Outcome tokens =
        run(Endpoint::embeddings, R"({"model":"m","input":[[1,2,3],[4]],"dimensions":4})");
    EXPECT_EQ(test::number_in(tokens.body, "/usage/prompt_tokens"), 4);
    EXPECT_EQ(test::at(tokens.body, "/data").as_array().size(), 2U);
}

TEST(Execute, moderations_flag_a_few_words_and_cost_nothing) {
    const Outcome outcome =
        run(Endpoint::moderations,
            R"({"model":"omni-moderation-latest","input":["I will KILL it","a kitten"]})");
    EXPECT_EQ(test::at(outcome.body, "/results/0/flagged"), true);
    EXPECT_EQ(test::at(outcome.body, "/results/0/categories/violence"), true);
    EXPECT_EQ(test::at(outcome.body, "/results/1/flagged"), false);
    EXPECT_EQ(test::at(outcome.body, "/results/1/category_scores").as_object().size(), 13U);
    EXPECT_EQ(outcome.result.input_tokens, 0U);
}

TEST(Execute, bad_requests_are_refused_with_a_code_and_not_billed) {
    struct Row {
        const char* name;
        Endpoint endpoint;
        std::string body;
        const char* code;
    };
    for (
        const Row& row : {
            Row{"no messages", Endpoint::chat_completions, R"({"model":"m"})",
                "missing_required_parameter"},
            Row{"no input", Endpoint::embeddings, R"({"model":"m"})", "missing_required_parameter"},
            Row{"too long", Endpoint::chat_completions,
                R"({"model":"gpt-4o-mini","messages":[{"role":"user","content":")" +
                    std::string(600'000, 'x') + "\"}]}",
                "context_length_exceeded"},
            Row{"dimensions", Endpoint::embeddings,
                R"({"model":"m","input":"x","dimensions":99999})", "invalid_value"},
            Row{"long input", Endpoint::embeddings,
                R"({"model":"m","input":")" + std::string(40'000, 'x') + "\"}",
                "context_length_exceeded"},
            Row{"bad schema", Endpoint::chat_completions,
                test::chat_body(
                    "x",
                    R"(,"response_format":{"type":"json_schema","json_schema":{"name":"r","strict":true,"schema":{"type":"array"}}})"),
                ""},
        }) {
        const Outcome outcome = run(row.endpoint, row.body);
        EXPECT_EQ(outcome.result.status, 400) << row.name;
        EXPECT_EQ(test::text_in(outcome.body, "/error/code"), row.code) << row.name;
        EXPECT_FALSE(outcome.result.billed) << row.name;
    }
}

}  // namespace
}  // namespace overnight::emulator
