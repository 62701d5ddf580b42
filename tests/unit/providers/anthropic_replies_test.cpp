// Anthropic's control replies: batches, lists with pages, errors, and what each means.
#include "providers/anthropic/wire.hpp"
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using core::Errc;
using model::BatchStatus;
using model::HttpResponse;

const Adapter& anthropic() {
    return *find_adapter("anthropic");
}

HttpResponse ok(std::string body) {
    return HttpResponse{200, {}, std::move(body)};
}

std::string batch_with(std::string_view status, std::string_view more = "") {
    return R"({"id":"msgbatch_01GgqdVdT9","type":"message_batch","processing_status":")" +
           std::string(status) +
           R"(","request_counts":{"processing":4,"succeeded":0,"errored":0,"canceled":0,"expired":0},)"
           R"("created_at":"2026-06-22T15:40:08.480837+00:00","expires_at":"2026-06-23T15:40:08.480837+00:00",)"
           R"("ended_at":null,"cancel_initiated_at":null,"archived_at":null,"results_url":null)" +
           std::string(more) + "}";
}

constexpr std::string_view ended_batch =
    R"({"id":"msgbatch_01","type":"message_batch","processing_status":"ended",)"
    R"("request_counts":{"processing":0,"succeeded":90,"errored":4,"canceled":3,"expired":2},)"
    R"("created_at":"2026-06-22T15:40:08Z","archived_at":null,)"
    R"("results_url":"https://evil.example/steal"})";

