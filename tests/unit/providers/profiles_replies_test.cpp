// Control replies of each provider, as providers/others.md describes them, and their hostile kin.
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using core::Errc;
using model::BatchStatus;
using model::HttpResponse;

const Adapter& of(std::string_view kind) {
    return *find_adapter(kind);
}

HttpResponse ok(std::string body) {
    return {200, {}, std::move(body)};
}

BatchView batch(std::string_view kind, std::string body) {
    auto view = of(kind).parse_batch(ok(body));
    EXPECT_TRUE(view) << kind << ": " << body;
    return view ? *std::move(view) : BatchView{};
}

// --- Azure

TEST(Azure, an_upload_is_ready_when_it_is_processed) {
    const auto state = [](std::string_view word) {
        return of("azure")
            .parse_file(ok(R"({"id":"f","bytes":815,"filename":"t.jsonl","status":")" +
                           std::string(word) + R"("})"))
            .value()
            .state;
    };
    EXPECT_EQ(state("processed"), FileState::ready);
    EXPECT_EQ(state("pending"), FileState::pending);
    EXPECT_EQ(state("uploaded"), FileState::pending);
    EXPECT_EQ(state("running"), FileState::pending);
    EXPECT_EQ(state("error"), FileState::failed);
    const auto page =
        of("azure")
            .parse_file_page(ok(R"({"data":[{"id":"f","bytes":1,"status":"pending"},{"id":"g"}]})"))
            .value();
    EXPECT_EQ(page.items.at(0).state, FileState::pending);
    EXPECT_EQ(page.items.at(1).state, FileState::ready);  // a server that says nothing
    // Nobody else's word is waited for.
    for (const auto kind : {"openai", "groq", "parasail"})
        EXPECT_EQ(of(kind).parse_file(ok(R"({"id":"f","bytes":1,"status":"pending"})"))->state,
                  FileState::ready)
            << kind;
}

TEST(Azure, a_quota_that_is_met_comes_as_a_failed_batch) {
    const auto view = batch(
        "azure",
        R"({"id":"batch_1","status":"failed","input_file_id":"f","errors":{"data":[)"
        R"({"code":"token_limit_exceeded","message":"Enqueued token limit"}],"object":"list"}})");
    EXPECT_EQ(view.status, BatchStatus::failed);
    EXPECT_EQ(of("azure").classify_failed(view).what, ReplyClass::token_limit);
}

TEST(Azure, a_batch_older_than_its_window_still_runs) {
    const auto view = batch("azure", R"({"id":"b","status":"in_progress","input_file_id":"f",)"
                                     R"("created_at":1,"expires_at":86401,"expired_at":null})");
    EXPECT_EQ(view.status, BatchStatus::in_progress);
    EXPECT_FALSE(model::is_end(view.status));
}

// --- Groq

TEST(Groq, a_list_is_one_page) {
    const auto page =
        of("groq")
            .parse_batch_page(ok(R"({"object":"list","data":[)"
                                 R"({"id":"b1","status":"completed","input_file_id":"f",)"
                                 R"("metadata":{"overnight":"t"}}]})"))
            .value();
    ASSERT_EQ(page.items.size(), 1u);
    EXPECT_EQ(page.items[0].tag, "t");
    EXPECT_FALSE(page.more);
    const auto more = of("groq").parse_batch_page(ok(R"({"data":[],"has_more":true})")).value();
    EXPECT_FALSE(more.more);  // there is no way to ask for it
}

// --- Novita

TEST(Novita, its_word_for_a_batch_under_way) {
    const auto view =
        batch("novita", R"({"id":"b","status":"PROGRESS","input_file_id":"f","created_at":1})");
    EXPECT_EQ(view.status, BatchStatus::in_progress);
}

// --- Together

constexpr std::string_view together_job =
    R"({"id":"5e5c-1","user_id":"u","input_file_id":"file-1","file_size_bytes":9,)"
    R"("status":"IN_PROGRESS","job_deadline":"2026-06-23T15:40:08Z",)"
    R"("created_at":"2026-06-22T15:40:08.48+00:00","endpoint":"/v1/chat/completions",)"
    R"("progress":25.5,"model_id":"m","output_file_id":"","error_file_id":null})";

