// RecordReader on CSV and TSV.
#include "tests/unit/jsonl/read_all.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace overnight::jsonl::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::literals;

using Rows = std::vector<std::vector<std::string>>;

struct Good {
    const char* name;
    std::string_view content;
    Rows rows;
};

const Good good_tables[] = {
    {"plain", "a,b\n1,2\n3,4\n", {{"1", "2"}, {"3", "4"}}},
    {"crlf", "a,b\r\n1,2\r\n3,4\r\n", {{"1", "2"}, {"3", "4"}}},
    {"no_final_newline", "a,b\n1,2", {{"1", "2"}}},
    {"final_carriage_return", "a,b\n1,2\r", {{"1", "2"}}},
    {"byte_order_mark",
     "\xEF\xBB\xBF"
     "a,b\n1,2\n",
     {{"1", "2"}}},
    {"blank_lines", "\n\r\na,b\n\n1,2\r\n\r\n\n3,4\n\n\n", {{"1", "2"}, {"3", "4"}}},
    {"empty_cells", "a,b\n,\n1,\n,2\n", {{"", ""}, {"1", ""}, {"", "2"}}},
    {"quoted", "a,b\n\"1\",\"2\"\n", {{"1", "2"}}},
    {"quoted_delimiter", "a,b\n\"1,5\",2\n", {{"1,5", "2"}}},
    {"quoted_newlines", "a,b\n\"x\ny\r\nz\",2\n", {{"x\ny\r\nz", "2"}}},
    {"quoted_carriage_return", "a,b\n\"x\ry\",2\n", {{"x\ry", "2"}}},
    {"doubled_quotes", "a,b\n\"say \"\"hi\"\"\",\"\"\"\"\n", {{"say \"hi\"", "\""}}},
    {"quoted_empty", "a,b\n\"\",\"\"", {{"", ""}}},
    {"one_column_quoted_empty", "a\n\"\"\nx\n", {{""}, {"x"}}},
    {"spaces_are_text", "a,b\n 1 , 2\n", {{" 1 ", " 2"}}},
    {"nul_and_controls",
     "a,b\n1\0"
     "2,\x1b[2J\n"sv,
     {{"1\0"
       "2"s,
       "\x1b[2J"}}},
    {"astral_and_bidi",
     "a,b\n\xF0\x9F\x98\x80,\xE2\x80\xAE\xE2\x80\xA8\n",
     {{"\xF0\x9F\x98\x80", "\xE2\x80\xAE\xE2\x80\xA8"}}},
    {"json_is_text", "a,b\n{},null\n", {{"{}", "null"}}},
    {"quoted_header", "\"a;x\"\n1\n", {{"1"}}},
};

class GoodCsv : public ::testing::TestWithParam<Good> {};

/// Whatever the size of the reads, so that a boundary falls at every offset.
TEST_P(GoodCsv, reads_the_same_for_every_read_size) {
    const TempDir dir;
    const auto path = dir.file("t.csv", GetParam().content);
    for (std::size_t size = 1; size <= GetParam().content.size() + 1; ++size) {
        const Outcome seen = read_all(path, Format::csv, {.read_bytes = size});
        EXPECT_EQ(seen.error, "") << size;
        EXPECT_EQ(seen.values(), GetParam().rows) << size;
        EXPECT_EQ(seen.bytes, GetParam().content.size()) << size;
        EXPECT_EQ(seen.crc, core::crc32c(GetParam().content)) << size;
        for (const auto& record : seen.records)
            EXPECT_EQ(record.raw, GetParam().content.substr(record.offset, record.raw.size()))
                << size;
    }
}

INSTANTIATE_TEST_SUITE_P(tables, GoodCsv, ::testing::ValuesIn(good_tables), [](const auto& row) {
    return row.param.name;
});

struct Bad {
    const char* name;
    std::string_view content;
    std::vector<std::string> says;
    Format format = Format::csv;
};

