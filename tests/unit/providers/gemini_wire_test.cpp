// Gemini's control replies, as providers/gemini.md 2.4 and 4 show them, and bent ones.
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using model::BatchStatus;
using model::HttpResponse;

const Adapter& gemini() {
    return *find_adapter("gemini");
}

HttpResponse ok(std::string body) {
    return {200, {}, std::move(body)};
}

constexpr std::string_view pending =
    R"({"name":"batches/4m85","metadata":{"@type":"type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch","model":"models/gemini-2.5-flash","displayName":"on1-a","inputConfig":{"fileName":"files/on1-a"},"createTime":"2025-12-10T18:27:01.407650525Z","updateTime":"2025-12-10T18:27:01.407650525Z","batchStats":{"requestCount":"3","pendingRequestCount":"3"},"state":"BATCH_STATE_PENDING","name":"batches/4m85"}})";

TEST(GeminiBatch, pending) {
    const auto batch = gemini().parse_batch(ok(std::string(pending))).value();
    EXPECT_EQ(batch.id.v, "batches/4m85");
    EXPECT_EQ(batch.status, BatchStatus::validating);
    EXPECT_EQ(batch.status_word, "BATCH_STATE_PENDING");
    EXPECT_EQ(batch.tag, "on1-a");
    EXPECT_EQ(batch.input_file.v, "files/on1-a");
    EXPECT_TRUE(batch.output_file.empty() && batch.error_file.empty());
    EXPECT_EQ(batch.created_at, 1765391221);
    EXPECT_EQ(batch.total, 3u);
    EXPECT_EQ(batch.completed + batch.failed, 0u);
    EXPECT_TRUE(batch.errors.empty());
}

TEST(GeminiBatch, done) {
    const auto batch =
        gemini()
            .parse_batch(ok(
                R"({"name":"batches/4m85","metadata":{"displayName":"t","createTime":"2025-12-10T18:27:01Z","batchStats":{"requestCount":"4","successfulRequestCount":"3","failedRequestCount":"1"},"state":"BATCH_STATE_SUCCEEDED","output":{"responsesFile":"files/batch-4m85"}},"done":true,"response":{"@type":"x.GenerateContentBatchOutput","responsesFile":"files/batch-4m85"}})"))
            .value();
    EXPECT_EQ(batch.status, BatchStatus::completed);
    EXPECT_EQ(batch.output_file.v, "files/batch-4m85");
    EXPECT_EQ(batch.total, 4u);
    EXPECT_EQ(batch.completed, 3u);
    EXPECT_EQ(batch.failed, 1u);
    EXPECT_TRUE(batch.input_file.empty());
}

TEST(GeminiBatch, the_result_file_may_stand_in_either_place_or_come_late) {
    const auto file = [](std::string_view metadata, std::string_view more) {
        return gemini()
            .parse_batch(ok(R"({"name":"batches/b","metadata":{"state":"BATCH_STATE_SUCCEEDED")" +
                            std::string(metadata) + "}" + std::string(more) + "}"))
            .value()
            .output_file.v;
    };
    EXPECT_EQ(file(R"(,"output":{"responsesFile":"files/r"})", ""), "files/r");
    EXPECT_EQ(file("", R"(,"response":{"responsesFile":"files/r"})"), "files/r");
    EXPECT_EQ(file(R"(,"output":{"responsesFile":"files/r"})", R"(,"response":{})"), "files/r");
    EXPECT_EQ(file("", ""), "");
    EXPECT_EQ(file(R"(,"output":{"responsesFile":""})", R"(,"response":null)"), "");
}

TEST(GeminiBatch, a_batch_without_its_operation) {
    const auto batch =
        gemini()
            .parse_batch(ok(
                R"({"name":"batches/b","displayName":"t","state":"BATCH_STATE_RUNNING","output":{"responsesFile":"files/r"}})"))
            .value();
    EXPECT_EQ(batch.id.v, "batches/b");
    EXPECT_EQ(batch.tag, "t");
    EXPECT_EQ(batch.status, BatchStatus::in_progress);
    EXPECT_EQ(batch.output_file.v, "files/r");
}