TEST(AnthropicWire, a_batch_under_way) {
    const auto batch = anthropic().parse_batch(ok(batch_with("in_progress"))).value();
    EXPECT_EQ(batch.id.v, "msgbatch_01GgqdVdT9");
    EXPECT_EQ(batch.status, BatchStatus::in_progress);
    EXPECT_EQ(batch.status_word, "in_progress");
    EXPECT_EQ(batch.total, 4u);
    EXPECT_EQ(batch.completed, 0u);
    EXPECT_EQ(batch.failed, 0u);
    EXPECT_EQ(batch.created_at, 1'782'142'808);
    EXPECT_TRUE(batch.output_file.empty());
    EXPECT_TRUE(batch.error_file.empty());
    EXPECT_TRUE(batch.input_file.empty());
    EXPECT_EQ(batch.tag, "");
    EXPECT_TRUE(batch.errors.empty());
}

TEST(AnthropicWire, an_ended_batch_has_its_results_under_its_own_id) {
    const auto batch = anthropic().parse_batch(ok(std::string(ended_batch))).value();
    EXPECT_EQ(batch.status, BatchStatus::completed);
    EXPECT_EQ(batch.output_file.v, "msgbatch_01");  // never the address that the reply names
    EXPECT_EQ(batch.total, 99u);
    EXPECT_EQ(batch.completed, 90u);
    EXPECT_EQ(batch.failed, 9u);
    EXPECT_EQ(anthropic().fetch(batch.output_file).target,
              "/v1/messages/batches/msgbatch_01/results");
}

TEST(AnthropicWire, words) {
    struct Row {
        std::string_view word;
        BatchStatus status;
    };
    const Row rows[] = {{"in_progress", BatchStatus::in_progress},
                        {"canceling", BatchStatus::cancelling},
                        {"ENDED", BatchStatus::unknown},
                        {"failed", BatchStatus::unknown},
                        {"", BatchStatus::unknown},
                        {"paused", BatchStatus::unknown}};
    for (const auto& row : rows) {
        const auto batch = anthropic().parse_batch(ok(batch_with(row.word))).value();
        EXPECT_EQ(batch.status, row.status) << row.word;
        EXPECT_FALSE(model::is_end(batch.status)) << row.word;
    }
}

TEST(AnthropicWire, an_end_without_results_is_no_end_yet) {
    // Taken for one, its rows would be missing and would be paid for again.
    for (const char* body :
         {R"({"id":"b","processing_status":"ended","results_url":null,"archived_at":null})",
          R"({"id":"b","processing_status":"ended"})",
          R"({"id":"b","processing_status":"ended","results_url":""})"}) {
        const auto batch = anthropic().parse_batch(ok(body)).value();
        EXPECT_EQ(batch.status, BatchStatus::finalizing) << body;
        EXPECT_TRUE(batch.output_file.empty()) << body;
    }
}

TEST(AnthropicWire, an_archived_batch_is_asked_for_what_is_gone) {
    const auto batch =
        anthropic()
            .parse_batch(ok(
                R"({"id":"b","processing_status":"ended","results_url":null,"archived_at":"2026-07-21T15:40:08Z"})"))
            .value();
    EXPECT_EQ(batch.status, BatchStatus::completed);
    EXPECT_EQ(batch.output_file.v, "b");  // is not found, and the attempt is held
    EXPECT_EQ(batch.status_word, "ended, archived");
}

TEST(AnthropicWire, a_batch_that_is_none) {
    for (const char* body :
         {"", "[]", "<html>", "{}", R"({"id":"b"})", R"({"id":"b","processing_status":7})",
          R"({"processing_status":"ended"})", R"({"id":"","processing_status":"ended"})",
          R"({"id":"a b","processing_status":"ended"})",
          R"({"id":"..","processing_status":"ended"})"}) {
        const auto batch = anthropic().parse_batch(ok(body));
        ASSERT_FALSE(batch) << body;
        EXPECT_EQ(batch.error().code(), Errc::protocol);
    }
    EXPECT_FALSE(anthropic().parse_batch({404, {}, batch_with("in_progress")}));
}

TEST(AnthropicWire, counts_that_make_no_sense) {
    const auto batch = [](std::string_view counts) {
        return anthropic()
            .parse_batch(ok(R"({"id":"b","processing_status":"in_progress","request_counts":)" +
                            std::string(counts) + "}"))
            .value();
    };
    EXPECT_EQ(batch("null").total, 0u);
    EXPECT_EQ(batch("7").total, 0u);
    EXPECT_EQ(batch(R"({"processing":-4,"errored":"x"})").total, 0u);
    EXPECT_EQ(batch(R"({"processing":"4","new":7})").total, 4u);
    EXPECT_EQ(batch(R"({"processing":18446744073709551615,"errored":18446744073709551615})").total,
              UINT64_MAX);
}

TEST(AnthropicWire, pages) {
    const auto page =
        anthropic()
            .parse_batch_page(ok(R"({"data":[)" + batch_with("in_progress") + "," +
                                 std::string(ended_batch) +
                                 R"(],"has_more":true,"first_id":"x","last_id":"y"})"))
            .value();
    ASSERT_EQ(page.items.size(), 2u);
    EXPECT_EQ(page.items[1].total, 99u);
    EXPECT_TRUE(page.more);
    EXPECT_EQ(page.next, "y");
    const auto bare = anthropic()
                          .parse_batch_page(ok(R"({"data":[)" + std::string(ended_batch) +
                                               R"(],"has_more":true,"last_id":null})"))
                          .value();
    EXPECT_EQ(bare.next, "msgbatch_01");
    const auto end =
        anthropic()
            .parse_batch_page(ok(R"({"data":[],"has_more":false,"first_id":null,"last_id":null})"))
            .value();
    EXPECT_TRUE(end.items.empty());
    EXPECT_FALSE(end.more);
    EXPECT_EQ(end.next, "");
}

TEST(AnthropicWire, a_page_that_proves_nothing) {
    for (
        const char* body :
        {"{}", "[]", "", R"({"data":{}})", R"({"data":[]})", R"({"data":[],"has_more":"no"})",
         R"({"data":[7],"has_more":false})", R"({"data":[{"id":"b"}],"has_more":false})",
         R"({"data":[],"has_more":true})", R"({"data":[],"has_more":true,"last_id":7})",
         // a lost create is told by its time and its number of requests
         R"({"data":[{"id":"b","processing_status":"in_progress","request_counts":{"processing":4}}],"has_more":false})",
         R"({"data":[{"id":"b","processing_status":"in_progress","created_at":"2026-06-22T15:40:08Z"}],"has_more":false})"}) {
        const auto page = anthropic().parse_batch_page(ok(body));
        ASSERT_FALSE(page) << body;
        EXPECT_EQ(page.error().code(), Errc::protocol);
    }
}

std::string error_body(std::string_view type,
                       std::string_view code = "",
                       std::string_view m = "m") {
    return R"({"type":"error","error":{"type":")" + std::string(type) + R"(","message":")" +
           std::string(m) + R"(")" +
           (code.empty() ? "" : R"(,"details":{"error_code":")" + std::string(code) + R"("})") +
           R"(},"request_id":"req_1"})";
}

struct Row {
    int status;
    std::string_view type, code;
    ReplyClass what, create;
};

