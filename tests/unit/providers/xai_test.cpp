// xAI: a batch without a status word, results in pages, result lines with gRPC's errors.
#include "providers/api.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using model::BatchStatus;
using model::HttpResponse;
using model::Verdict;

const Adapter& xai() {
    return *find_adapter("xai");
}

HttpResponse ok(std::string body) {
    return {200, {}, std::move(body)};
}

BatchView batch(std::string_view more) {
    return xai()
        .parse_batch(
            ok(R"({"batch_id":"batch_1","name":"on1-a","create_time":"2026-06-22T15:40:08Z",)"
               R"("expire_time":"2026-06-23T15:40:08Z")" +
               std::string(more) + "}"))
        .value();
}

std::string state(std::string_view members) {
    return R"(,"state":{)" + std::string(members) + "}";
}

TEST(XaiBatch, names_itself_by_its_name) {
    const auto view = batch(state(
        R"("num_requests":10,"num_pending":4,"num_success":5,"num_error":1,"num_cancelled":0)"));
    EXPECT_EQ(view.id.v, "batch_1");
    EXPECT_EQ(view.tag, "on1-a");
    EXPECT_TRUE(view.input_file.empty());
    EXPECT_EQ(view.created_at, 1'782'142'808);
    EXPECT_EQ(view.total, 10u);
    EXPECT_EQ(view.completed, 5u);
    EXPECT_EQ(view.failed, 1u);
    EXPECT_EQ(view.status_word, model::name(BatchStatus::in_progress));
    EXPECT_TRUE(view.output_file.empty());
    EXPECT_FALSE(xai().parse_batch(ok(R"({"batch_id":"b","state":{}})")));  // whose is it?
    EXPECT_EQ(xai().parse_batch(ok(R"({"batch_id":"b","input_file_id":"f"})"))->input_file.v, "f");
}

TEST(XaiBatch, the_counts_decide) {
    struct Row {
        std::string_view more;
        BatchStatus status;
    };
    const Row rows[] = {
        {"", BatchStatus::validating},
        {R"(,"state":null)", BatchStatus::validating},
        {R"(,"state":{})", BatchStatus::validating},
        // Right after the create: not done.
        {R"(,"state":{"num_requests":0,"num_pending":0})", BatchStatus::validating},
        {R"(,"state":{"num_requests":3,"num_pending":3})", BatchStatus::in_progress},
        {R"(,"state":{"num_requests":3,"num_pending":0,"num_success":2,"num_error":1})",
         BatchStatus::completed},
        {R"(,"state":{"num_requests":"3","num_pending":"0","num_success":"3"})",
         BatchStatus::completed},
        // A zero that was left out, and counts that were not filled in yet.
        {R"(,"state":{"num_requests":3,"num_success":3})", BatchStatus::completed},
        {R"(,"state":{"num_requests":3})", BatchStatus::in_progress},
        {R"(,"state":{"num_requests":3,"num_success":1})", BatchStatus::in_progress},
        {R"(,"state":{"num_requests":3,"num_pending":0,"num_success":1,"num_cancelled":2})",
         BatchStatus::cancelled},
        {R"(,"cancel_time":"2026-06-22T16:00:00Z","state":{"num_requests":3,"num_pending":1})",
         BatchStatus::cancelling},
        {R"(,"cancel_time":"2026-06-22T16:00:00Z","state":{"num_requests":0})",
         BatchStatus::cancelled},
        {R"(,"cancel_by_xai_message":"the file is no JSONL","state":{"num_requests":0})",
         BatchStatus::failed},
        {R"(,"state":{"num_requests":-3,"num_pending":0})", BatchStatus::validating},
    };
    for (const auto& row : rows)
        EXPECT_EQ(batch(row.more).status, row.status) << row.more;
    const auto failed = batch(R"(,"cancel_by_xai_message":"the file is no JSONL")");
    ASSERT_EQ(failed.errors.size(), 1u);
    EXPECT_EQ(failed.errors[0].message, "the file is no JSONL");
    EXPECT_TRUE(failed.output_file.empty());
}

TEST(XaiBatch, counts_that_leave_requests_out_are_no_end_but_show_as_what_they_are) {
    const auto short_of = batch(state(
        R"("num_requests":10,"num_pending":0,"num_success":7,"num_error":1,"num_cancelled":1)"));
    EXPECT_EQ(short_of.status, BatchStatus::in_progress);
    EXPECT_TRUE(short_of.unaccounted);
    EXPECT_EQ(short_of.output_file.v, "batch_1") << "what is there can be asked for";
    for (const std::string_view other :
         {R"("num_requests":10,"num_pending":1,"num_success":7)", R"("num_requests":0)",
          R"("num_requests":1,"num_pending":0,"num_success":1)"})
        EXPECT_FALSE(batch(state(other)).unaccounted) << other;
}

TEST(XaiBatch, its_results_are_asked_for_by_its_own_id) {
    for (const std::string_view ended : {R"("num_requests":1,"num_pending":0,"num_success":1)",
                                         R"("num_requests":1,"num_pending":0,"num_cancelled":1)"})
        EXPECT_EQ(batch(state(ended)).output_file.v, "batch_1");
    EXPECT_TRUE(xai().pages_results());
    EXPECT_FALSE(find_adapter("openai")->pages_results());
    EXPECT_EQ(xai().result_page({"batch/1"}, "").target, "/batches/batch%2F1/results?limit=100");
    EXPECT_EQ(xai().result_page({"b"}, "t=1").target,
              "/batches/b/results?limit=100&pagination_token=t%3D1");
    EXPECT_EQ(xai().result_page({"b"}, "").method, model::HttpMethod::get);
}

TEST(XaiBatch, lists_go_on_by_token) {
    const auto page = xai().parse_batch_page(
        ok(R"({"batches":[{"batch_id":"b","name":"on1-a"}],"pagination_token":"next"})"));
    ASSERT_TRUE(page);
    EXPECT_EQ(page->items.at(0).tag, "on1-a");
    EXPECT_TRUE(page->more);
    EXPECT_EQ(page->next, "next");
    for (const auto end : {R"({"batches":[]})", R"({"batches":[],"pagination_token":""})",
                           R"({"batches":[],"pagination_token":null})"})
        EXPECT_FALSE(xai().parse_batch_page(ok(end))->more) << end;
    EXPECT_FALSE(xai().parse_batch_page(ok(R"({"data":[]})")));
    EXPECT_FALSE(xai().parse_batch_page(
        ok(R"({"batches":[],"pagination_token":")" + std::string(5'000, 'x') + "\"}")));
    auto files =
        xai().parse_file_page(ok(R"({"data":[{"id":"f","size":7}],"pagination_token":"n"})"));
    EXPECT_EQ(files->items.at(0).bytes, 7u);
    EXPECT_EQ(files->next, "n");
}