const Bad bad_tables[] = {
    {"empty", "", {"is empty", "header"}},
    {"only_blank_lines", "\n\r\n\n", {"is empty"}},
    {"only_a_mark", "\xEF\xBB\xBF", {"is empty"}},
    {"only_a_header", "a,b\n", {"holds no records", "add at least one row"}},
    {"empty_column_name", "a,,c\n1,2,3\n", {"line 1, column 3", "column 2", "no name"}},
    {"trailing_comma_in_header", "a,b,\n1,2,3\n", {"line 1", "column 3", "no name"}},
    {"duplicate_column_name", "a,b,a\n1,2,3\n", {"line 1, column 5", "\"a\" twice"}},
    {"too_many_fields",
     "a,b\n1,2\n1,2,3,4\n",
     {"line 3, column 5", "row 1 has 4 fields where the header has 2", "comma"}},
    {"too_few_fields",
     "a,b\n1,2\n\nx\xC3\xA9\n",
     {"line 4, column 3", "row 1 has 1 field where the header has 2"}},
    {"stray_quote", "a,b\n1,x\"y\n", {"line 2, column 4", "a quote inside a field"}},
    {"stray_quote_in_header", "a,b\"\n1,2\n", {"line 1, column 4"}},
    {"text_after_quote", "a,b\n\"1\"x,2\n", {"line 2, column 4", "behind the closing quote"}},
    {"space_after_quote", "a,b\n\"1\" ,2\n", {"line 2, column 4"}},
    {"lone_carriage_returns", "a,b\r1,2\r3,4\r", {"line 1, column 4", "carriage return"}},
    {"carriage_return_after_quote", "a,b\n\"1\"\r2,3\n", {"line 2, column 4", "carriage return"}},
    {"unclosed_quote", "a,b\n1,2\n\"x\ny,3\n4,5\n", {"line 3, column 1", "never closed"}},
    {"unclosed_quote_behind_lines", "a,b\n\"x\ny\",\"3\n", {"line 3, column 4", "never closed"}},
    {"semicolons", "a;b\n1;2\n", {"line 1, column 2", "';' but no comma", "not guessed"}},
    {"tabs_in_csv", "a\tb\n1\t2\n", {"TAB but no comma", ".tsv"}},
    {"commas_in_tsv", "a,b\n1,2\n", {"',' but no TAB", ".csv"}, Format::tsv},
    {"separator_line", "sep=;\na;b\n1;2\n", {"line 1", "';' but no comma"}},
};

class BadCsv : public ::testing::TestWithParam<Bad> {};

TEST_P(BadCsv, is_refused_and_says_where) {
    const TempDir dir;
    const auto path = dir.file("t.csv", GetParam().content);
    for (std::size_t size = 1; size <= GetParam().content.size() + 1; ++size) {
        const Outcome seen = read_all(path, GetParam().format, {.read_bytes = size});
        EXPECT_THAT(seen.error, HasSubstr(path.native())) << size;
        for (const auto& part : GetParam().says)
            EXPECT_THAT(seen.error, HasSubstr(part)) << size;
        EXPECT_EQ(seen.code, core::Errc::invalid_input) << size;
    }
}

INSTANTIATE_TEST_SUITE_P(tables, BadCsv, ::testing::ValuesIn(bad_tables), [](const auto& row) {
    return row.param.name;
});

TEST(CsvReader, numbers_rows_lines_and_offsets) {
    const TempDir dir;
    const Outcome seen = read_text(dir,
                                   "\xEF\xBB\xBF"
                                   "a,\"b\n2\"\n\n1,\"x\ny\"\n3,4\n",
                                   Format::csv);
    ASSERT_EQ(seen.records.size(), 2u) << seen.error;
    EXPECT_THAT(seen.columns, ElementsAre("a", "b\n2"));
    EXPECT_EQ(seen.records[0].row, 0u);
    EXPECT_EQ(seen.records[0].line, 4u);
    EXPECT_EQ(seen.records[0].offset, 12u);
    EXPECT_EQ(seen.records[0].raw, "1,\"x\ny\"");
    EXPECT_EQ(seen.records[1].row, 1u);
    EXPECT_EQ(seen.records[1].line, 6u);
}

