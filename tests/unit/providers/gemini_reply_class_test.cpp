// Every row of providers/gemini.md 7 and of SUBMISSION 3.1's outcome table.
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using model::HttpResponse;
using enum ReplyClass;

const Adapter& gemini() {
    return *find_adapter("gemini");
}

std::string envelope(int code,
                     std::string_view status,
                     std::string_view message,
                     std::string_view details = "") {
    return R"({"error":{"code":)" + std::to_string(code) + R"(,"message":")" +
           std::string(message) + R"(","status":")" + std::string(status) + R"(","details":[)" +
           std::string(details) + "]}}";
}

struct Row {
    std::string_view name;
    int http;
    std::string_view status, message;
    ReplyClass plain;  ///< of any request but a create
    ReplyClass create;
    std::string_view create_code = "";  ///< "": the status word
};

constexpr std::string_view quota_used =
    "You exceeded your current quota, please check your plan and billing details. For more "
    "information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.";

const Row rows[] = {
    {"400", 400, "INVALID_ARGUMENT", "Request contains an invalid argument.", rejected, rejected},
    {"400 key", 400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
     unauthorized, unauthorized},
    {"400 place", 400, "FAILED_PRECONDITION", "User location is not supported for the API use.",
     quota, quota},
    {"400 billing", 400, "FAILED_PRECONDITION", "Please enable billing on your project.", quota,
     quota},
    {"400 ended batch", 400, "FAILED_PRECONDITION", "The batch has ended.", rejected, rejected},
    {"400 file not ready", 400, "FAILED_PRECONDITION",
     "The File abc is not in an ACTIVE state and usage is not allowed.", rejected, rejected,
     "file_not_found"},
    {"401", 401, "UNAUTHENTICATED", "Missing credentials", unauthorized, unauthorized},
    {"402", 402, "RESOURCE_EXHAUSTED", "x", quota, quota},
    {"403", 403, "PERMISSION_DENIED", "The caller does not have permission", unauthorized,
     unauthorized},
    {"403 of a name that nobody has", 403, "PERMISSION_DENIED",
     "You do not have permission to access the File on1-a or it may not exist.", not_found,
     not_found, "file_not_found"},
    {"403 leaked", 403, "PERMISSION_DENIED", "Your API key was reported as leaked.", unauthorized,
     unauthorized},
    {"404 model", 404, "NOT_FOUND",
     "models/gemini-9 is not found for API version v1beta, or is not supported for "
     "batchGenerateContent.",
     not_found, not_found},
    {"404 file", 404, "NOT_FOUND", "File files/on1-a not found.", not_found, not_found,
     "file_not_found"},
    {"404", 404, "NOT_FOUND", "Requested entity was not found.", not_found, not_found,
     "file_not_found"},
    {"405", 405, "UNIMPLEMENTED", "x", rejected, rejected},
    {"408", 408, "DEADLINE_EXCEEDED", "x", retry, ambiguous},
    {"409 name is taken", 409, "ALREADY_EXISTS", "The name is taken", retry, ambiguous},
    {"410 is in no list", 410, "NOT_FOUND", "Gone", rejected, ambiguous},
    {"413", 413, "INVALID_ARGUMENT", "too large", rejected, rejected},
    {"415", 415, "INVALID_ARGUMENT", "x", rejected, rejected},
    {"422", 422, "INVALID_ARGUMENT", "x", rejected, rejected},
    {"425", 425, "UNAVAILABLE", "x", retry, ambiguous},
    {"429", 429, "RESOURCE_EXHAUSTED", "Too many requests", rate_limited, rate_limited},
    {"429 quota", 429, "RESOURCE_EXHAUSTED", quota_used, rate_limited, token_limit},
    {"429 tokens", 429, "RESOURCE_EXHAUSTED", "Too many enqueued tokens", rate_limited,
     token_limit},
    {"429 jobs", 429, "RESOURCE_EXHAUSTED", "Quota of concurrent batch jobs exceeded", rate_limited,
     rate_limited},
    {"429 money", 429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.", quota, quota},
    {"499", 499, "CANCELLED", "x", retry, ambiguous},
    {"500", 500, "INTERNAL", "x", retry, ambiguous},
    {"500 with words of a quota", 500, "RESOURCE_EXHAUSTED", quota_used, retry, ambiguous},
    {"503", 503, "UNAVAILABLE", "The model is overloaded.", retry, ambiguous},
    {"504", 504, "DEADLINE_EXCEEDED", "x", retry, ambiguous},
    {"302", 302, "UNKNOWN", "Moved", retry, ambiguous},
};

TEST(GeminiClassify, with_the_error_shape) {
    for (const auto& row : rows) {
        const HttpResponse reply{row.http, {}, envelope(row.http, row.status, row.message)};
        const Reply plain = gemini().classify(reply);
        EXPECT_EQ(plain.what, row.plain) << row.name << ": " << name(plain.what);
        EXPECT_EQ(plain.code, row.status) << row.name;
        EXPECT_EQ(plain.message, row.message) << row.name;
        const Reply create = gemini().classify_create(reply);
        EXPECT_EQ(create.what, row.create) << row.name << ": " << name(create.what);
        EXPECT_EQ(create.code, row.create_code.empty() ? row.status : row.create_code) << row.name;
    }
}

TEST(GeminiClassify, without_the_error_shape_a_status_proves_nothing) {
    for (const auto& row : rows)
        for (const std::string& body :
             {std::string(), std::string("<html><body>no</body></html>"), std::string("{}"),
              std::string(R"({"error":"no"})"),
              std::string(R"({"error":{"code":)") + std::to_string(row.http) + "}}",
              // OpenAI's, and another status than the reply's own
              std::string(R"({"error":{"message":"m","type":"t","code":"c"}})"),
              envelope(row.http + 1, row.status, row.message)}) {
            const HttpResponse reply{row.http, {}, body};
            EXPECT_EQ(gemini().classify(reply).what, retry) << row.name << body;
            EXPECT_EQ(gemini().classify_create(reply).what, ambiguous) << row.name << body;
            EXPECT_EQ(gemini().classify(reply).code, "");
            EXPECT_NE(gemini().classify(reply).message, "");
        }
}

TEST(GeminiClassify, a_fault_of_the_servers_under_a_status_of_ours_proves_nothing) {
    for (const std::string_view word : {"INTERNAL", "UNAVAILABLE", "DEADLINE_EXCEEDED", "UNKNOWN"})
        EXPECT_EQ(gemini().classify_create({400, {}, envelope(400, word, "x")}).what, ambiguous)
            << word;
}

TEST(GeminiClassify, a_field_that_is_named_after_money_is_no_missing_bill) {
    constexpr std::string_view message =
        "Invalid JSON payload received. Unknown name 'payment_method' at "
        "'generation_config.response_schema': Cannot find field.";
    const HttpResponse reply{400, {}, envelope(400, "INVALID_ARGUMENT", message)};
    EXPECT_EQ(gemini().classify_create(reply).what, rejected);
    LineResult out;
    const std::string line =
        R"({"key":"k","error":{"code":3,"message":")" + std::string(message) + "\"}}";
    ASSERT_TRUE(gemini().line_parser("generateContent")->parse(line, out));
    EXPECT_EQ(out.verdict, model::Verdict::permanent);
}

