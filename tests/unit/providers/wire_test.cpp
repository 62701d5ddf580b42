// Control replies, as providers/openai.md shows them and as hostile servers write them.
#include "providers/openai/wire.hpp"

#include "providers/openai/batch_object.hpp"
#include "providers/openai/profiles.hpp"
#include "providers/wire_values.hpp"

#include <gtest/gtest.h>

namespace overnight::providers::openai {
namespace {

using core::Errc;
using model::BatchStatus;
using model::HttpResponse;

const Profile& own = profiles().front();

HttpResponse ok(std::string body) {
    return HttpResponse{200, {}, std::move(body)};
}

constexpr std::string_view file_object =
    R"({"id":"file-abc123","object":"file","bytes":120000,"created_at":1677610602,"expires_at":1680202602,)"
    R"("filename":"in.jsonl","purpose":"batch","status":"processed","status_details":null})";

constexpr std::string_view batch_object =
    R"({"id":"batch_abc123","object":"batch","endpoint":"/v1/chat/completions","model":"gpt-5-2025-08-07",)"
    R"("errors":null,"input_file_id":"file-abc123","completion_window":"24h","status":"completed",)"
    R"("output_file_id":"file-cvaTdG","error_file_id":"file-HOWS94","created_at":1711471533,)"
    R"("in_progress_at":1711471538,"expires_at":1711557933,"finalizing_at":1711493133,)"
    R"("completed_at":1711493163,"failed_at":null,"expired_at":null,"cancelling_at":null,"cancelled_at":null,)"
    R"("request_counts":{"total":100,"completed":95,"failed":5},"usage":{"input_tokens":1500,)"
    R"("input_tokens_details":{"cached_tokens":1024},"output_tokens":500,)"
    R"("output_tokens_details":{"reasoning_tokens":300},"total_tokens":2000},)"
    R"("metadata":{"overnight":"on1-abcdef-0123456789abcdefghjkmnpqrs","job":"7"}})";

std::string batch_with(std::string_view more) {
    return R"({"id":"batch_1","input_file_id":"file-1",)" + std::string(more) + "}";
}

TEST(Wire, file) {
    const auto file = read_file(own, ok(std::string(file_object))).value();
    EXPECT_EQ(file.id.v, "file-abc123");
    EXPECT_EQ(file.bytes, 120'000u);
    EXPECT_EQ(file.filename, "in.jsonl");
    EXPECT_EQ(file.created_at, 1'677'610'602);
}

TEST(Wire, file_without_id_or_size_is_a_broken_promise) {
    for (const char* body :
         {R"({"bytes":1})", R"({"id":"","bytes":1})", R"({"id":null,"bytes":1})",
          R"({"id":7,"bytes":1})", R"({"id":"f 1","bytes":1})", R"({"id":"f\n1","bytes":1})",
          R"({"id":"..","bytes":1})", R"({"id":"f"})", R"({"id":"f","bytes":-1})",
          R"({"id":"f","bytes":null})", "[]", "", "<html>"}) {
        const auto file = read_file(own, ok(body));
        ASSERT_FALSE(file) << body;
        EXPECT_EQ(file.error().code(), Errc::protocol);
    }
    EXPECT_FALSE(read_file(own, {404, {}, std::string(file_object)}));
    const std::string longest(1024, 'f');
    EXPECT_TRUE(read_file(own, ok(R"({"id":")" + longest + R"(","bytes":1})")));
    EXPECT_FALSE(read_file(own, ok(R"({"id":")" + longest + R"(f","bytes":1})")));
}

TEST(Wire, file_page) {
    const auto page =
        read_file_page(own,
                       ok(R"({"object":"list","data":[)" + std::string(file_object) +
                          R"(],"first_id":"file-abc123","last_id":"file-abc123","has_more":true})"))
            .value();
    ASSERT_EQ(page.items.size(), 1u);
    EXPECT_TRUE(page.more);
    EXPECT_EQ(page.next, "file-abc123");
}

TEST(Wire, page_cursor) {
    // last_id left out: the last element's id (openai.md 2.2).
    const auto bare =
        read_file_page(own, ok(R"({"data":[{"id":"f1"},{"id":"f2"}],"has_more":true})")).value();
    EXPECT_EQ(bare.next, "f2");
    const auto end =
        read_file_page(own, ok(R"({"data":[{"id":"f1"}],"has_more":false,"last_id":"f1"})"))
            .value();
    EXPECT_FALSE(end.more);
    EXPECT_EQ(end.next, "");
    EXPECT_FALSE(read_file_page(own, ok(R"({"data":[]})")).value().more);
    // More, but no place to go on from: not a complete list.
    EXPECT_FALSE(read_file_page(own, ok(R"({"data":[],"has_more":true})")));
    EXPECT_FALSE(read_file_page(own, ok(R"({"data":[{"id":"f1"},7],"has_more":false})")));
    EXPECT_FALSE(read_file_page(own, ok(R"({"data":{},"has_more":false})")));
    EXPECT_FALSE(read_file_page(own, ok(R"({"has_more":false})")));
    EXPECT_FALSE(read_file_page(own, {500, {}, R"({"data":[],"has_more":false})"}));
}

TEST(Wire, a_page_of_batches_without_has_more_proves_nothing) {
    for (const char* more : {"", R"(,"has_more":null)", R"(,"has_more":"no")"}) {
        const auto page =
            read_batch_page(own, ok(R"({"object":"list","data":[])" + std::string(more) + "}"));
        ASSERT_FALSE(page) << more;
        EXPECT_EQ(page.error().code(), Errc::protocol);
    }
    EXPECT_TRUE(read_batch_page(own, ok(R"({"object":"list","data":[],"has_more":false})")));
}

TEST(Wire, deleted) {
    EXPECT_TRUE(
        read_deleted(own, ok(R"({"id":"file-abc123","object":"file","deleted":true})")).value());
    EXPECT_FALSE(read_deleted(own, ok(R"({"id":"file-abc123","deleted":false})")).value());
    EXPECT_FALSE(read_deleted(own, ok(R"({"id":"file-abc123"})")));
    EXPECT_FALSE(read_deleted(own, ok(R"({"deleted":"true"})")));
}

TEST(Wire, batch) {
    const auto batch = read_batch(own, ok(std::string(batch_object))).value();
    EXPECT_EQ(batch.id.v, "batch_abc123");
    EXPECT_EQ(batch.status, BatchStatus::completed);
    EXPECT_EQ(batch.status_word, "completed");
    EXPECT_EQ(batch.tag, "on1-abcdef-0123456789abcdefghjkmnpqrs");
    EXPECT_EQ(batch.input_file.v, "file-abc123");
    EXPECT_EQ(batch.output_file.v, "file-cvaTdG");
    EXPECT_EQ(batch.error_file.v, "file-HOWS94");
    EXPECT_EQ(batch.created_at, 1'711'471'533);
    EXPECT_EQ(batch.total, 100u);
    EXPECT_EQ(batch.completed, 95u);
    EXPECT_EQ(batch.failed, 5u);
    EXPECT_EQ(batch.usage, (model::Usage{1500, 1024, 500}));
    EXPECT_TRUE(batch.errors.empty());
}

TEST(Wire, a_file_id_may_be_null_absent_or_empty) {
    for (const char* ids : {R"("output_file_id":null,"error_file_id":null,)",
                            R"("output_file_id":"","error_file_id":"",)", ""}) {
        const auto batch =
            read_batch(own, ok(batch_with(std::string(ids) + R"("status":"completed")"))).value();
        EXPECT_TRUE(batch.output_file.empty()) << ids;
        EXPECT_TRUE(batch.error_file.empty()) << ids;
    }
    EXPECT_FALSE(read_batch(own, ok(batch_with(R"("output_file_id":7,"status":"completed")"))));
    EXPECT_FALSE(
        read_batch(own, ok(batch_with(R"("error_file_id":"a\u0000b","status":"completed")"))));
}

TEST(Wire, every_status_word) {
    const std::pair<std::string_view, BatchStatus> rows[] = {
        {"validating", BatchStatus::validating},
        {"in_progress", BatchStatus::in_progress},
        {"finalizing", BatchStatus::finalizing},
        {"completed", BatchStatus::completed},
        {"failed", BatchStatus::failed},
        {"expired", BatchStatus::expired},
        {"cancelling", BatchStatus::cancelling},
        {"cancelled", BatchStatus::cancelled},
        {"COMPLETED", BatchStatus::completed},
        {"In_Progress", BatchStatus::in_progress},
        {"canceled", BatchStatus::cancelled},
        {"paused", BatchStatus::unknown},
        {"partially_succeeded", BatchStatus::unknown},
        {"", BatchStatus::unknown},
    };
    for (const auto& [word, status] : rows) {
        const auto batch =
            read_batch(own, ok(batch_with(R"("status":")" + std::string(word) + "\""))).value();
        EXPECT_EQ(batch.status, status) << word;
        EXPECT_EQ(batch.status_word, word);
        EXPECT_EQ(is_end(batch.status), word == "completed" || word == "COMPLETED" ||
                                            word == "failed" || word == "expired" ||
                                            word == "cancelled" || word == "canceled")
            << word;
    }
}

TEST(Wire, a_batch_needs_id_status_and_input) {
    for (const char* body :
         {R"({"status":"validating","input_file_id":"f"})", R"({"id":"b","input_file_id":"f"})",
          R"({"id":"b","status":7,"input_file_id":"f"})", R"({"id":"b","status":"validating"})",
          R"({"id":"b","status":"validating","input_file_id":""})",
          R"({"id":["b"],"status":"validating","input_file_id":"f"})",
          R"({"error":{"message":"x"}})"})
        EXPECT_FALSE(read_batch(own, ok(body))) << body;
    EXPECT_FALSE(read_batch(own, {500, {}, std::string(batch_object)}));
    // In a list a foreign batch without an input file does not spoil the page.
    EXPECT_TRUE(read_batch_page(
        own, ok(R"({"data":[{"id":"b","status":"validating"}],"has_more":false})")));
    EXPECT_FALSE(read_batch_page(own, ok(R"({"data":[{"id":"b"}],"has_more":false})")));
}

TEST(Wire, numbers_in_other_clothes) {
    const auto batch =
        read_batch(own,
                   ok(batch_with(
                       R"("status":"in_progress","created_at":"1711471533","request_counts":)"
                       R"({"total":"100","completed":9.0,"failed":-1},"usage":{"prompt_tokens":5,)"
                       R"("completion_tokens":6,"prompt_tokens_details":{"cached_tokens":2}})")))
            .value();
    EXPECT_EQ(batch.created_at, 1'711'471'533);
    EXPECT_EQ(batch.total, 100u);
    EXPECT_EQ(batch.completed, 9u);
    EXPECT_EQ(batch.failed, 0u);
    EXPECT_EQ(batch.usage, (model::Usage{5, 2, 6}));
    const auto odd =
        read_batch(
            own,
            ok(batch_with(
                R"("status":"in_progress","created_at":1e300,"request_counts":[],"usage":null,)"
                R"("metadata":{"overnight":null},"errors":"none")")))
            .value();
    EXPECT_EQ(odd.created_at, 0);
    EXPECT_EQ(odd.total, 0u);
    EXPECT_EQ(odd.tag, "");
}

TEST(Wire, validation_errors) {
    const auto batch =
        read_batch(
            own,
            ok(batch_with(
                R"("status":"failed","errors":{"object":"list","data":[{"code":"invalid_json_line",)"
                R"("message":"This line is not parseable as valid JSON.","param":null,"line":3},)"
                R"({"code":null,"message":"m","line":null},7,{}]})")))
            .value();
    ASSERT_EQ(batch.errors.size(), 3u);
    EXPECT_EQ(batch.errors[0].code, "invalid_json_line");
    EXPECT_EQ(batch.errors[0].line, 3u);
    EXPECT_EQ(batch.errors[1].code, "");
    EXPECT_EQ(batch.errors[1].message, "m");
    EXPECT_FALSE(batch.errors[1].line);
}

TEST(Wire, error_envelope) {
    const auto error = read_error(
        own,
        R"({"error":{"message":"bad","type":"invalid_request_error","param":"endpoint","code":"invalid_value"}})");
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, "invalid_value");
    EXPECT_EQ(error->type, "invalid_request_error");
    EXPECT_EQ(error->message, "bad");
    EXPECT_EQ(read_error(own, R"({"error":{"message":"m","code":429}})")->code, "429");
    for (const char* body : {"", "{}", "null", "<html>502</html>", R"({"error":"text"})",
                             R"({"error":{}})", R"({"error":{"message":null}})",
                             R"({"detail":"Not Found"})", R"([{"error":{"message":"m"}}])"})
        EXPECT_FALSE(read_error(own, body)) << body;
}

TEST(Wire, cut_anywhere_a_reply_is_an_error) {
    for (std::size_t n = 0; n < batch_object.size(); ++n)
        EXPECT_FALSE(read_batch(own, ok(std::string(batch_object.substr(0, n))))) << n;
    EXPECT_FALSE(read_batch(own, ok(std::string(100'000, '['))));
    EXPECT_FALSE(read_batch(own, ok(std::string(batch_object) + "}")));
}

TEST(Wire, cut_utf8_keeps_characters_whole) {
    EXPECT_EQ(cut_utf8("abc", 3), "abc");
    EXPECT_EQ(cut_utf8("abc", 2), "ab");
    EXPECT_EQ(cut_utf8("a\xc3\xa9", 2), "a");
    EXPECT_EQ(cut_utf8("\xf0\x9f\x98\x80", 3), "");
}

}  // namespace
}  // namespace overnight::providers::openai