TEST(AnthropicReplies, by_status_type_and_code) {
    using C = ReplyClass;
    const Row rows[] = {
        {400, "invalid_request_error", "", C::rejected, C::rejected},
        {400, "invalid_request_error", "organization_on_hold", C::quota, C::quota},
        {400, "invalid_request_error", "cmek_key_disabled", C::unauthorized, C::unauthorized},
        {400, "invalid_request_error", "claude_code_key_creator_not_member", C::unauthorized,
         C::unauthorized},
        {401, "authentication_error", "", C::unauthorized, C::unauthorized},
        {402, "billing_error", "", C::quota, C::quota},
        {403, "permission_error", "", C::unauthorized, C::unauthorized},
        {404, "not_found_error", "", C::not_found, C::not_found},
        {409, "conflict_error", "", C::retry, C::ambiguous},
        {413, "request_too_large", "", C::rejected, C::rejected},
        {429, "rate_limit_error", "", C::rate_limited, C::rate_limited},
        {429, "rate_limit_error", "ramp_limit_exceeded", C::rate_limited, C::rate_limited},
        {429, "rate_limit_error", "enforced_spend_limit_reached", C::quota, C::quota},
        {429, "rate_limit_error", "contract_spend_limit_reached", C::quota, C::quota},
        {500, "api_error", "", C::retry, C::ambiguous},
        {503, "overloaded_error", "", C::retry, C::ambiguous},
        {504, "timeout_error", "", C::retry, C::ambiguous},
        {529, "overloaded_error", "", C::retry, C::ambiguous},
        // A create is not proven to have had no effect by words alone.
        {500, "invalid_request_error", "", C::rejected, C::ambiguous},
        {529, "rate_limit_error", "", C::rate_limited, C::ambiguous},
        {408, "rate_limit_error", "", C::rate_limited, C::ambiguous},
        {400, "overloaded_error", "", C::retry, C::ambiguous},
        // Of a type that nobody knows the status speaks.
        {400, "new_error", "", C::rejected, C::rejected},
        {401, "new_error", "", C::unauthorized, C::unauthorized},
        {402, "new_error", "", C::quota, C::quota},
        {404, "new_error", "", C::not_found, C::not_found},
        {405, "new_error", "", C::rejected, C::rejected},
        {408, "new_error", "", C::retry, C::ambiguous},
        {409, "new_error", "", C::retry, C::ambiguous},
        {415, "new_error", "", C::rejected, C::rejected},
        {418, "new_error", "", C::rejected, C::ambiguous},
        {422, "new_error", "", C::rejected, C::rejected},
        {425, "new_error", "", C::retry, C::ambiguous},
        {429, "new_error", "", C::rate_limited, C::rate_limited},
        {302, "new_error", "", C::retry, C::ambiguous},
        {500, "new_error", "", C::retry, C::ambiguous},
    };
    for (const auto& row : rows) {
        const HttpResponse reply{row.status, {}, error_body(row.type, row.code)};
        const auto any = anthropic().classify(reply);
        EXPECT_EQ(any.what, row.what)
            << row.status << row.type << row.code << ": " << name(any.what);
        EXPECT_EQ(any.code, row.code.empty() ? row.type : row.code);
        EXPECT_EQ(any.message, "m");
        const auto create = anthropic().classify_create(reply);
        EXPECT_EQ(create.what, row.create)
            << row.status << row.type << row.code << ": " << name(create.what);
    }
}

TEST(AnthropicReplies, no_credit_is_reported_as_a_bad_request) {
    for (const char* message :
         {"Your credit balance is too low to access the Anthropic API. Please go to Plans",
          "You have reached your specified API usage limits. You will regain access on 2026-12-01",
          "You have reached your specified workspace API usage limits."}) {
        const HttpResponse reply{400, {}, error_body("invalid_request_error", "", message)};
        EXPECT_EQ(anthropic().classify_create(reply).what, ReplyClass::quota) << message;
        EXPECT_EQ(anthropic().classify(reply).what, ReplyClass::quota) << message;
    }
}

TEST(AnthropicReplies, another_shape_proves_nothing) {
    for (const std::string& body :
         {std::string(), std::string("<html>413</html>"), std::string("{}"), std::string("null"),
          std::string(R"({"error":{"type":"invalid_request_error","message":"m"}})"),
          std::string(
              R"({"error":{"message":"m","type":"requests","code":"rate_limit_exceeded"}})"),
          std::string(R"({"type":"error","error":{"message":"m"}})"),
          std::string(R"({"type":"error","error":{"type":"invalid_request_error"}})"),
          std::string(R"({"type":"error","error":"x"})")})
        for (const int status : {301, 400, 401, 402, 403, 404, 405, 409, 413, 422, 429, 500, 529}) {
            const HttpResponse reply{status, {}, body};
            EXPECT_EQ(anthropic().classify_create(reply).what, ReplyClass::ambiguous) << body;
            EXPECT_EQ(anthropic().classify(reply).what, ReplyClass::retry) << body;
        }
}

TEST(AnthropicReplies, a_success_of_a_create_names_a_batch) {
    EXPECT_EQ(anthropic().classify_create(ok(batch_with("in_progress"))).what, ReplyClass::ok);
    for (const char* body : {"", "{}", R"({"id":"b"})", R"({"processing_status":"in_progress"})"}) {
        EXPECT_EQ(anthropic().classify_create(ok(body)).what, ReplyClass::ambiguous) << body;
        EXPECT_EQ(anthropic().classify(ok(body)).what, ReplyClass::ok) << body;
    }
}

TEST(AnthropicReplies, words_of_the_provider_are_bounded) {
    const HttpResponse reply{
        400, {}, error_body("invalid_request_error", "", std::string(100'000, 'm'))};
    EXPECT_EQ(anthropic().classify(reply).message.size(), 2'048u);
}

}  // namespace
}  // namespace overnight::providers
