// The ordinary endpoints, keys and errors of Gemini's dialect.
#include "gemini_session.hpp"

#include <gtest/gtest.h>

namespace overnight::test {
namespace {

namespace json = boost::json;

constexpr const char* generate = "/v1beta/models/gemini-2.5-flash:generateContent";

json::object answer_to(GeminiSession& gemini, const std::string& config) {
    return object_of(gemini.post(
        generate, gemini_request("steel beams bend", R"(,"generationConfig":)" + config)));
}

std::string text_of(const json::object& answer) {
    return text_in(answer, "/candidates/0/content/parts/0/text");
}

TEST(GeminiSync, answers_and_bills_an_ordinary_call) {
    GeminiSession gemini;
    const json::object answer = object_of(gemini.post(generate, gemini_request("hello")));
    EXPECT_FALSE(text_of(answer).empty());
    const auto billed = gemini.session.ledger("billed");
    ASSERT_EQ(billed.size(), 1U);
    EXPECT_EQ(text_in(billed[0], "/tier"), "standard");
    EXPECT_TRUE(at(billed[0], "/batch").is_null());
    (void)gemini.post(generate, gemini_request("hello", R"(,"serviceTier":"flex")"));
    EXPECT_EQ(text_in(gemini.session.ledger("billed").at(1), "/tier"), "flex");
}

TEST(GeminiSync, is_deterministic) {
    GeminiSession gemini;
    const std::string body = gemini_request("steel beams bend");
    EXPECT_EQ(gemini.post(generate, body).body, gemini.post(generate, body).body);
}

TEST(GeminiSync, gives_json_that_fits_a_schema) {
    GeminiSession gemini;
    const json::object answer = answer_to(
        gemini,
        R"({"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":)"
        R"({"tldr":{"type":"STRING"},"level":{"type":"STRING","enum":["a","b"]},)"
        R"("n":{"type":"INTEGER","nullable":true}}}})");
    const json::value got = json::parse(text_of(answer));
    EXPECT_TRUE(got.at("tldr").is_string());
    EXPECT_TRUE(got.at("level") == "a" || got.at("level") == "b");
    EXPECT_TRUE(got.at("n").is_int64() || got.at("n").is_null());
}

TEST(GeminiSync, an_enumeration_can_come_bare) {
    GeminiSession gemini;
    const std::string text = text_of(answer_to(
        gemini,
        R"({"responseMimeType":"text/x.enum","responseSchema":{"type":"STRING","enum":["up"]}})"));
    EXPECT_EQ(text, "up");
}

TEST(GeminiSync, a_schema_with_too_much_in_it_is_refused) {
    GeminiSession gemini;
    const json::object error = answer_to(
        gemini, R"({"responseMimeType":"application/json","responseSchema":{"type":"OBJECT",)"
                R"("additionalProperties":false,"properties":{"a":{"type":"STRING"}}}})");
    EXPECT_EQ(number_in(error, "/error/code"), 400);
    EXPECT_EQ(text_in(error, "/error/status"), "INVALID_ARGUMENT");
    EXPECT_NE(text_in(error, "/error/message").find("additionalProperties"), std::string::npos);
}

TEST(GeminiSync, thoughts_are_counted_and_eat_the_limit) {
    GeminiSession gemini;
    const json::object answer =
        answer_to(gemini, R"({"thinkingConfig":{"thinkingBudget":10,"includeThoughts":true}})");
    EXPECT_EQ(number_in(answer, "/usageMetadata/thoughtsTokenCount"), 10);
    EXPECT_EQ(number_in(answer, "/usageMetadata/totalTokenCount"),
              number_in(answer, "/usageMetadata/promptTokenCount") +
                  number_in(answer, "/usageMetadata/candidatesTokenCount") + 10);
    EXPECT_EQ(at(answer, "/candidates/0/content/parts/0/thought"), true);
    EXPECT_FALSE(text_in(answer, "/candidates/0/content/parts/1/text").empty());
    EXPECT_EQ(number_in(gemini.session.ledger("billed").at(0), "/output_tokens"),
              number_in(answer, "/usageMetadata/candidatesTokenCount") + 10);
    const json::object eaten =
        answer_to(gemini, R"({"maxOutputTokens":5,"thinkingConfig":{"thinkingBudget":10}})");
    EXPECT_EQ(text_in(eaten, "/candidates/0/finishReason"), "MAX_TOKENS");
    EXPECT_EQ(at(eaten, "/candidates/0/content").as_object(), (json::object{{"role", "model"}}));
    EXPECT_EQ(number_in(eaten, "/usageMetadata/thoughtsTokenCount"), 5);
    EXPECT_TRUE(at(eaten, "/usageMetadata/candidatesTokenCount").is_null());
    const json::object cut = answer_to(gemini, R"({"maxOutputTokens":2})");
    EXPECT_EQ(text_in(cut, "/candidates/0/finishReason"), "MAX_TOKENS");
    EXPECT_EQ(number_in(cut, "/usageMetadata/candidatesTokenCount"), 2);
}

TEST(GeminiSync, counts_tokens_in_both_forms) {
    GeminiSession gemini;
    const std::string plain = gemini_request("steel beams bend");
    const json::object one =
        object_of(gemini.post("/v1beta/models/gemini-2.5-flash:countTokens", plain));
    const json::object two = object_of(gemini.post(
        "/v1beta/models/gemini-2.5-flash:countTokens",
        R"({"generateContentRequest":)" +
            gemini_request("steel beams bend", R"(,"model":"models/gemini-2.5-flash")") + "}"));
    EXPECT_EQ(one, two);
    const json::object answer = object_of(gemini.post(generate, plain));
    EXPECT_EQ(number_in(one, "/totalTokens"), number_in(answer, "/usageMetadata/promptTokenCount"));
    EXPECT_FALSE(one.contains("cachedContentTokenCount"));
}

TEST(GeminiSync, embeds_one_and_many) {
    GeminiSession gemini;
    const std::string content =
        R"("content":{"parts":[{"text":"steel"}]},"outputDimensionality":4)";
    const json::object one = object_of(
        gemini.post("/v1beta/models/gemini-embedding-001:embedContent", "{" + content + "}"));
    EXPECT_EQ(at(one, "/embedding/values").as_array().size(), 4U);
    EXPECT_EQ(one.size(), 1U);
    const std::string request = R"({"model":"models/gemini-embedding-001",)" + content + "}";
    const json::object many =
        object_of(gemini.post("/v1beta/models/gemini-embedding-001:batchEmbedContents",
                              R"({"requests":[)" + request + "," + request + "]}"));
    ASSERT_EQ(at(many, "/embeddings").as_array().size(), 2U);
    EXPECT_EQ(at(many, "/embeddings/0/values"), at(one, "/embedding/values"));
    EXPECT_EQ(gemini
                  .post("/v1beta/models/gemini-embedding-001:batchEmbedContents",
                        R"({"requests":[{)" + content + "}]}")
                  .status,
              400)
        << "each must name the model";
}

TEST(GeminiSync, a_call_with_one_bad_text_embeds_and_bills_nothing) {
    GeminiSession gemini;
    const std::string good =
        R"({"model":"models/gemini-embedding-001","content":{"parts":[{"text":"steel"}]}})";
    const std::string empty = R"({"model":"models/gemini-embedding-001","content":{"parts":[]}})";
    const auto embed = [&](const std::string& requests) {
        return gemini.post("/v1beta/models/gemini-embedding-001:batchEmbedContents",
                           R"({"requests":[)" + requests + "]}");
    };
    EXPECT_EQ(embed(good + "," + empty).status, 400);
    EXPECT_EQ(embed(good + R"(,{"model":"models/other"})").status, 400);
    EXPECT_TRUE(gemini.session.ledger("billed").empty());
    std::string many = good;
    for (int i = 0; i < 1'000; ++i)
        many += "," + good;
    EXPECT_EQ(embed(many).status, 400) << "an answer needs two hundred times the request's memory";
    EXPECT_TRUE(gemini.session.ledger("billed").empty());
}

TEST(GeminiSync, models_say_what_can_be_batched) {
    GeminiSession gemini;
    const json::object all = object_of(gemini.get("/v1beta/models?pageSize=1000"));
    EXPECT_GT(at(all, "/models").as_array().size(), 5U);
    const json::object page = object_of(gemini.get("/v1beta/models?pageSize=2"));
    ASSERT_EQ(at(page, "/models").as_array().size(), 2U);
    const json::object next = object_of(
        gemini.get("/v1beta/models?pageSize=2&pageToken=" + text_in(page, "/nextPageToken")));
    EXPECT_EQ(at(next, "/models/0"), at(all, "/models/2"));
    const auto methods = [&](const std::string& model) {
        return json::serialize(
            at(object_of(gemini.get("/v1beta/models/" + model)), "/supportedGenerationMethods"));
    };
    EXPECT_NE(methods("gemini-2.5-flash").find("\"batchGenerateContent\""), std::string::npos);
    EXPECT_NE(methods("gemini-embedding-001").find("\"asyncBatchEmbedContent\""),
              std::string::npos);
    EXPECT_EQ(methods("gemini-2.5-flash-live").find("batchGenerateContent"), std::string::npos);
    const json::object one = object_of(gemini.get("/v1beta/models/gemini-2.5-flash"));
    EXPECT_EQ(text_in(one, "/name"), "models/gemini-2.5-flash");
    EXPECT_EQ(number_in(one, "/inputTokenLimit"), 1'048'576);
}

RawReply with_key(GeminiSession& gemini, const std::string& target, const std::string& header) {
    return exchange(
        gemini.session.port(),
        {"GET", target,
         header.empty() ? std::vector<std::string>{} : std::vector<std::string>{header}, ""});
}

TEST(GeminiKeys, come_in_a_header_or_in_the_query) {
    GeminiSession gemini;
    EXPECT_EQ(with_key(gemini, "/v1beta/batches?key=abc", "").status, 200);
    EXPECT_EQ(with_key(gemini, "/v1beta/batches", "x-goog-api-key: abc").status, 200);
    const RawReply none = with_key(gemini, "/v1beta/batches", "");
    EXPECT_EQ(none.status, 403);
    EXPECT_EQ(text_in(object_of(none), "/error/status"), "PERMISSION_DENIED");
    EXPECT_EQ(with_key(gemini, "/v1beta/batches", "Authorization: Bearer abc").status, 403);
    const auto requests = gemini.session.ledger("request");
    EXPECT_EQ(text_in(requests.at(0), "/key"), text_in(requests.at(1), "/key"));
    EXPECT_EQ(text_in(requests.at(0), "/path"), "/v1beta/batches?key=...") << "keys are no-one's";
}

TEST(GeminiKeys, a_bad_one_is_refused_as_the_rule_wants) {
    GeminiSession page(R"([{"fault":"bad_key","key":"abc"}])");
    EXPECT_EQ(with_key(page, "/v1beta/batches", "x-goog-api-key: abd").status, 200);
    const RawReply denied = with_key(page, "/v1beta/batches", "x-goog-api-key: abc");
    EXPECT_EQ(denied.status, 403);
    EXPECT_EQ(text_in(object_of(denied), "/error/status"), "PERMISSION_DENIED");
    GeminiSession live(R"([{"fault":"bad_key","status":400}])");
    const json::object invalid = object_of(live.get("/v1beta/batches"));
    EXPECT_EQ(text_in(invalid, "/error/status"), "INVALID_ARGUMENT");
    EXPECT_TRUE(text_in(invalid, "/error/message").starts_with("API key not valid"));
    EXPECT_EQ(text_in(invalid, "/error/details/0/reason"), "API_KEY_INVALID");
}

TEST(GeminiErrors, an_unknown_path_is_answered_by_the_front_end) {
    GeminiSession gemini;
    const RawReply reply = gemini.get("/v1beta/nothing");
    EXPECT_EQ(reply.status, 404);
    EXPECT_TRUE(reply.headers.at("content-type").starts_with("text/html"));
    EXPECT_EQ(gemini.send("PUT", "/v1beta/batches", "{}").status, 404);
    EXPECT_EQ(text_in(object_of(gemini.get("/v1beta/batches/none")), "/error/status"), "NOT_FOUND");
}

}  // namespace
}  // namespace overnight::test