TEST(XaiResults, a_page_becomes_lines_as_it_is) {
    std::string lines = "before\n";
    auto next = xai().parse_result_page(
        ok("{\"results\":[{\"batch_request_id\":\"a\",\n \"n\":1.50},{\"batch_request_id\":\"b\"}],"
           "\"pagination_token\":\"t\\u0031\"}"),
        lines);
    EXPECT_EQ(next.value(), "t1");
    EXPECT_EQ(lines,
              "before\n{\"batch_request_id\":\"a\",  \"n\":1.50}\n{\"batch_request_id\":\"b\"}\n");
    EXPECT_EQ(xai().parse_result_page(ok(R"({"results":[]})"), lines).value(), "");
    EXPECT_EQ(
        xai().parse_result_page(ok(R"({"results":[],"pagination_token":null})"), lines).value(),
        "");
}

TEST(XaiResults, a_page_that_is_none_adds_nothing) {
    for (const auto body : {"", "{}", "[]", R"({"results":null})", R"({"results":{}})",
                            R"({"results":[1)", "<html>", R"({"results":[]} x)"}) {
        std::string lines;
        const auto page = xai().parse_result_page(ok(body), lines);
        ASSERT_FALSE(page) << body;
        EXPECT_EQ(page.error().code(), core::Errc::protocol);
        EXPECT_EQ(lines, "");
    }
    std::string lines;
    EXPECT_FALSE(xai().parse_result_page({500, {}, R"({"results":[]})"}, lines));
    EXPECT_FALSE(find_adapter("openai")->parse_result_page(ok(R"({"results":[]})"), lines));
}

TEST(XaiResults, bytes_that_are_no_text_do_not_cost_the_page) {
    std::string lines;
    EXPECT_TRUE(xai().parse_result_page(ok("{\"results\":[{\"a\":\"x\xff\"},{\"b\":\"\\ud83d\"}]}"),
                                        lines));
    EXPECT_EQ(lines, "{\"a\":\"x\xef\xbf\xbd\"}\n{\"b\":\"\\ufffd\"}\n");
}

std::string result_line(std::string_view result) {
    return R"({"batch_request_id":"i-1","batch_result":{)" + std::string(result) + "}}";
}

LineResult read(const std::string& line, std::string_view endpoint = "/v1/chat/completions") {
    LineResult out;
    EXPECT_TRUE(xai().line_parser(endpoint)->parse(line, out)) << line;
    EXPECT_EQ(out.custom_id, "i-1");
    return out;
}

