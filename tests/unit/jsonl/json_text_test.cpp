// Writing JSON strings and telling numbers.
#include "jsonl/json_text.hpp"

#include <gtest/gtest.h>

namespace overnight::jsonl {
namespace {

using namespace std::literals;

std::string quoted(std::string_view text) {
    std::string out = ">";
    append_json_string(out, text);
    return out.substr(1);
}

TEST(JsonText, copies_plain_text) {
    EXPECT_EQ(quoted(""), "\"\"");
    EXPECT_EQ(quoted("h\xC3\xA9llo \xE2\x82\xAC \xF0\x9F\x98\x80 /"),
              "\"h\xC3\xA9llo \xE2\x82\xAC \xF0\x9F\x98\x80 /\"");
}

TEST(JsonText, escapes_what_must_not_stand_raw) {
    EXPECT_EQ(quoted("a\"b\\c"), R"("a\"b\\c")");
    EXPECT_EQ(quoted("\n\r\t\b\x1b\x7f"), R"("\n\r\t\u0008\u001b\u007f")");
    EXPECT_EQ(quoted("a\0b"sv), R"("a\u0000b")");
    EXPECT_EQ(quoted("\xE2\x80\xA8|\xE2\x80\xA9|\xE2\x80\xAA"), "\"\\u2028|\\u2029|\xE2\x80\xAA\"");
}

TEST(JsonText, replaces_bytes_that_are_not_utf8) {
    const std::string bad = "\xEF\xBF\xBD";
    EXPECT_EQ(quoted("a\xFFz"), "\"a" + bad + "z\"");
    EXPECT_EQ(quoted("\xC0\xAF"), "\"" + bad + bad + "\"");
    EXPECT_EQ(quoted("\xED\xA0\x80"), "\"" + bad + bad + bad + "\"");
    EXPECT_EQ(quoted("\xE2\x80"), "\"" + bad + bad + "\"");
    EXPECT_EQ(quoted("\xE2"), "\"" + bad + "\"");
    EXPECT_EQ(quoted("\xFF\"\xE2\x80\xA8"), "\"" + bad + "\\\"\\u2028\"");
}

TEST(JsonText, knows_numbers) {
    for (const char* number : {"0", "-0", "7", "10", "-12.50", "1e5", "1E+5", "0.1e-10",
                               "123456789012345678901234567890"})
        EXPECT_TRUE(is_json_number(number)) << number;
    for (const char* other : {"", "-", "+1", "01", "-01", ".5", "1.", "1e", "1e+", "0x1", "NaN",
                              "1 ", " 1", "1,0", "--1", "1.2.3"})
        EXPECT_FALSE(is_json_number(other)) << other;
}

}  // namespace
}  // namespace overnight::jsonl
