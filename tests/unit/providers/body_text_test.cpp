#include "providers/body_text.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

TEST(BodyText, members_get_a_comma_where_there_is_one_before) {
    std::string out = "{";
    append_member(out, "a\"b", "{\n\"c\":\r\n1}");
    append_member(out, "d", "2");
    EXPECT_EQ(out, R"({"a\"b":{ "c":  1},"d":2)");
}

TEST(BodyText, limits_are_raised_when_they_can_be) {
    EXPECT_EQ(raised_limit("400", 3), "1200");
    EXPECT_EQ(raised_limit("400", 0), "400");
    EXPECT_EQ(raised_limit("4e2", 2), "4e2");
    EXPECT_EQ(raised_limit("-4", 2), "-4");
    EXPECT_EQ(raised_limit("9223372036854775807", 2), "9223372036854775807");
    EXPECT_EQ(raised_limit("99999999999999999999999", 2), "99999999999999999999999");
}

}  // namespace
}  // namespace overnight::providers