TEST(CsvReader, counts_bytes_up_to_the_record_given_last) {
    const TempDir dir;
    const std::string_view content = "a,b\n1,2\n\n3,4\n";
    auto reader = RecordReader::open(dir.file("t.csv", content), Format::csv).value();
    EXPECT_EQ(reader.bytes_read(), 4u);
    EXPECT_EQ(reader.content_crc(), core::crc32c(content.substr(0, 4)));
    Record record;
    ASSERT_TRUE(reader.next(record).value());
    EXPECT_EQ(reader.bytes_read(), 8u);
    EXPECT_EQ(reader.content_crc(), core::crc32c(content.substr(0, 8)));
    ASSERT_TRUE(reader.next(record).value());
    EXPECT_EQ(reader.bytes_read(), 13u);
    ASSERT_FALSE(reader.next(record).value());
    ASSERT_FALSE(reader.next(record).value());
    EXPECT_EQ(reader.content_crc(), core::crc32c(content));
}

TEST(CsvReader, an_error_stays) {
    const TempDir dir;
    auto reader = RecordReader::open(dir.file("t.csv", "a,b\n1,2\n3\n4,5\n"), Format::csv).value();
    Record record;
    ASSERT_TRUE(reader.next(record).value());
    const auto first = reader.next(record);
    ASSERT_FALSE(first.has_value());
    const auto second = reader.next(record);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(first.error().message(), second.error().message());
    EXPECT_EQ(reader.bytes_read(), 8u);
}

TEST(CsvReader, accepts_a_table_without_records_when_asked) {
    const TempDir dir;
    const Outcome seen = read_text(dir, "a,b\n", Format::csv, {.empty = EmptyInput::accept});
    EXPECT_EQ(seen.error, "");
    EXPECT_THAT(seen.columns, ElementsAre("a", "b"));
    EXPECT_THAT(seen.records, IsEmpty());
    EXPECT_EQ(read_text(dir, "", Format::csv, {.empty = EmptyInput::accept}).error, "");
}

TEST(CsvReader, caps_the_record) {
    const TempDir dir;
    const std::string content = "a,b\n" + std::string(50, 'x') + ",y\n";
    EXPECT_EQ(read_text(dir, content, Format::csv, {.record_bytes = 52}).error, "");
    for (const std::size_t size : {1u, 7u, 1000u}) {
        const Outcome seen =
            read_text(dir, content, Format::csv, {.record_bytes = 51, .read_bytes = size});
        EXPECT_THAT(seen.error, HasSubstr("line 2: the record is longer than 51 B"));
    }
}

TEST(CsvReader, caps_an_unclosed_quote_and_names_it) {
    const TempDir dir;
    const std::string content = "a,b\n1,\"x\n" + std::string(5000, 'y') + "\n";
    const Outcome seen =
        read_text(dir, content, Format::csv, {.record_bytes = 1000, .read_bytes = 100});
    EXPECT_THAT(
        seen.error,
        HasSubstr("line 2, column 3: the quote that opens here is not closed within 1.0 kB"));
}

TEST(CsvReader, caps_the_columns) {
    const TempDir dir;
    EXPECT_THAT(read_text(dir, "a,b,c\n1,2,3\n", Format::csv, {.fields = 2}).error,
                HasSubstr("more than 2 fields"));
}

TEST(CsvReader, reads_tsv) {
    const TempDir dir;
    const Outcome seen = read_text(dir, "a\tb\n1,5\t\"x\ty\"\n", Format::tsv);
    EXPECT_EQ(seen.values(), (Rows{{"1,5", "x\ty"}})) << seen.error;
}

}  // namespace
}  // namespace overnight::jsonl::testing
