#include "reconciler/raw_answer.hpp"

#include <gtest/gtest.h>

namespace overnight::reconciler {
namespace {

const std::string ours = "abcdefghjkmnpqrstvwxyz0123_1_1";

TEST(RawAnswer, comes_back_under_the_users_own_id) {
    const std::string line = R"({"id":"batch_req_1","custom_id":")" + ours +
                             R"(","response":{"status_code":200},"error":null})";
    std::string payload, out;
    make_raw_answer(line, ours, payload);
    ASSERT_TRUE(append_raw_answer(out, payload, "my \"id\"\n"));
    EXPECT_EQ(
        out,
        R"({"id":"batch_req_1","custom_id":"my \"id\"\n","response":{"status_code":200},"error":null})");
}

TEST(RawAnswer, a_damaged_payload_is_refused) {
    std::string out;
    EXPECT_FALSE(append_raw_answer(out, "abc", "x"));
    EXPECT_FALSE(append_raw_answer(out, std::string("\xff\xff\xff\xff{}", 6), "x"));
}

}  // namespace
}  // namespace overnight::reconciler
