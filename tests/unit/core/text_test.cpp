#include "core/text.hpp"

#include <gtest/gtest.h>

namespace overnight::core {
namespace {

TEST(Printable, neutralises_what_a_terminal_would_obey) {
    EXPECT_EQ(printable("plain \xc3\xa4 \xf0\x9f\x98\x80"), "plain \xc3\xa4 \xf0\x9f\x98\x80");
    EXPECT_EQ(printable("\x1b]52;c;aGk=\x07"), "\\u{1b}]52;c;aGk=\\u{7}");
    EXPECT_EQ(printable("a\nb\tc\r"), "a\\u{a}b\\u{9}c\\u{d}");
    EXPECT_EQ(printable("\xc2\x9b"
                        "2J"),
              "\\u{9b}2J")
        << "C1 as UTF-8";
    EXPECT_EQ(printable("\xe2\x80\xae"
                        "evil"),
              "\\u{202e}evil")
        << "bidi override";
    EXPECT_EQ(printable("\xd8\x9c"
                        "evil"),
              "\\u{61c}evil")
        << "the Arabic letter mark turns text round as well";
    EXPECT_EQ(printable("\xff\xfe"), "\\u{ff}\\u{fe}") << "invalid UTF-8";
}

TEST(Printable, cuts_long_text) {
    const auto text = printable(std::string(1000, 'x'), 10);
    EXPECT_EQ(text, "xxxxxxxxxx...");
}

TEST(ValidUtf8, knows_the_rules) {
    EXPECT_TRUE(valid_utf8(""));
    EXPECT_TRUE(valid_utf8("\xf4\x8f\xbf\xbf"));
    for (const char* bad : {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                            "\xc3", "\xf8\x88\x80\x80\x80"})
        EXPECT_FALSE(valid_utf8(bad)) << printable(bad);
}

TEST(Nearest, suggests_only_what_is_near) {
    const std::string_view keys[] = {"rows", "tokens", "instructions"};
    EXPECT_EQ(nearest("row_", keys), "rows");
    EXPECT_EQ(nearest("instrutcions", keys), "instructions");
    EXPECT_EQ(nearest("zzzzzz", keys), "");
}

TEST(Numbers, are_readable) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1'234'567), "1,234,567");
    EXPECT_EQ(bytes_text(999), "999 B");
    EXPECT_EQ(bytes_text(200'000'000), "200.0 MB");
    EXPECT_EQ(bytes_text(1000), "1.0 kB");
}

}  // namespace
}  // namespace overnight::core