TEST(GeminiClassify, a_key_is_refused_by_reason_too) {
    const auto details =
        R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"})";
    const HttpResponse reply{400, {}, envelope(400, "INVALID_ARGUMENT", "x", details)};
    EXPECT_EQ(gemini().classify(reply).what, unauthorized);
    EXPECT_EQ(gemini().classify_create(reply).what, unauthorized);
}

TEST(GeminiClassify, a_wait_is_carried) {
    using std::chrono::milliseconds;
    const std::pair<std::string_view, std::optional<milliseconds>> waits[] = {
        {R"("31s")", milliseconds(31'000)},
        {R"("0.5s")", milliseconds(500)},
        {R"("1e9s")", std::nullopt},
        {R"("99999999s")", milliseconds(86'400'000)},
        {R"("-1s")", std::nullopt},
        {R"("31")", std::nullopt},
        {R"("nans")", std::nullopt},
        {R"("31s ")", std::nullopt},
        {"31", std::nullopt},
        {"null", std::nullopt},
    };
    for (const auto& [text, wait] : waits) {
        const auto details =
            R"({"@type":"type.googleapis.com/google.rpc.Help"},7,{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":)" +
            std::string(text) + "}";
        const HttpResponse reply{429, {}, envelope(429, "RESOURCE_EXHAUSTED", "x", details)};
        EXPECT_EQ(gemini().classify(reply).wait, wait) << text;
        EXPECT_EQ(gemini().classify_create(reply).wait, wait) << text;
    }
}

TEST(GeminiClassify, success) {
    EXPECT_EQ(gemini().classify({200, {}, ""}).what, ok);
    const std::string good = R"({"name":"batches/b1","metadata":{"state":"BATCH_STATE_PENDING"}})";
    EXPECT_EQ(gemini().classify_create({200, {}, good}).what, ok);
    for (std::size_t n = 0; n < good.size(); ++n)
        EXPECT_EQ(gemini().classify_create({200, {}, good.substr(0, n)}).what, ambiguous) << n;
    for (const char* bad : {"{}", R"({"name":"files/x"})", R"({"name":"batches/../x"})"})
        EXPECT_EQ(gemini().classify_create({200, {}, bad}).what, ambiguous) << bad;
}

TEST(GeminiClassify, a_long_message_is_cut) {
    const HttpResponse reply{400, {}, envelope(400, "INVALID_ARGUMENT", std::string(100'000, 'x'))};
    EXPECT_LT(gemini().classify(reply).message.size(), 3'000u);
}

TEST(GeminiClassify, failed_batches) {
    struct Failed {
        std::string_view code, message;
        ReplyClass what;
        std::string_view result_code;
    };
    const Failed failed[] = {
        {"INVALID_ARGUMENT", "no such field: 'thinking_config'", rejected, "INVALID_ARGUMENT"},
        {"FAILED_PRECONDITION", "x", rejected, "FAILED_PRECONDITION"},
        {"FAILED_PRECONDITION", "Please enable billing", quota, "FAILED_PRECONDITION"},
        {"RESOURCE_EXHAUSTED", quota_used, token_limit, "RESOURCE_EXHAUSTED"},
        {"RESOURCE_EXHAUSTED", "busy", retry, "RESOURCE_EXHAUSTED"},
        {"NOT_FOUND", "File files/on1-a not found", retry, "file_not_found"},
        {"NOT_FOUND", "models/x is not found", rejected, "NOT_FOUND"},
        {"PERMISSION_DENIED", "to access the File x or it may not exist", retry, "file_not_found"},
        {"PERMISSION_DENIED", "x", unauthorized, "PERMISSION_DENIED"},
        {"UNAUTHENTICATED", "x", unauthorized, "UNAUTHENTICATED"},
        {"INTERNAL", "x", retry, "INTERNAL"},
        {"UNAVAILABLE", "x", retry, "UNAVAILABLE"},
        {"UNKNOWN", "x", retry, "UNKNOWN"},
    };
    for (const auto& row : failed) {
        BatchView batch;
        batch.errors.push_back({std::string(row.code), std::string(row.message), std::nullopt});
        const Reply reply = gemini().classify_failed(batch);
        EXPECT_EQ(reply.what, row.what) << row.code << ": " << name(reply.what);
        EXPECT_EQ(reply.code, row.result_code) << row.code;
    }
    EXPECT_EQ(gemini().classify_failed({}).what, retry);
    EXPECT_FALSE(gemini().token_limit_of(quota_used));
}

}  // namespace
}  // namespace overnight::providers
