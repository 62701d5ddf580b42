// Quoting and guarding of CSV cells.
#include "jsonl/csv_text.hpp"

#include <gtest/gtest.h>

namespace overnight::jsonl {
namespace {

using namespace std::literals;

std::string cell(std::string_view text, Guard guard = Guard::none, char delimiter = ',') {
    std::string out;
    append_csv_cell(out, text, delimiter, guard);
    return out;
}

TEST(CsvText, quotes_only_what_needs_it) {
    EXPECT_EQ(cell(""), "");
    EXPECT_EQ(cell("plain text"), "plain text");
    EXPECT_EQ(cell("a,b"), "\"a,b\"");
    EXPECT_EQ(cell("a\tb"), "a\tb");
    EXPECT_EQ(cell("a\nb"), "\"a\nb\"");
    EXPECT_EQ(cell("a\rb"), "\"a\rb\"");
    EXPECT_EQ(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
    EXPECT_EQ(cell("\""), "\"\"\"\"");
    EXPECT_EQ(cell("a\tb", Guard::none, '\t'), "\"a\tb\"");
    EXPECT_EQ(cell("a,b", Guard::none, '\t'), "a,b");
    EXPECT_EQ(cell("\xEF\xBB\xBFx"), "\"\xEF\xBB\xBFx\"");
}

TEST(CsvText, finds_the_special_byte_wherever_it_stands) {
    for (std::size_t length = 1; length < 80; ++length)
        for (std::size_t at = 0; at < length; ++at)
            for (const char special : {',', '"', '\n', '\r'}) {
                std::string text(length, 'x');
                text[at] = special;
                EXPECT_EQ(cell(text).front(), '"') << length << " " << at;
            }
    EXPECT_EQ(cell(std::string(100, 'x')), std::string(100, 'x'));
}

TEST(CsvText, guards_formulas) {
    EXPECT_EQ(cell("=1+1", Guard::formulas), "'=1+1");
    EXPECT_EQ(cell("+1", Guard::formulas), "'+1");
    EXPECT_EQ(cell("-1", Guard::formulas), "'-1");
    EXPECT_EQ(cell("@SUM(A1)", Guard::formulas), "'@SUM(A1)");
    EXPECT_EQ(cell("\t=1", Guard::formulas), "'\t=1");
    EXPECT_EQ(cell("\r=1", Guard::formulas), "\"'\r=1\"");
    EXPECT_EQ(cell("\0x"sv, Guard::formulas), "'\0x"s);
    EXPECT_EQ(cell("  =1", Guard::formulas), "'  =1");
    EXPECT_EQ(cell("=HYPERLINK(\"x\",\"y\")", Guard::formulas),
              "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
}

TEST(CsvText, leaves_other_text_and_unguarded_cells_alone) {
    for (const char* text : {"", " ", "a=1", "1-2", " - item", "'x", "mail@host"})
        EXPECT_EQ(cell(text, Guard::formulas), text);
    for (const char* text : {"=1", "-1.5", "+x", "@x", "  =1"})
        EXPECT_EQ(cell(text), text);
}

TEST(CsvText, makes_utf8_of_a_strangers_bytes) {
    EXPECT_EQ(cell("a\xFFz", Guard::formulas), "a\xEF\xBF\xBDz");
    EXPECT_EQ(cell("\xED\xA0\x80", Guard::formulas), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace overnight::jsonl
