// Every row of providers/openai.md 1.4 and 3.7 and of SUBMISSION 3.1's outcome table.
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using model::HttpResponse;
using enum ReplyClass;

const Adapter& openai() {
    return *find_adapter("openai");
}

std::string envelope(std::string_view code, std::string_view type, std::string_view message) {
    const auto member = [](std::string_view v) {
        return v.empty() ? "null" : "\"" + std::string(v) + "\"";
    };
    return R"({"error":{"message":")" + std::string(message) + R"(","type":)" + member(type) +
           R"(,"param":null,"code":)" + member(code) + "}}";
}

struct Row {
    std::string_view name;
    int status;
    std::string_view code;
    std::string_view type;
    std::string_view message;
    ReplyClass plain;  ///< of any request but a create
    ReplyClass create;
};

constexpr std::string_view invalid = "invalid_request_error";

const Row rows[] = {
    {"400 invalid_value", 400, "invalid_value", invalid, "Supported values are", rejected,
     rejected},
    {"400 invalid_type", 400, "invalid_type", invalid, "Invalid type for metadata.k", rejected,
     rejected},
    {"400 missing parameter", 400, "missing_required_parameter", invalid, "Missing", rejected,
     rejected},
    {"400 cannot find file", 400, "", invalid,
     "Cannot find file file-1, or project proj_1 does not have access to it.", rejected, rejected},
    {"401", 401, "invalid_api_key", invalid, "Incorrect API key provided", unauthorized,
     unauthorized},
    {"402", 402, "", "", "Payment required", quota, quota},
    {"403", 403, "unsupported_country", "request_forbidden", "Country not supported", unauthorized,
     unauthorized},
    {"404 file", 404, "", invalid, "No such File object: file-1", not_found, not_found},
    {"404 batch", 404, "", invalid, "No batch found with id 'batch_1'.", not_found, not_found},
    {"405", 405, "", invalid, "Not allowed", rejected, rejected},
    {"408", 408, "", "", "Timeout", retry, ambiguous},
    {"409 cancel", 409, "", invalid, "Cannot cancel a batch with status 'completed'.", rejected,
     ambiguous},
    {"409", 409, "", "", "Conflict", retry, ambiguous},
    {"413", 413, "", invalid, "The batch input file is larger than", rejected, rejected},
    {"415", 415, "", invalid, "Unsupported media type", rejected, rejected},
    {"422", 422, "", invalid, "Unprocessable", rejected, rejected},
    {"425", 425, "", "", "Too early", retry, ambiguous},
    {"429 rate", 429, "rate_limit_exceeded", "requests",
     "Rate limit reached. Please try again in 6ms.", rate_limited, rate_limited},
    {"429 old rate", 429, "", "tokens", "Rate limit reached", rate_limited, rate_limited},
    {"429 slow_down", 429, "slow_down", "rate_limit_error", "Slow down", rate_limited,
     rate_limited},
    {"429 no code", 429, "", "", "Too many", rate_limited, rate_limited},
    {"429 insufficient_quota", 429, "insufficient_quota", "insufficient_quota",
     "You exceeded your current quota", quota, quota},
    {"429 quota by type", 429, "", "insufficient_quota", "x", quota, quota},
    {"429 credit", 429, "credit_balance_exhausted", "insufficient_quota", "x", quota, quota},
    {"400 billing_hard_limit", 400, "billing_hard_limit_reached", invalid, "x", quota, quota},
    {"429 billing_not_active", 429, "billing_not_active", "", "x", quota, quota},
    {"429 organization spend", 429, "organization_spend_limit_exceeded", "", "x", quota, quota},
    {"429 project spend", 429, "project_spend_limit_exceeded", "", "x", quota, quota},
    {"400 organization usage", 400, "organization_usage_limit_exceeded", "", "x", quota, quota},
    {"429 flex", 429, "", "", "Resource Unavailable", rate_limited, rate_limited},
    {"429 token limit", 429, "token_limit_exceeded", "", "Enqueued token limit reached",
     token_limit, token_limit},
    {"400 token limit by text", 400, "", invalid,
     "Enqueued token limit reached for gpt-6-luna in organization o. Limit: 2,000,000 enqueued "
     "tokens.",
     token_limit, token_limit},
    {"500", 500, "", "server_error", "The server had an error", retry, ambiguous},
    {"500 with a quota code", 500, "insufficient_quota", "", "x", quota, ambiguous},
    {"502", 502, "", "", "Bad gateway", retry, ambiguous},
    {"503 overloaded", 503, "server_is_overloaded", "service_unavailable_error", "Overloaded",
     retry, ambiguous},
    {"503 slow_down", 503, "slow_down", "", "Slow down", rate_limited, ambiguous},
    {"504", 504, "", "", "Gateway timeout", retry, ambiguous},
    {"529", 529, "", "", "Overloaded", retry, ambiguous},
    {"410 is in no list", 410, "", invalid, "Gone", rejected, ambiguous},
    {"302", 302, "", "", "Moved", retry, ambiguous},
};

