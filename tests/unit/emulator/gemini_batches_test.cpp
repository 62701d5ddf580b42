// Batches in Gemini's dialect over HTTP: shapes field by field, and life.
#include "gemini_session.hpp"

#include <gtest/gtest.h>

#include <set>

namespace overnight::test {
namespace {

namespace json = boost::json;

bool matches_time(const std::string& text) {
    return text.size() == 30 && text[10] == 'T' && text[19] == '.' && text.back() == 'Z';
}

TEST(GeminiBatch, a_created_one_is_a_pending_operation) {
    GeminiSession gemini;
    const std::string file = gemini.upload_name(gemini_lines(3));
    const json::object made = object_of(gemini.create(file));
    const std::string name = text_in(made, "/name");
    EXPECT_EQ(name.size(), std::string("batches/").size() + 36);
    EXPECT_EQ(text_in(made, "/metadata/@type"),
              "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch");
    EXPECT_EQ(text_in(made, "/metadata/model"), "models/gemini-2.5-flash");
    EXPECT_EQ(text_in(made, "/metadata/displayName"), "job 1");
    EXPECT_EQ(text_in(made, "/metadata/inputConfig/fileName"), file);
    EXPECT_TRUE(matches_time(text_in(made, "/metadata/createTime")));
    EXPECT_TRUE(matches_time(text_in(made, "/metadata/updateTime")));
    EXPECT_EQ(text_in(made, "/metadata/state"), "BATCH_STATE_PENDING");
    EXPECT_EQ(text_in(made, "/metadata/name"), name);
    for (const char* const absent : {"done", "response", "error"})
        EXPECT_FALSE(made.contains(absent)) << absent;
    EXPECT_TRUE(at(made, "/metadata/endTime").is_null());
    EXPECT_TRUE(at(made, "/metadata/output").is_null());
    const auto created = gemini.session.ledger("create");
    ASSERT_EQ(created.size(), 1U);
    EXPECT_EQ(text_in(created[0], "/batch"), name);
    EXPECT_EQ(text_in(created[0], "/tag"), "job 1");
    EXPECT_EQ(text_in(created[0], "/input_file"), file);
}

TEST(GeminiBatch, runs_with_coarse_counts_and_then_has_a_file) {
    GeminiSession gemini;
    const std::string name = gemini.start_batch(gemini_lines(4));
    const json::object running = gemini.wait_for(name, "BATCH_STATE_RUNNING");
    const auto& stats = at(running, "/metadata/batchStats").as_object();
    EXPECT_EQ(stats, (json::object{{"requestCount", "4"}, {"pendingRequestCount", "4"}}));
    const json::object done = gemini.finish(name);
    EXPECT_EQ(state_of(done), "BATCH_STATE_SUCCEEDED");
    EXPECT_EQ(at(done, "/done"), true);
    EXPECT_FALSE(done.contains("error"));
    const std::string file = "files/batch-" + name.substr(std::string("batches/").size());
    EXPECT_EQ(at(done, "/response").as_object(),
              (json::object{{"@type",
                             "type.googleapis.com/google.ai.generativelanguage.v1main."
                             "GenerateContentBatchOutput"},
                            {"responsesFile", file}}));
    EXPECT_EQ(text_in(done, "/metadata/output/responsesFile"), file);
    EXPECT_TRUE(matches_time(text_in(done, "/metadata/endTime")));
    EXPECT_EQ(at(done, "/metadata/batchStats").as_object(),
              (json::object{{"requestCount", "4"}, {"successfulRequestCount", "4"}}));
}

TEST(GeminiBatch, answers_every_line_by_its_key) {
    GeminiSession gemini;
    const json::object done =
        gemini.finish(gemini.start_batch(gemini_lines(3, "bend steel beams")));
    const std::string text = gemini.results(done);
    EXPECT_TRUE(text.ends_with("}\n\n")) << "a blank line ends the file";
    const auto lines = gemini.lines(done);
    ASSERT_EQ(lines.size(), 3U);
    std::set<std::string> keys;
    for (const json::object& line : lines) {
        keys.insert(text_in(line, "/key"));
        EXPECT_FALSE(line.contains("error"));
        EXPECT_EQ(text_in(line, "/response/candidates/0/content/role"), "model");
        EXPECT_EQ(text_in(line, "/response/candidates/0/finishReason"), "STOP");
        EXPECT_EQ(number_in(line, "/response/candidates/0/index"), 0);
        EXPECT_FALSE(text_in(line, "/response/candidates/0/content/parts/0/text").empty());
        EXPECT_EQ(text_in(line, "/response/modelVersion"), "gemini-2.5-flash");
        EXPECT_FALSE(text_in(line, "/response/responseId").empty());
        const std::int64_t prompt = number_in(line, "/response/usageMetadata/promptTokenCount");
        const std::int64_t out = number_in(line, "/response/usageMetadata/candidatesTokenCount");
        EXPECT_GT(prompt, 0);
        EXPECT_GT(out, 0);
        EXPECT_EQ(number_in(line, "/response/usageMetadata/totalTokenCount"), prompt + out);
        const auto& usage = at(line, "/response/usageMetadata").as_object();
        EXPECT_FALSE(usage.contains("thoughtsTokenCount"));
        EXPECT_FALSE(usage.contains("cachedContentTokenCount"));
    }
    EXPECT_EQ(keys, (std::set<std::string>{"k1", "k2", "k3"}));
    const auto billed = gemini.session.ledger("billed");
    ASSERT_EQ(billed.size(), 3U);
    EXPECT_EQ(text_in(billed[0], "/custom_id"), "k1");
    EXPECT_EQ(text_in(billed[0], "/tier"), "batch");
    EXPECT_EQ(number_in(billed[0], "/input_tokens"),
              number_in(lines[0], "/response/usageMetadata/promptTokenCount"));
}

TEST(GeminiBatch, gives_the_answers_that_openai_gives_to_the_same_rows) {
    const std::string schema =
        R"({"type":"object","properties":{"r1":{"type":"object","properties":{"tldr":{"type":"string"},)"
        R"("score":{"type":"integer"}},"required":["tldr","score"],"additionalProperties":false},)"
        R"("r2":{"type":"object","properties":{"tldr":{"type":"string"},"score":{"type":"integer"}},)"
        R"("required":["tldr","score"],"additionalProperties":false}},"required":["r1","r2"],)"
        R"("additionalProperties":false})";
    const std::string row =
        R"({"type":"OBJECT","properties":{"tldr":{"type":"STRING"},"score":{"type":"INTEGER"}}})";
    const std::string text = R"({"r1":"steel beams bend","r2":"concrete cracks in frost"})";
    GeminiSession gemini;
    const std::string line =
        R"({"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":)" +
        chat_body(text, R"(,"response_format":{"type":"json_schema","json_schema":{"name":"r",)"
                        R"("strict":true,"schema":)" +
                            schema + "}}") +
        "}\n";
    const json::object batch = gemini.session.finish(gemini.session.start_batch(line));
    const std::string openai = text_in(gemini.session.lines(batch, "output_file_id").at(0),
                                       "/response/body/choices/0/message/content");
    ASSERT_FALSE(openai.empty());
    const std::string as_json_schema =
        R"(,"generation_config":{"response_mime_type":"application/json","response_json_schema":)" +
        schema + "}";
    const std::string as_openapi =
        R"(,"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":)"
        R"("OBJECT","properties":{"r1":)" +
        row + R"(,"r2":)" + row + "}}}";
    for (const std::string& config : {as_json_schema, as_openapi}) {
        const json::object done = gemini.finish(
            gemini.start_batch(R"({"key":"a","request":)" + gemini_request(text, config) + "}\n"));
        EXPECT_EQ(text_in(gemini.lines(done).at(0), "/response/candidates/0/content/parts/0/text"),
                  openai);
    }
}

TEST(GeminiBatch, inline_requests_come_back_inline_with_their_metadata) {
    GeminiSession gemini;
    const json::object made = object_of(gemini.create_inline(
        R"({"request":)" + gemini_request("one") + R"(,"metadata":{"key":"a","tags":["x"]}},)" +
        "\n{\n\"metadata\":{\"key\":\"b\"},\n\"request\":" + gemini_request("two") + "\n}"));
    EXPECT_TRUE(at(made, "/metadata/inputConfig").is_null());
    EXPECT_EQ(at(made, "/metadata/batchStats").as_object(),
              (json::object{{"requestCount", "2"}, {"pendingRequestCount", "2"}}));
    const std::string name = text_in(made, "/name");
    const json::object done = gemini.finish(name);
    EXPECT_EQ(state_of(done), "BATCH_STATE_SUCCEEDED");
    const auto& responses = at(done, "/response/inlinedResponses/inlinedResponses").as_array();
    ASSERT_EQ(responses.size(), 2U);
    EXPECT_EQ(responses[0].at("metadata"), (json::object{{"key", "a"}, {"tags", {"x"}}}));
    EXPECT_EQ(responses[1].at("metadata"), (json::object{{"key", "b"}}));
    EXPECT_FALSE(responses[0].as_object().contains("key"));
    EXPECT_TRUE(responses[0].at("response").as_object().contains("candidates"));
    EXPECT_EQ(at(done, "/metadata/output/inlinedResponses/inlinedResponses"), responses);
    const json::object listed = object_of(gemini.get("/v1beta/batches"));
    EXPECT_TRUE(at(listed, "/operations/0/done").is_bool());
    EXPECT_TRUE(at(listed, "/operations/0/response/inlinedResponses").is_null());
    EXPECT_TRUE(at(listed, "/operations/0/metadata/output").is_null());
    const auto billed = gemini.session.ledger("billed");
    ASSERT_EQ(billed.size(), 2U);
    EXPECT_EQ(text_in(billed[0], "/custom_id"), "a");
    EXPECT_TRUE(object_of(gemini.get("/v1beta/files")).empty()) << "inline files are nobody's";
}

TEST(GeminiBatch, embeddings_have_token_counts_as_texts) {
    GeminiSession gemini;
    const std::string file = gemini.upload_name(
        R"({"key":"e1","request":{"output_dimensionality":8,"content":{"parts":[{"text":"steel"}]}}})"
        "\n");
    const json::object made = object_of(gemini.post(
        "/v1beta/models/gemini-embedding-001:asyncBatchEmbedContent",
        R"({"batch":{"displayName":"d","inputConfig":{"file_name":")" + file + R"("}}})"));
    EXPECT_EQ(text_in(made, "/metadata/@type"),
              "type.googleapis.com/google.ai.generativelanguage.v1main.EmbedContentBatch");
    const json::object done = gemini.finish(text_in(made, "/name"));
    const json::object line = gemini.lines(done).at(0);
    EXPECT_EQ(text_in(line, "/key"), "e1");
    EXPECT_EQ(text_in(line, "/response/tokenCount"), "2");
    EXPECT_EQ(at(line, "/response/embedding/values").as_array().size(), 8U);
    const json::object inlined = object_of(gemini.create_inline(
        R"({"request":{"content":{"parts":[{"text":"steel"}]},"taskType":"CLUSTERING"},)"
        R"("metadata":{"key":"e2"}})",
        "gemini-embedding-001", "asyncBatchEmbedContent"));
    const json::object ended = gemini.finish(text_in(inlined, "/name"));
    EXPECT_EQ(at(ended, "/response/inlinedResponses/inlinedResponses/0/response/embedding/values")
                  .as_array()
                  .size(),
              3072U);
}

TEST(GeminiBatch, a_wrong_request_is_a_line_with_an_error) {
    GeminiSession gemini;
    const std::string lines =
        gemini_lines(1) +
        R"({"key":"flat","request":{"contents":[{"parts":[{"text":"a"}]}],"thinking_config":{}}})"
        "\n"
        R"({"contents":[{"parts":[{"text":"bare"}]}]})"
        "\n"
        R"({"request":)" +
        gemini_request("no key") +
        R"(,"custom_id":"mine","list":[1]})"
        "\n";
    const json::object done = gemini.finish(gemini.start_batch(lines));
    EXPECT_EQ(state_of(done), "BATCH_STATE_SUCCEEDED");
    EXPECT_EQ(
        at(done, "/metadata/batchStats").as_object(),
        (json::object{
            {"requestCount", "4"}, {"successfulRequestCount", "2"}, {"failedRequestCount", "2"}}));
    const auto got = gemini.lines(done);
    ASSERT_EQ(got.size(), 4U);
    EXPECT_EQ(got[1], (json::object{
                          {"error", {{"code", 3}, {"message", "no such field: 'thinking_config'"}}},
                          {"key", "flat"}}));
    EXPECT_EQ(number_in(got[2], "/error/code"), 3);
    EXPECT_FALSE(got[2].contains("key"));
    EXPECT_FALSE(got[3].contains("key"));
    EXPECT_EQ(text_in(got[3], "/custom_id"), "mine");
    EXPECT_EQ(at(got[3], "/list"), json::array());
    EXPECT_EQ(gemini.session.ledger("billed").size(), 2U);
}

TEST(GeminiBatch, a_file_that_is_not_jsonl_fails_it_unbilled) {
    GeminiSession gemini;
    const json::object done = gemini.finish(gemini.start_batch(gemini_lines(2) + "{not json\n"));
    EXPECT_EQ(state_of(done), "BATCH_STATE_FAILED");
    EXPECT_EQ(number_in(done, "/error/code"), 3);
    EXPECT_NE(text_in(done, "/error/message").find("Line 3"), std::string::npos);
    EXPECT_FALSE(done.contains("response"));
    EXPECT_TRUE(gemini.session.ledger("billed").empty());
}

// Again and again, because the delete meets the validation at another place each time.
TEST(GeminiBatch, a_deleted_input_is_a_fence) {
    for (const char* const faults : {"", R"([{"fault":"token_limit","limit":1000000}])"}) {
        GeminiSession gemini(faults);
        for (int i = 0; i < 40; ++i) {
            const std::string file = gemini.upload_name(gemini_lines(2));
            const std::string name = text_in(object_of(gemini.create(file)), "/name");
            EXPECT_EQ(gemini.del("/v1beta/" + file).body, "{}");
            const json::object done = gemini.finish(name);
            EXPECT_EQ(state_of(done), "BATCH_STATE_FAILED");
            EXPECT_EQ(number_in(done, "/error/code"), 5) << json::serialize(done);
        }
        EXPECT_TRUE(gemini.session.ledger("billed").empty());
    }
}

TEST(GeminiBatch, a_cancel_shows_at_once_and_leaves_nothing) {
    GeminiSession gemini;
    const std::string name = gemini.start_batch(gemini_lines(5));
    EXPECT_EQ(gemini.post("/v1beta/" + name + ":cancel", "{}").body, "{}");
    const json::object seen = gemini.batch(name);
    EXPECT_EQ(state_of(seen), "BATCH_STATE_CANCELLED");
    EXPECT_EQ(at(seen, "/done"), true);
    EXPECT_EQ(number_in(seen, "/error/code"), 1);
    EXPECT_FALSE(seen.contains("response"));
    EXPECT_TRUE(at(seen, "/metadata/output").is_null());
    const auto cancels = gemini.session.ledger("cancel");
    ASSERT_EQ(cancels.size(), 1U);
    EXPECT_EQ(text_in(cancels[0], "/batch"), name);
    EXPECT_EQ(gemini.del("/v1beta/" + name).body, "{}");
    EXPECT_EQ(gemini.get("/v1beta/" + name).status, 404);
}

TEST(GeminiBatch, one_that_has_ended_cannot_be_cancelled_and_one_that_runs_not_deleted) {
    GeminiSession gemini;
    const std::string name = gemini.start_batch(gemini_lines(1));
    const RawReply early = gemini.del("/v1beta/" + name);
    EXPECT_EQ(early.status, 400);
    EXPECT_EQ(text_in(object_of(early), "/error/status"), "FAILED_PRECONDITION");
    (void)gemini.finish(name);
    const RawReply late = gemini.post("/v1beta/" + name + ":cancel", "{}");
    EXPECT_EQ(text_in(object_of(late), "/error/status"), "FAILED_PRECONDITION");
}

TEST(GeminiBatch, lists_newest_first_in_pages) {
    GeminiSession gemini;
    EXPECT_EQ(gemini.get("/v1beta/batches").body, "{}") << "an empty list has no members";
    const std::string file = gemini.upload_name(gemini_lines(1));
    std::vector<std::string> made;
    for (int i = 0; i < 5; ++i)
        made.push_back(text_in(object_of(gemini.create(file)), "/name"));
    std::vector<std::string> seen;
    std::string token;
    do {
        const json::object page =
            object_of(gemini.get("/v1beta/batches?pageSize=2&pageToken=" + token));
        for (const auto& one : at(page, "/operations").as_array())
            seen.emplace_back(one.at("name").as_string());
        token = text_in(page, "/nextPageToken");
    } while (!token.empty());
    EXPECT_EQ(seen, std::vector<std::string>(made.rbegin(), made.rend()));
    for (const char* const wrong : {"pageSize=x", "pageToken=zz", "pageToken=62617463"}) {
        const RawReply reply = gemini.get(std::string("/v1beta/batches?") + wrong);
        EXPECT_EQ(text_in(object_of(reply), "/error/status"), "INVALID_ARGUMENT") << wrong;
    }
}

TEST(GeminiBatch, dialects_do_not_see_each_others) {
    GeminiSession gemini;
    const std::string theirs = gemini.start_batch(gemini_lines(1));
    const std::string ours = gemini.session.start_batch(chat_lines(1));
    EXPECT_EQ(at(object_of(gemini.get("/v1beta/batches")), "/operations").as_array().size(), 1U);
    EXPECT_EQ(at(object_of(gemini.session.get("/v1/batches")), "/data").as_array().size(), 1U);
    EXPECT_EQ(gemini.get("/v1beta/batches/" + ours).status, 404);
    EXPECT_EQ(gemini.session.get("/v1/" + theirs).status, 404);
    EXPECT_EQ(at(object_of(gemini.session.get("/v1/files")), "/data").as_array().size(), 1U);
    EXPECT_EQ(at(object_of(gemini.get("/v1beta/files")), "/files").as_array().size(), 1U);
}

struct BadCreate {
    const char* name;
    const char* target;
    const char* body;
    const char* status;
};

class GeminiBadCreate : public testing::TestWithParam<BadCreate> {};

TEST_P(GeminiBadCreate, is_refused_and_makes_nothing) {
    GeminiSession gemini;
    const RawReply reply = gemini.post(GetParam().target, GetParam().body);
    const json::object error = object_of(reply);
    EXPECT_EQ(text_in(error, "/error/status"), GetParam().status) << reply.body;
    EXPECT_EQ(number_in(error, "/error/code"), reply.status);
    EXPECT_TRUE(gemini.session.ledger("create").empty());
}

constexpr const char* target = "/v1beta/models/gemini-2.5-flash:batchGenerateContent";
INSTANTIATE_TEST_SUITE_P(
    All,
    GeminiBadCreate,
    testing::Values(
        BadCreate{"not_json", target, "{", "INVALID_ARGUMENT"},
        BadCreate{"no_batch", target, "{}", "INVALID_ARGUMENT"},
        BadCreate{"no_input", target, R"({"batch":{"displayName":"d"}})", "INVALID_ARGUMENT"},
        BadCreate{"unknown_field", target, R"({"batch":{"display":"d"}})", "INVALID_ARGUMENT"},
        BadCreate{"old_input_form", target,
                  R"({"batch":{"inputConfig":{"requests":{"fileName":"files/a"}}}})",
                  "INVALID_ARGUMENT"},
        BadCreate{
            "both_inputs", target,
            R"({"batch":{"inputConfig":{"fileName":"files/a","requests":{"requests":[{}]}}}})",
            "INVALID_ARGUMENT"},
        BadCreate{"no_requests", target,
                  R"({"batch":{"inputConfig":{"requests":{"requests":[]}}}})", "INVALID_ARGUMENT"},
        BadCreate{"no_such_file", target, R"({"batch":{"inputConfig":{"fileName":"files/a"}}})",
                  "NOT_FOUND"},
        BadCreate{"a_model_that_embeds", "/v1beta/models/gemini-embedding-001:batchGenerateContent",
                  R"({"batch":{"inputConfig":{"fileName":"files/a"}}})", "NOT_FOUND"},
        BadCreate{"a_model_that_does_not_embed",
                  "/v1beta/models/gemini-2.5-flash:asyncBatchEmbedContent",
                  R"({"batch":{"inputConfig":{"fileName":"files/a"}}})", "NOT_FOUND"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(GeminiBatch, inline_results_may_be_too_large_to_be_fetched_though_the_list_works) {
    GeminiSession gemini;
    std::string text;  // of many different letters, so that its vector has few zeros
    for (std::uint32_t i = 0, n = 1; i < 3'000; ++i) {
        n = n * 1'664'525 + 1'013'904'223;
        text += static_cast<char>('a' + n / 65'536 % 26);
    }
    std::string requests;
    for (int i = 0; i < 1'400; ++i) {
        if (i > 0) requests += ',';
        requests += R"({"request":{"content":{"parts":[{"text":")" + text + R"("}]}}})";
    }
    const std::string name = text_in(
        object_of(gemini.create_inline(requests, "gemini-embedding-001", "asyncBatchEmbedContent")),
        "/name");
    ASSERT_FALSE(name.empty());
    json::object listed;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{240};
    do {
        gemini.session.advance(1);
        listed = object_of(gemini.get("/v1beta/batches"));
    } while (!at(listed, "/operations/0/done").is_bool() &&
             std::chrono::steady_clock::now() < deadline);
    EXPECT_EQ(text_in(listed, "/operations/0/metadata/state"), "BATCH_STATE_SUCCEEDED");
    const RawReply reply = gemini.get("/v1beta/" + name);
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(text_in(object_of(reply), "/error/status"), "UNAVAILABLE");
}

TEST(GeminiBatch, an_inline_body_has_a_limit) {
    GeminiSession gemini;
    const RawReply reply =
        gemini.create_inline(R"({"request":)" + gemini_request(std::string(21u << 20, 'x')) + "}");
    EXPECT_EQ(reply.status, 400);
    EXPECT_NE(reply.body.find("20971520"), std::string::npos);
}

TEST(GeminiBatch, a_hundred_may_be_under_way) {
    GeminiSession gemini;
    const std::string file = gemini.upload_name(gemini_lines(1));
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(gemini.create(file).status, 200) << i;
    const RawReply refused = gemini.create(file);
    EXPECT_EQ(refused.status, 429);
    const json::object error = object_of(refused);
    EXPECT_EQ(text_in(error, "/error/status"), "RESOURCE_EXHAUSTED");
    EXPECT_EQ(refused.headers.count("retry-after"), 0U);
    const auto& details = at(error, "/error/details").as_array();
    ASSERT_EQ(details.size(), 1U);
    EXPECT_EQ(details[0].at("@type"), "type.googleapis.com/google.rpc.Help");
}

TEST(GeminiBatch, one_that_takes_longer_than_two_days_expires) {
    GeminiSession gemini(
        R"([{"fault":"batch_time","seconds":345600},{"fault":"partial_results"}])");
    const std::string name = gemini.start_batch(gemini_lines(40));
    (void)gemini.wait_for(name, "BATCH_STATE_RUNNING");
    gemini.session.advance(47 * 3'600);
    EXPECT_EQ(state_of(gemini.batch(name)), "BATCH_STATE_RUNNING");
    gemini.session.advance(50 * 3'600);
    const json::object done = gemini.finish(name);
    EXPECT_EQ(state_of(done), "BATCH_STATE_EXPIRED");
    const std::size_t ran = gemini.session.ledger("billed").size();
    EXPECT_GE(ran, 16U);
    EXPECT_LE(ran, 20U) << "what was due by the expiry, and no more";
    EXPECT_EQ(gemini.lines(done).size(), ran);
}

TEST(GeminiBatch, a_restart_knows_it_again_and_bills_nothing_twice) {
    const TempDirectory state;
    std::string name;
    std::string file;
    {
        GeminiSession gemini("", state.path());
        file = gemini.upload_name(gemini_lines(20));
        name = text_in(object_of(gemini.create(file)), "/name");
        (void)gemini.wait_for(name, "BATCH_STATE_RUNNING");
        gemini.session.advance(1);
    }
    GeminiSession gemini("", state.path());
    const json::object known = object_of(gemini.get("/v1beta/" + file));
    EXPECT_EQ(text_in(known, "/displayName"), "run 1");
    EXPECT_EQ(text_in(known, "/mimeType"), "application/jsonl");
    const json::object done = gemini.finish(name);
    EXPECT_EQ(state_of(done), "BATCH_STATE_SUCCEEDED");
    EXPECT_EQ(text_in(done, "/metadata/displayName"), "job 1");
    EXPECT_EQ(gemini.lines(done).size(), 20U);
    std::set<std::string> billed;
    for (const json::object& line : gemini.session.ledger("billed"))
        EXPECT_TRUE(billed.insert(text_in(line, "/custom_id")).second);
    EXPECT_EQ(billed.size(), 20U);
}

}  // namespace
}  // namespace overnight::test
