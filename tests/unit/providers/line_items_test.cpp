// Answers to lists: embeddings and moderations.
#include "providers/openai/line_items.hpp"

#include "core/bytes.hpp"
#include "providers/api.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace overnight::providers {
namespace {

using model::Verdict;
using openai::append_packed_floats;

std::string packed(std::initializer_list<float> numbers) {
    std::string bytes;
    for (const float number : numbers) {
        const auto bits = std::bit_cast<std::uint32_t>(number);
        for (int i = 0; i < 4; ++i)
            bytes.push_back(static_cast<char>(bits >> (8 * i) & 0xff));
    }
    return core::base64(bytes);
}

LineResult read(std::string_view endpoint, std::string_view body) {
    LineResult out;
    find_adapter("openai")
        ->line_parser(endpoint)
        ->parse(
            R"({"id":"batch_req_1","custom_id":"e-1","response":{"status_code":200,"request_id":"r","body":)" +
                std::string(body) + R"(},"error":null})",
            out)
        .value();
    return out;
}

LineResult embeddings(std::string_view data) {
    return read("/v1/embeddings",
                R"({"object":"list","data":[)" + std::string(data) +
                    R"(],"model":"m","usage":{"prompt_tokens":8,"total_tokens":8}})");
}

std::string entry(int index, std::string_view embedding) {
    return R"({"object":"embedding","index":)" + std::to_string(index) + R"(,"embedding":)" +
           std::string(embedding) + "}";
}

TEST(PackedFloats, are_the_shortest_text) {
    std::string out;
    EXPECT_TRUE(
        append_packed_floats(out, packed({0.0023064255f, -0.5f, 0.0f, 1.0f, 1e-20f, 3e38f})));
    EXPECT_EQ(out, "[0.0023064255,-0.5,0,1,1e-20,3e+38]");
    out.clear();
    // AACAPw== is 1.0f in little-endian order.
    EXPECT_TRUE(append_packed_floats(out, "AACAPw=="));
    EXPECT_EQ(out, "[1]");
}

TEST(PackedFloats, what_is_no_list_of_finite_floats_is_refused) {
    for (const std::string& text :
         {std::string(), std::string("AACA"), std::string("!!!!"), std::string("AACAP"),
          packed({std::numeric_limits<float>::quiet_NaN()}),
          packed({1.0f, std::numeric_limits<float>::infinity()})}) {
        std::string out = "kept";
        EXPECT_FALSE(append_packed_floats(out, text)) << text;
        EXPECT_EQ(out, "kept");
    }
}

TEST(Embeddings, are_sorted_by_index_in_either_encoding) {
    const auto base64 = embeddings(entry(1, "\"" + packed({0.25f, 2.0f}) + "\"") + "," +
                                   entry(0, "\"" + packed({-1.5f}) + "\""));
    EXPECT_EQ(base64.verdict, Verdict::answered);
    EXPECT_EQ(base64.items, (std::vector<std::string>{"[-1.5]", "[0.25,2]"}));
    EXPECT_EQ(base64.usage, (model::Usage{8, 0, 0}));
    EXPECT_TRUE(base64.text.empty());
    const auto floats = embeddings(entry(1, "[0.25, 2.0e0]") + "," + entry(0, "[-1.50 ]"));
    EXPECT_EQ(floats.verdict, Verdict::answered);
    EXPECT_EQ(floats.items, base64.items);
    EXPECT_EQ(embeddings(entry(0, "[0.0023064255,-0.009327292]")).items[0],
              "[0.0023064255,-0.009327292]");
}

TEST(Embeddings, that_cannot_be_matched_are_a_bad_answer) {
    const std::string one = "[1]";
    for (const std::string& data : {entry(1, one),
                                    entry(-1, one),
                                    entry(0, one) + "," + entry(0, one),
                                    entry(0, one) + "," + entry(2, one),
                                    std::string(R"({"embedding":[1]})"),
                                    std::string(R"({"index":"0","embedding":[1]})"),
                                    std::string(R"({"index":0})"),
                                    entry(0, "[]"),
                                    entry(0, "null"),
                                    entry(0, "[1,null]"),
                                    entry(0, "[1,[2]]"),
                                    entry(0, "[1,\"2\"]"),
                                    entry(0, "[1e999]"),
                                    entry(0, "[NaN]"),
                                    entry(0, "[01]"),
                                    entry(0, "\"AACA\""),
                                    entry(0, "\"\""),
                                    entry(0, "{}"),
                                    std::string("7"),
                                    std::string("null"),
                                    entry(0, one) + ",7",
                                    entry(2147483647, one)}) {
        const auto out = embeddings(data);
        EXPECT_EQ(out.verdict, Verdict::bad_answer) << data;
        EXPECT_EQ(out.code, "malformed") << data;
        EXPECT_TRUE(out.items.empty()) << data;
        EXPECT_EQ(out.usage.input_tokens, 8u) << data;
    }
    EXPECT_EQ(embeddings("").code, "empty");
    EXPECT_EQ(read("/v1/embeddings", "{}").code, "empty");
    EXPECT_EQ(read("/v1/embeddings", R"({"data":7})").code, "empty");
}

TEST(Moderations, keep_the_results_as_they_are_written) {
    const auto out = read(
        "/v1/moderations",
        R"({"id":"modr-1","model":"omni-moderation-latest","results":[{"flagged":true,"categories":)"
        R"({"hate":false},"category_scores":{"hate":1.2e-05}} , {"flagged":false,"illicit":null}]})");
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(
        out.items,
        (std::vector<std::string>{
            R"({"flagged":true,"categories":{"hate":false},"category_scores":{"hate":1.2e-05}})",
            R"({"flagged":false,"illicit":null})"}));
    EXPECT_EQ(out.usage, model::Usage{});
}

TEST(Moderations, that_are_no_objects_are_a_bad_answer) {
    for (const char* results :
         {"[7]", R"([{"flagged":tru}])", R"([{"flagged":true},null])", R"([{"a":1,"a":2}])"}) {
        const auto out = read("/v1/moderations", R"({"results":)" + std::string(results) + "}");
        EXPECT_EQ(out.verdict, Verdict::bad_answer) << results;
        EXPECT_EQ(out.code, "malformed") << results;
    }
    EXPECT_EQ(read("/v1/moderations", R"({"results":[]})").code, "empty");
}

}  // namespace
}  // namespace overnight::providers