TEST(Classify, with_the_error_shape) {
    for (const auto& row : rows) {
        const HttpResponse reply{row.status, {}, envelope(row.code, row.type, row.message)};
        const Reply plain = openai().classify(reply);
        EXPECT_EQ(plain.what, row.plain) << row.name << ": " << name(plain.what);
        EXPECT_EQ(plain.code, row.code.empty() ? row.type : row.code) << row.name;
        EXPECT_EQ(plain.message, row.message) << row.name;
        const Reply create = openai().classify_create(reply);
        EXPECT_EQ(create.what, row.create) << row.name << ": " << name(create.what);
        EXPECT_EQ(create.message, row.message) << row.name;
    }
}

TEST(Classify, without_the_error_shape_a_status_proves_nothing) {
    for (const auto& row : rows)
        for (const char* body :
             {"", "<html><body>no</body></html>", "{}", R"({"detail":"Not Found"})",
              R"({"error":"no"})", R"({"error":{"code":"insufficient_quota"}})"}) {
            const HttpResponse reply{row.status, {}, body};
            EXPECT_EQ(openai().classify(reply).what, retry) << row.name << body;
            EXPECT_EQ(openai().classify_create(reply).what, ambiguous) << row.name << body;
            EXPECT_EQ(openai().classify(reply).code, "");
            EXPECT_NE(openai().classify(reply).message, "");
        }
}

TEST(Classify, success) {
    EXPECT_EQ(openai().classify({200, {}, ""}).what, ok);
    EXPECT_EQ(openai().classify({206, {}, "half"}).what, ok);
}