TEST(GeminiBatch, states) {
    struct Row {
        std::string_view word;
        BatchStatus status;
    };
    const Row rows[] = {
        {"BATCH_STATE_PENDING", BatchStatus::validating},
        {"BATCH_STATE_RUNNING", BatchStatus::in_progress},
        {"BATCH_STATE_SUCCEEDED", BatchStatus::completed},
        {"BATCH_STATE_FAILED", BatchStatus::failed},
        {"BATCH_STATE_CANCELLED", BatchStatus::cancelled},
        {"BATCH_STATE_EXPIRED", BatchStatus::expired},
        {"JOB_STATE_QUEUED", BatchStatus::validating},
        {"JOB_STATE_SUCCEEDED", BatchStatus::completed},
        {"JOB_STATE_CANCELLING", BatchStatus::cancelling},
        {"JOB_STATE_PAUSED", BatchStatus::in_progress},
        {"BATCH_STATE_UNSPECIFIED", BatchStatus::unknown},
        {"JOB_STATE_PARTIALLY_SUCCEEDED", BatchStatus::unknown},
        {"BATCH_STATE_JOB_STATE_FAILED", BatchStatus::unknown},
        {"SUCCEEDED_MAYBE", BatchStatus::unknown},
        {"7", BatchStatus::unknown},
    };
    for (const auto& row : rows)
        for (const char* done : {"", R"(,"done":true)", R"(,"done":true,"response":{})"}) {
            const auto batch = gemini()
                                   .parse_batch(ok(R"({"name":"batches/b","metadata":{"state":")" +
                                                   std::string(row.word) + "\"}" + done + "}"))
                                   .value();
            EXPECT_EQ(batch.status, row.status) << row.word;
            EXPECT_EQ(batch.status_word, row.word);
        }
}

TEST(GeminiBatch, errors_and_absent_states) {
    struct Row {
        std::string_view state, more;
        BatchStatus status;
        std::string_view code;
    };
    const Row rows[] = {
        {R"("state":"BATCH_STATE_FAILED")", R"("error":{"code":3,"message":"m"})",
         BatchStatus::failed, "INVALID_ARGUMENT"},
        {R"("state":"BATCH_STATE_FAILED")", R"("error":{"code":1,"message":"m"})",
         BatchStatus::cancelled, "CANCELLED"},
        {R"("state":"BATCH_STATE_CANCELLED")", R"("error":{"code":1})", BatchStatus::cancelled,
         "CANCELLED"},
        {R"("state":"BATCH_STATE_EXPIRED")", R"("error":{"code":4})", BatchStatus::expired,
         "DEADLINE_EXCEEDED"},
        {R"("state":"BATCH_STATE_WHAT")", R"("done":true,"error":{"code":13})",
         BatchStatus::unknown, "INTERNAL"},
        {"", R"("done":true,"error":{"code":1})", BatchStatus::cancelled, "CANCELLED"},
        {"", R"("done":true,"error":{"code":13})", BatchStatus::failed, "INTERNAL"},
        {"", R"("done":true,"response":{})", BatchStatus::completed, ""},
        {"", R"("done":false,"error":{"code":13})", BatchStatus::unknown, "INTERNAL"},
        {"", R"("x":1)", BatchStatus::unknown, ""},
    };
    for (const auto& row : rows) {
        const auto batch =
            gemini()
                .parse_batch(ok(R"({"name":"batches/b","metadata":{)" + std::string(row.state) +
                                "}," + std::string(row.more) + "}"))
                .value();
        EXPECT_EQ(batch.status, row.status) << row.state << row.more;
        ASSERT_EQ(batch.errors.size(), row.code.empty() ? 0u : 1u);
        if (!row.code.empty()) {
            EXPECT_EQ(batch.errors[0].code, row.code);
        }
    }
}