TEST(XaiLines, answers) {
    const auto chat = read(result_line(
        R"("response":{"chat_get_completion":{"choices":[{"index":0,"message":{"role":"assistant",)"
        R"("content":"yes"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,)"
        R"("prompt_tokens_details":{"cached_tokens":4}}}})"));
    EXPECT_EQ(chat.verdict, Verdict::answered);
    EXPECT_EQ(chat.text, "yes");
    EXPECT_EQ(chat.status, 200);
    EXPECT_EQ(chat.usage.input_tokens, 9u);
    EXPECT_EQ(chat.usage.cached_input_tokens, 4u);
    // Whatever the response is called.
    const auto response =
        read(result_line(R"("response":{"id":"x","responses":{"status":"completed","output":[)"
                         R"({"type":"message","content":[{"type":"output_text","text":"ok"}]}]}})"),
             "/v1/responses");
    EXPECT_EQ(response.verdict, Verdict::answered);
    EXPECT_EQ(response.text, "ok");
    const auto cut = read(result_line(
        R"("response":{"chat_get_completion":{"choices":[{"message":{"content":"ye"},"finish_reason":"length"}]}})"));
    EXPECT_EQ(cut.verdict, Verdict::cut_off);
}

TEST(XaiLines, errors_by_their_code) {
    struct Row {
        int code;
        Verdict verdict;
        int status;
    };
    const Row rows[] = {
        {1, Verdict::never_ran, 0},    {2, Verdict::retryable, 500}, {3, Verdict::permanent, 400},
        {4, Verdict::retryable, 504},  {5, Verdict::permanent, 404}, {7, Verdict::permanent, 403},
        {8, Verdict::retryable, 429},  {9, Verdict::permanent, 400}, {13, Verdict::retryable, 500},
        {14, Verdict::retryable, 503}, {16, Verdict::quota, 401},    {99, Verdict::retryable, 500},
        {-1, Verdict::retryable, 500}};
    for (const auto& row : rows) {
        const auto result = read(result_line(R"("error":{"code":)" + std::to_string(row.code) +
                                             R"(,"message":"why","details":[]})"));
        EXPECT_EQ(result.verdict, row.verdict) << row.code;
        EXPECT_EQ(result.status, row.status) << row.code;
        EXPECT_EQ(result.message, "why") << row.code;
    }
    const auto words = read(result_line(R"("error_message":"something broke")"));
    EXPECT_EQ(words.verdict, Verdict::retryable);
    EXPECT_EQ(words.message, "something broke");
    const auto beside = read(
        R"({"batch_request_id":"i-1","error":{"code":3,"message":"bad"},"batch_result":null})");
    EXPECT_EQ(beside.verdict, Verdict::permanent);
    const auto nothing = read(result_line(""));
    EXPECT_EQ(nothing.verdict, Verdict::retryable);
    const auto no_error = read(result_line(
        R"("error":{"code":0},"response":{"c":{"choices":[{"message":{"content":"y"}}]}})"));
    EXPECT_EQ(no_error.verdict, Verdict::answered);
}

TEST(XaiLines, hostile) {
    const auto parser = xai().line_parser("/v1/chat/completions");
    LineResult out;
    for (const auto line :
         {"", "[]", "{}", R"({"custom_id":"i-1"})", R"({"batch_request_id":7,"batch_result":{}})",
          R"({"batch_request_id":"a","batch_request_id":"b"})",
          R"({"batch_request_id":"a","batch_result":{},"batch_result":{}})"})
        EXPECT_FALSE(parser->parse(line, out)) << line;
    EXPECT_FALSE(parser->parse(R"({"batch_request_id":")" + std::string(600, 'x') + "\"}", out));
    // A second answer in one result is not glued to the first.
    const auto two = read(result_line(
        R"("response":{"a":{"choices":[{"message":{"content":"1"}}]},"b":{"choices":[{"message":{"content":"2"}}]}})"));
    EXPECT_EQ(two.text, "1");
    const std::string good = result_line(
        R"("response":{"chat_get_completion":{"choices":[{"message":{"content":"yes"}}]}},"error":{"code":3})");
    for (std::size_t at = 0; at < good.size(); ++at)
        for (const char c : {'\0', '"', '{', '}', '[', ']', ',', '9', '\xff', '\\'}) {
            std::string mutated = good;
            mutated[at] = c;
            (void)parser->parse(mutated, out);
            (void)parser->parse(mutated.substr(0, at), out);
        }
}

TEST(XaiLines, of_ordinary_calls) {
    const auto line = [](const HttpResponse& reply) {
        std::string out;
        xai().append_reply_line(out, "i-1", reply);
        EXPECT_EQ(out.back(), '\n');
        out.pop_back();
        return out;
    };
    const HttpResponse answer{200, {}, R"({"choices":[{"message":{"content":"hi"}}]})"};
    EXPECT_EQ(line(answer),
              R"({"batch_request_id":"i-1","batch_result":{"status_code":200,)"
              R"("response":{"ordinary_call":{"choices":[{"message":{"content":"hi"}}]}}}})");
    EXPECT_EQ(read(line(answer)).text, "hi");
    const auto refused = read(line({400, {}, R"({"code":"invalid-argument","error":"too long"})"}));
    EXPECT_EQ(refused.verdict, Verdict::permanent);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.message, "too long");
    const auto gateway = read(line({502, {}, "<html>"}));
    EXPECT_EQ(gateway.verdict, Verdict::retryable);
    EXPECT_EQ(gateway.status, 502);
}

}  // namespace
}  // namespace overnight::providers