TEST(ClassifyCreate, a_2xx_counts_only_with_a_usable_batch) {
    const std::string good =
        R"({"id":"batch_1","object":"batch","status":"validating","input_file_id":"file-1"})";
    EXPECT_EQ(openai().classify_create({200, {}, good}).what, ok);
    EXPECT_EQ(openai().classify_create({201, {}, good}).what, ok);
    for (std::size_t n = 0; n < good.size(); ++n)
        EXPECT_EQ(openai().classify_create({200, {}, good.substr(0, n)}).what, ambiguous) << n;
    const std::string long_id(10'240, 'b');
    for (const std::string& id :
         {std::string("null"), std::string("\"\""), std::string("7"), std::string("[\"b\"]"),
          std::string(R"("b\u0000")"), std::string(R"("a b")"), "\"" + long_id + "\""})
        EXPECT_EQ(
            openai()
                .classify_create(
                    {200, {}, R"({"id":)" + id + R"(,"status":"validating","input_file_id":"f"})"})
                .what,
            ambiguous)
            << id.substr(0, 20);
    EXPECT_EQ(openai().classify_create({200, {}, "<html>captive portal</html>"}).what, ambiguous);
}

TEST(ClassifyCreate, a_missing_file_has_a_code_of_its_own) {
    const Reply old = openai().classify_create(
        {400,
         {},
         envelope("", invalid,
                  "Cannot find file file-1, or organization org-1 does not have access to it.")});
    EXPECT_EQ(old.what, rejected);
    EXPECT_EQ(old.code, "file_not_found");
    const Reply gone =
        openai().classify_create({404, {}, envelope("", invalid, "No such File object: file-1")});
    EXPECT_EQ(gone.what, not_found);
    EXPECT_EQ(gone.code, "file_not_found");
}

TEST(ClassifyCreate, a_fault_of_the_servers_under_a_status_of_ours_proves_nothing) {
    for (const int status : {400, 404, 422}) {
        const HttpResponse typed{status, {}, envelope("", "server_error", "x")};
        EXPECT_EQ(openai().classify_create(typed).what, ambiguous) << status;
        const HttpResponse worded{
            status, {}, envelope("", "x", "An error occurred while processing your request.")};
        EXPECT_EQ(openai().classify_create(worded).what, ambiguous) << status;
    }
}

TEST(Classify, the_providers_words_are_bounded) {
    const std::string text(100'000, 'x');
    EXPECT_LE(openai().classify({400, {}, envelope("", "", text)}).message.size(), 2'048u);
    EXPECT_LE(openai().classify({502, {}, text}).message.size(), 2'048u);
}

struct FailedRow {
    std::string_view name;
    std::vector<BatchView::Problem> errors;
    ReplyClass what;
    std::string_view code;
};

TEST(ClassifyFailed, rows_of_the_table) {
    const std::string_view limit_text =
        "Enqueued token limit reached for gpt-6-luna in organization org-1. Limit: 2,000,000 "
        "enqueued tokens. Please try "
        "again once some in_progress batches have been completed.";
    const FailedRow table[] = {
        {"json",
         {{"invalid_json_line", "This line is not parseable as valid JSON.", 1}},
         rejected,
         "invalid_json_line"},
        {"missing",
         {{"missing_required_parameter", "Missing required parameter: 'url'.", 2}},
         rejected,
         "missing_required_parameter"},
        {"duplicate",
         {{"duplicate_custom_id", "The custom_id for this request is a duplicate", 9}},
         rejected,
         "duplicate_custom_id"},
        {"url", {{"invalid_url", "The URL provided", 1}}, rejected, "invalid_url"},
        {"url, Azure", {{"url_mismatch", "The URL provided", {}}}, rejected, "url_mismatch"},
        {"model",
         {{"mismatched_model", "The model 'x' for this request", 4}},
         rejected,
         "mismatched_model"},
        {"model, Azure", {{"model_mismatch", "The model", {}}}, rejected, "model_mismatch"},
        {"not batchable",
         {{"model_not_found", "The provided model 'x' is not supported by the Batch API.", 1}},
         rejected,
         "model_not_found"},
        {"stream",
         {{"streaming_unsupported",
           "Chat Completions: Streaming is not supported in the Batch API.", 1}},
         rejected,
         "streaming_unsupported"},
        {"request",
         {{"invalid_request", "Model parameter is required.", 1}},
         rejected,
         "invalid_request"},
        {"too many, Azure",
         {{"too_many_tasks", "The number of requests", {}}},
         rejected,
         "too_many_tasks"},
        {"empty, Azure", {{"empty_file", "The file is empty", {}}}, rejected, "empty_file"},
        {"file",
         {{"invalid_request",
           "Cannot find file file-1, or organization org-1 does not have access to it.",
           {}}},
         retry,
         "file_not_found"},
        {"token limit",
         {{"token_limit_exceeded", std::string(limit_text), {}}},
         token_limit,
         "token_limit_exceeded"},
        {"token limit by text", {{"", std::string(limit_text), {}}}, token_limit, ""},
        {"token limit beside a line",
         {{"x", "y", 1}, {"token_limit_exceeded", "t", {}}},
         token_limit,
         "token_limit_exceeded"},
        {"billing",
         {{"billing_hard_limit_reached", "Billing hard limit has been reached", {}}},
         quota,
         "billing_hard_limit_reached"},
        {"unknown with a line", {{"brand_new", "?", 7}}, rejected, "brand_new"},
        {"unknown without a line", {{"brand_new", "?", {}}}, retry, "brand_new"},
        {"no reason", {}, retry, ""},
    };
    for (const auto& row : table) {
        BatchView batch;
        batch.errors = row.errors;
        const Reply reply = openai().classify_failed(batch);
        EXPECT_EQ(reply.what, row.what) << row.name;
        EXPECT_EQ(reply.code, row.code) << row.name;
    }
}

TEST(TokenLimit, is_read_from_the_message) {
    const auto limit = [](std::string_view m) { return openai().token_limit_of(m); };
    EXPECT_EQ(limit("Enqueued token limit reached for gpt-4o in organization o. Limit: 90,000 "
                    "enqueued tokens. Please"),
              90'000u);
    EXPECT_EQ(limit("Limit: 2,000,000 enqueued tokens"), 2'000'000u);
    EXPECT_EQ(limit("Limit: 7 of them. Limit: 15000000000 enqueued tokens"), 15'000'000'000u);
    EXPECT_EQ(limit("Limit: 200000 tokens per minute"), std::nullopt);
    EXPECT_EQ(limit("Limit:  enqueued tokens"), std::nullopt);
    EXPECT_EQ(limit("Limit: , enqueued tokens"), std::nullopt);
    EXPECT_EQ(limit("Limit: 0 enqueued tokens"), std::nullopt);
    EXPECT_EQ(limit("Limit: 99999999999999999999999 enqueued tokens"), std::nullopt);
    EXPECT_EQ(limit("Limit: 5"), std::nullopt);
    EXPECT_EQ(limit(""), std::nullopt);
}

}  // namespace
}  // namespace overnight::providers