TEST(GeminiBatch, what_is_no_batch_is_a_protocol_error) {
    for (const char* body :
         {"", "[]", "{}", "null", R"({"name":7})", R"({"name":"operations/x"})",
          R"({"name":"batches/"})", R"({"name":"batches/.."})", R"({"name":"batches/a/b"})",
          R"({"name":"batches/a b"})", R"({"metadata":{"state":"BATCH_STATE_RUNNING"}})",
          R"({"name":"batches/b","metadata":{"inputConfig":{"fileName":"../x"}}})",
          R"({"name":"batches/b","response":{"responsesFile":"https://evil/"}})"}) {
        const auto batch = gemini().parse_batch(ok(body));
        ASSERT_FALSE(batch) << body;
        EXPECT_EQ(batch.error().code(), core::Errc::protocol);
    }
    EXPECT_FALSE(gemini().parse_batch({404, {}, std::string(pending)}));
    for (std::size_t n = 0; n < pending.size(); ++n)
        EXPECT_FALSE(gemini().parse_batch(ok(std::string(pending.substr(0, n)))));
}

TEST(GeminiList, pages) {
    const auto page = gemini()
                          .parse_batch_page(ok(R"({"operations":[)" + std::string(pending) +
                                               R"(],"nextPageToken":"tok=1"})"))
                          .value();
    ASSERT_EQ(page.items.size(), 1u);
    EXPECT_EQ(page.items[0].tag, "on1-a");
    EXPECT_TRUE(page.more);
    EXPECT_EQ(page.next, "tok=1");
    const auto bare =
        gemini()
            .parse_batch_page(ok(
                R"({"batches":[{"name":"batches/b","createTime":"2026-01-01T00:00:00Z","displayName":"t"}],"nextPageToken":""})"))
            .value();
    ASSERT_EQ(bare.items.size(), 1u);
    EXPECT_EQ(bare.items[0].tag, "t");
    EXPECT_FALSE(bare.more);
    const auto empty = gemini().parse_batch_page(ok("{}")).value();
    EXPECT_TRUE(empty.items.empty() && !empty.more && empty.next.empty());
    EXPECT_TRUE(gemini().parse_batch_page(ok(R"({"nextPageToken":"x"})"))->more);
}

TEST(GeminiList, what_proves_nothing_is_a_protocol_error) {
    for (const char* body :
         {"", "[]", "null", R"({"operations":{}})", R"({"operations":null})",
          R"({"operations":[7]})", R"({"operations":[{}]})",
          R"({"operations":[],"nextPageToken":7})", R"({"operations":[],"nextPageToken":"a b"})",
          R"({"error":{"code":500}})",
          // without a time the order, and with it the list's end, could not be trusted
          R"({"operations":[{"name":"batches/b","metadata":{}}]})"}) {
        const auto page = gemini().parse_batch_page(ok(body));
        ASSERT_FALSE(page) << body;
        EXPECT_EQ(page.error().code(), core::Errc::protocol);
    }
    EXPECT_FALSE(gemini().parse_batch_page({500, {}, "{}"}));
}

TEST(GeminiFile, bare_and_as_an_upload_answers) {
    const std::string file =
        R"({"name":"files/on1-a","displayName":"on1-a.jsonl","mimeType":"application/jsonl","sizeBytes":"12","createTime":"2026-01-01T00:00:00.5Z","state":"ACTIVE"})";
    for (const auto& body : {file, R"({"file":)" + file + "}"}) {
        const auto view = gemini().parse_file(ok(body)).value();
        EXPECT_EQ(view.id.v, "files/on1-a");
        EXPECT_EQ(view.bytes, 12u);
        EXPECT_EQ(view.filename, "on1-a.jsonl");
        EXPECT_EQ(view.created_at, 1767225600);
        EXPECT_EQ(view.state, FileState::ready);
    }
    for (const auto& [word, state] : {std::pair{"ACTIVE", FileState::ready},
                                      {"PROCESSING", FileState::pending},
                                      {"FAILED", FileState::failed},
                                      {"SOMETHING", FileState::pending},
                                      {"", FileState::ready}})
        EXPECT_EQ(gemini()
                      .parse_file(ok(R"({"name":"files/f","sizeBytes":"1","state":")" +
                                     std::string(word) + "\"}"))
                      ->state,
                  state)
            << word;
    for (const char* body :
         {"", "{}", R"({"file":{}})", R"({"name":"files/f"})", R"({"name":"f","sizeBytes":"1"})",
          R"({"name":"files/f","sizeBytes":"-1"})", R"({"name":"files/a?b","sizeBytes":"1"})"})
        EXPECT_EQ(gemini().parse_file(ok(body)).error().code(), core::Errc::protocol) << body;
}

TEST(GeminiFile, pages_and_deletion) {
    const auto page =
        gemini()
            .parse_file_page(
                ok(R"({"files":[{"name":"files/f","sizeBytes":"1"}],"nextPageToken":"n"})"))
            .value();
    ASSERT_EQ(page.items.size(), 1u);
    EXPECT_EQ(page.next, "n");
    EXPECT_TRUE(gemini().parse_file_page(ok("{}"))->items.empty());
    EXPECT_FALSE(gemini().parse_file_page(ok(R"({"files":7})")));
    EXPECT_TRUE(gemini().parse_deleted(ok("{}")).value());
    EXPECT_TRUE(gemini().parse_deleted(ok("{\n}\n")).value());
    for (const char* body : {"", "[]", "<html>", R"({"error":{}})", R"({"name":"files/f"})"})
        EXPECT_FALSE(gemini().parse_deleted(ok(body))) << body;
    EXPECT_FALSE(gemini().parse_deleted({404, {}, "{}"}));
}

}  // namespace
}  // namespace overnight::providers