TEST(Together, a_create_wraps_the_batch) {
    const auto view = batch("together", R"({"job":)" + std::string(together_job) +
                                            R"(,"warning":"the file has blank lines"})");
    EXPECT_EQ(view.id.v, "5e5c-1");
    EXPECT_EQ(view.input_file.v, "file-1");
    EXPECT_EQ(view.tag, "");
    EXPECT_EQ(view.created_at, 1'782'142'808);
    EXPECT_EQ(view.status, BatchStatus::in_progress);
    EXPECT_EQ(view.status_word, "IN_PROGRESS");
    EXPECT_EQ(view.total, 0u);
    EXPECT_DOUBLE_EQ(view.progress, 0.255);
    EXPECT_TRUE(view.output_file.empty());
    EXPECT_EQ(
        of("together").classify_create(ok(R"({"job":)" + std::string(together_job) + "}")).what,
        ReplyClass::ok);
    EXPECT_EQ(of("together").classify_create(ok(R"({"warning":"x"})")).what, ReplyClass::ambiguous);
}

TEST(Together, a_get_does_not_and_a_list_is_bare) {
    EXPECT_EQ(batch("together", std::string(together_job)).id.v, "5e5c-1");
    const auto page =
        of("together").parse_batch_page(ok("[" + std::string(together_job) + "]")).value();
    ASSERT_EQ(page.items.size(), 1u);
    EXPECT_EQ(page.items[0].input_file.v, "file-1");
    EXPECT_FALSE(page.more);
    EXPECT_TRUE(of("together").parse_batch_page(ok("[]")));
    for (const auto body : {R"({"data":[]})", "{}", "null", "[1]", "[[]]", R"([{"id":"x"}])", "["})
        EXPECT_FALSE(of("together").parse_batch_page(ok(body))) << body;
}

TEST(Together, statuses) {
    const std::pair<std::string_view, BatchStatus> words[] = {
        {"VALIDATING", BatchStatus::validating}, {"IN_PROGRESS", BatchStatus::in_progress},
        {"COMPLETED", BatchStatus::completed},   {"FAILED", BatchStatus::failed},
        {"EXPIRED", BatchStatus::expired},       {"CANCELLED", BatchStatus::cancelled},
        {"CANCELING", BatchStatus::cancelling},  {"CANCELLING", BatchStatus::cancelling},
        {"CANCELED", BatchStatus::cancelled},    {"PAUSED", BatchStatus::unknown}};
    for (const auto& [word, status] : words)
        EXPECT_EQ(batch("together",
                        R"({"id":"b","input_file_id":"f","status":")" + std::string(word) + R"("})")
                      .status,
                  status)
            << word;
}

TEST(Together, what_failed_says_why_in_one_string) {
    const auto view = batch("together", R"({"id":"b","input_file_id":"f","status":"FAILED",)"
                                        R"("error":"model not available","progress":0})");
    EXPECT_EQ(view.status, BatchStatus::failed);
    ASSERT_EQ(view.errors.size(), 1u);
    EXPECT_EQ(view.errors[0].message, "model not available");
}

TEST(Together, progress_is_a_share_whatever_is_sent) {
    const auto share = [](std::string_view raw) {
        return batch("together",
                     R"({"id":"b","input_file_id":"f","status":"IN_PROGRESS","progress":)" +
                         std::string(raw) + "}")
            .progress;
    };
    EXPECT_DOUBLE_EQ(share("100"), 1);
    EXPECT_DOUBLE_EQ(share("1e300"), 1);
    for (const auto raw : {"0", "-5", "null", "\"50\"", "[]", "{}"})
        EXPECT_DOUBLE_EQ(share(raw), 0) << raw;
}

// --- Mistral

constexpr std::string_view mistral_job =
    R"({"id":"7aed7fbb","object":"batch","input_files":["0a99f0bd"],)"
    R"("metadata":{"overnight":"on1-abcdef-x","job":"7"},"endpoint":"/v1/chat/completions","model":"m",)"
    R"("output_file":"out-1","error_file":null,"errors":[{"message":"odd","count":2}],)"
    R"("status":"SUCCESS","created_at":1711471533,"total_requests":10,"completed_requests":10,)"
    R"("succeeded_requests":8,"failed_requests":2})";

TEST(Mistral, a_job) {
    const auto view = batch("mistral", std::string(mistral_job));
    EXPECT_EQ(view.id.v, "7aed7fbb");
    EXPECT_EQ(view.input_file.v, "0a99f0bd");
    EXPECT_EQ(view.tag, "on1-abcdef-x");
    EXPECT_EQ(view.output_file.v, "out-1");
    EXPECT_TRUE(view.error_file.empty());
    EXPECT_EQ(view.status, BatchStatus::completed);
    EXPECT_EQ(view.total, 10u);
    EXPECT_EQ(view.completed, 8u);
    EXPECT_EQ(view.failed, 2u);
    EXPECT_EQ(view.created_at, 1'711'471'533);
    ASSERT_EQ(view.errors.size(), 1u);
    EXPECT_EQ(view.errors[0].message, "odd");
}

TEST(Mistral, statuses) {
    const std::pair<std::string_view, BatchStatus> words[] = {
        {"QUEUED", BatchStatus::validating},
        {"RUNNING", BatchStatus::in_progress},
        {"SUCCESS", BatchStatus::completed},
        {"FAILED", BatchStatus::failed},
        {"TIMEOUT_EXCEEDED", BatchStatus::expired},
        {"CANCELLATION_REQUESTED", BatchStatus::cancelling},
        {"CANCELLED", BatchStatus::cancelled},
        {"completed", BatchStatus::unknown}};
    for (const auto& [word, status] : words)
        EXPECT_EQ(batch("mistral",
                        R"({"id":"b","input_files":["f"],"status":")" + std::string(word) + R"("})")
                      .status,
                  status)
            << word;
    // And nobody else's words are Mistral's.
    EXPECT_EQ(batch("openai", R"({"id":"b","input_file_id":"f","status":"SUCCESS"})").status,
              BatchStatus::unknown);
}

TEST(Mistral, numbered_pages) {
    const std::string job(mistral_job);
    const auto page = [](const std::string& body) {
        return of("mistral").parse_batch_page(ok(body)).value();
    };
    const auto first = page(R"({"object":"list","total":3,"data":[)" + job + "," + job + "]}");
    EXPECT_EQ(first.items.size(), 2u);
    EXPECT_TRUE(first.more);
    EXPECT_FALSE(page(R"({"total":1,"data":[)" + job + "]}").more);
    EXPECT_FALSE(page(R"({"total":300,"data":[]})").more);  // behind the end
    EXPECT_TRUE(page(R"({"data":[)" + job + "]}").more);    // no total: an empty page is the end
    const auto files =
        of("mistral").parse_file_page(ok(R"({"data":[{"id":"f","bytes":5}],"total":2})")).value();
    EXPECT_TRUE(files.more);
    EXPECT_EQ(of("mistral").parse_file(ok(R"({"id":"f","size_bytes":5})"))->bytes, 5u);
}

TEST(Mistral, input_files_are_read_with_suspicion) {
    for (const auto input : {R"([])", R"([1])", R"(["a b"])", R"([null])", R"([[]])", "null", "7"})
        EXPECT_FALSE(of("mistral").parse_batch(
            ok(R"({"id":"b","status":"QUEUED","input_files":)" + std::string(input) + "}")))
            << input;
}

// --- Doubleword, and servers that say "failed" of what ran

TEST(Doubleword, ids_are_bare_uuids) {
    const auto view =
        batch("doubleword", R"({"id":"0f9f8d64-6a3c-4b6e-9f0e-000000000001","status":"completed",)"
                            R"("input_file_id":"0f9f8d64-6a3c-4b6e-9f0e-000000000002",)"
                            R"("output_file_id":"0f9f8d64-6a3c-4b6e-9f0e-000000000003",)"
                            R"("expired_at":1711471533})");
    EXPECT_EQ(view.id.v, "0f9f8d64-6a3c-4b6e-9f0e-000000000001");
    EXPECT_EQ(view.status, BatchStatus::completed);  // expired_at says only that it was late
}

TEST(Doubleword, failed_is_also_said_of_what_ran) {
    const std::string ran =
        R"({"id":"b","status":"failed","input_file_id":"f","error_file_id":"e",)"
        R"("request_counts":{"total":3,"completed":0,"failed":3}})";
    const std::string unread =
        R"({"id":"b","status":"failed","input_file_id":"f","error_file_id":"e",)"
        R"("request_counts":{"total":0,"completed":0,"failed":0}})";
    for (const auto kind : {"doubleword", "openai-compatible"}) {
        const auto view = batch(kind, ran);
        EXPECT_EQ(view.status, BatchStatus::completed) << kind;
        EXPECT_EQ(view.status_word, "failed");
        EXPECT_EQ(batch(kind, unread).status, BatchStatus::failed) << kind;
    }
    EXPECT_EQ(batch("openai", ran).status, BatchStatus::failed);
}

TEST(Doubleword, a_result_file_may_still_grow) {
    const Adapter& doubleword = of("doubleword");
    EXPECT_FALSE(doubleword.is_whole({200, {{"x-incomplete", "true"}}, ""}));
    EXPECT_TRUE(doubleword.is_whole({200, {{"X-Incomplete", "false"}, {"X-Last-Line", "7"}}, ""}));
    EXPECT_TRUE(doubleword.is_whole({200, {}, ""}));
    EXPECT_TRUE(of("openai").is_whole({200, {{"X-Incomplete", "true"}}, ""}));
}

TEST(Profiles, a_length_is_asked_for_where_it_can_be_relied_on) {
    for (const auto kind : {"openai", "azure", "groq", "dashscope", "parasail"})
        EXPECT_TRUE(of(kind).result_info({"f"})) << kind;
    for (const auto kind : {"together", "mistral", "doubleword", "openai-compatible"})
        EXPECT_FALSE(of(kind).result_info({"f"})) << kind;
}

// --- DashScope

TEST(DashScope, the_tag_is_the_name) {
    const auto view = batch("dashscope", R"({"id":"batch_1","status":"in_progress",)"
                                         R"("input_file_id":"file-batch-1",)"
                                         R"("metadata":{"ds_name":"on1-a","ds_description":"j"}})");
    EXPECT_EQ(view.tag, "on1-a");
}

// --- errors

TEST(ProfileErrors, each_has_its_shape) {
    struct Row {
        std::string_view kind;
        int status;
        std::string_view body;
        ReplyClass of_create;
        std::string_view code;
        std::string_view message;
    };
    using enum ReplyClass;
    const Row rows[] = {
        {"groq", 400, R"({"error":{"message":"bad","type":"invalid_request_error"}})", rejected,
         "invalid_request_error", "bad"},
        {"groq", 400, R"({"detail":"bad"})", ambiguous, "", ""},
        {"groq", 400, R"({"object":"error","message":"bad","type":"x","code":1})", ambiguous, "",
         ""},
        {"groq", 400, R"({"code":"x","error":"bad"})", ambiguous, "", ""},
        {"mistral", 400,
         R"({"object":"error","message":"Invalid model: x","type":"invalid_model","param":null,"code":"1500"})",
         rejected, "1500", "Invalid model: x"},
        {"mistral", 401, R"({"detail":"Unauthorized"})", unauthorized, "", "Unauthorized"},
        {"mistral", 422, R"({"detail":[{"loc":["body"],"msg":"missing"}]})", rejected, "",
         R"([{"loc":["body"],"msg":"missing"}])"},
        {"mistral", 404, R"({"detail":"Not Found"})", not_found, "", "Not Found"},
        // A framework's words, where it is not the framework that refuses: no proof.
        {"mistral", 402, R"({"detail":"pay"})", ambiguous, "", "pay"},
        {"mistral", 413, R"({"detail":"large"})", ambiguous, "", "large"},
        {"mistral", 429, R"({"detail":"slow"})", ambiguous, "", "slow"},
        {"mistral", 500, R"({"detail":"oops"})", ambiguous, "", "oops"},
        {"mistral", 429, R"({"message":"Requests rate limit exceeded","request_id":"r"})",
         rate_limited, "", "Requests rate limit exceeded"},
        {"mistral", 403, R"({"message":"blocked"})", ambiguous, "", ""},
        {"mistral", 500, R"({"object":"error","message":"oops","type":"x"})", ambiguous, "x",
         "oops"},
        {"mistral", 400, "<html>", ambiguous, "", ""},
        {"xai", 400, R"({"code":"invalid-argument","error":"no such file"})", rejected,
         "invalid-argument", "no such file"},
        {"xai", 403, R"({"code":"permission-denied","error":"no"})", unauthorized,
         "permission-denied", "no"},
        {"xai", 400, R"({"error":"words alone"})", ambiguous, "", ""},
        {"xai", 503, R"({"code":"unavailable","error":"later"})", ambiguous, "unavailable",
         "later"},
    };
    for (const auto& row : rows) {
        const HttpResponse reply{row.status, {}, std::string(row.body)};
        const auto create = of(row.kind).classify_create(reply);
        EXPECT_EQ(create.what, row.of_create) << row.kind << " " << row.body;
        if (row.message.empty()) continue;
        EXPECT_EQ(create.code, row.code) << row.body;
        EXPECT_EQ(create.message, row.message) << row.body;
    }
    const auto foreign = of("groq").classify({502, {}, "<html>"});
    EXPECT_EQ(foreign.what, retry);
    EXPECT_EQ(foreign.message, "HTTP 502 without Groq's error object: <html>");
}

TEST(ProfileErrors, a_success_that_is_no_batch_is_ambiguous_everywhere) {
    for (const auto kind : known_kinds())
        for (const auto body : {"", "{}", "[]", "null", R"({"id":"b"})", R"({"batch_id":"b"})"})
            EXPECT_EQ(of(kind).classify_create(ok(body)).what, ReplyClass::ambiguous)
                << kind << " " << body;
}

TEST(ProfileReplies, mutated_bytes_never_crash) {
    const std::pair<std::string_view, std::string_view> replies[] = {
        {"together", together_job}, {"mistral", mistral_job}, {"openai-compatible", together_job}};
    for (const auto& [kind, text] : replies)
        for (std::size_t at = 0; at < text.size(); ++at)
            for (const char c : {'\0', '"', '{', '}', '[', '0', '\xff'}) {
                std::string body(text);
                body[at] = c;
                (void)of(kind).parse_batch(ok(body));
                (void)of(kind).parse_batch_page(ok(R"({"data":[)" + body + "]}"));
                (void)of(kind).parse_batch_page(ok("[" + body));
                (void)of(kind).classify({400, {}, body});
            }
}

}  // namespace
}  // namespace overnight::providers
