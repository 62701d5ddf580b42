// Tables as they are written.
#include "jsonl/table_writer.hpp"

#include "tests/unit/jsonl/read_all.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace overnight::jsonl::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Output {
    explicit Output(Format format)
        : writer(DurableFile::create(dir / "out", Replace::no).value(), format) {}
    std::string content() {
        std::move(writer).commit().value();
        return content_of(dir / "out");
    }
    TempDir dir;
    TableWriter writer;
};

const std::vector<std::string> two{"a", "b,c"};

TEST(TableWriter, writes_csv) {
    Output out(Format::csv);
    out.writer.header(two).value();
    out.writer.cell("=1", Guard::none);
    out.writer.cell("=1", Guard::formulas);
    out.writer.end_row().value();
    out.writer.cell("", Guard::none);
    out.writer.cell("x\ny", Guard::none);
    out.writer.end_row().value();
    EXPECT_EQ(out.writer.rows(), 2u);
    EXPECT_EQ(out.writer.bytes(), 22u);
    EXPECT_EQ(out.content(), "a,\"b,c\"\n=1,'=1\n,\"x\ny\"\n");
}

TEST(TableWriter, writes_tsv) {
    Output out(Format::tsv);
    out.writer.header(two).value();
    out.writer.cell("x\ty", Guard::none);
    out.writer.cell("1,2", Guard::none);
    out.writer.end_row().value();
    EXPECT_EQ(out.content(), "a\tb,c\n\"x\ty\"\t1,2\n");
}

TEST(TableWriter, carries_raw_csv_cells_over) {
    Output out(Format::csv);
    out.writer.header(std::vector<std::string>{"a", "b", "c"}).value();
    out.writer.append_raw_csv("\"1\",=x", 2);
    out.writer.cell("new", Guard::formulas);
    out.writer.end_row().value();
    EXPECT_EQ(out.content(), "a,b,c\n\"1\",=x,new\n");
}

TEST(TableWriter, a_single_empty_cell_is_no_blank_line) {
    Output out(Format::csv);
    out.writer.header(std::vector<std::string>{"a"}).value();
    out.writer.cell("", Guard::none);
    out.writer.end_row().value();
    const std::string content = out.content();
    EXPECT_EQ(content, "\"a\"\n\"\"\n");
    EXPECT_EQ(read_text(out.dir, content, Format::csv).records.size(), 1u);
}

TEST(TableWriter, a_row_of_the_wrong_width_is_an_error) {
    Output out(Format::csv);
    out.writer.header(two).value();
    out.writer.cell("1", Guard::none);
    EXPECT_EQ(out.writer.end_row().error().code(), Errc::internal);
    Output raw(Format::csv);
    raw.writer.header(two).value();
    raw.writer.append_raw_csv("1,2,3", 3);
    EXPECT_EQ(raw.writer.end_row().error().code(), Errc::internal);
}

TEST(TableWriter, refuses_headers_that_could_not_be_read_back) {
    Output out(Format::csv);
    EXPECT_THAT(out.writer.header(std::vector<std::string>{"a", ""}).error().message(),
                HasSubstr("no name"));
    EXPECT_THAT(out.writer.header(std::vector<std::string>{"a", "a"}).error().message(),
                HasSubstr("two columns named \"a\""));
}

TEST(TableWriter, writes_members_of_every_kind) {
    Output out(Format::jsonl);
    out.writer.header(two).value();
    out.writer.member("t", "x\"\n", ValueKind::text);
    out.writer.member("n", "-1.5e3", ValueKind::number);
    out.writer.member("bad n", "01", ValueKind::number);
    out.writer.member("b", "true", ValueKind::boolean);
    out.writer.member("bad b", "True", ValueKind::boolean);
    out.writer.member("z", "ignored", ValueKind::null);
    out.writer.member("j", "{\n  \"x\": 1\r\n}", ValueKind::json);
    out.writer.end_row().value();
    out.writer.end_row().value();
    EXPECT_EQ(
        out.content(),
        R"({"t":"x\"\n","n":-1.5e3,"bad n":"01","b":true,"bad b":"True","z":null,"j":{   "x": 1  }})"
        "\n{}\n");
}

TEST(TableWriter, inserts_members_behind_the_users_own_bytes) {
    Output out(Format::jsonl);
    for (const char* raw :
         {R"({"a": 1.50 ,"u":"\u00e9}"})", "  {\"a\":{\"b\":[]} }\t", "{}", " { } "}) {
        out.writer.append_raw_json(raw);
        out.writer.member("n", "1", ValueKind::number);
        out.writer.end_row().value();
    }
    out.writer.append_raw_json(R"({"alone":1})");
    out.writer.end_row().value();
    EXPECT_EQ(out.content(), R"({"a": 1.50 ,"u":"\u00e9}","n":1})"
                             "\n"
                             R"({"a":{"b":[]},"n":1})"
                             "\n{\"n\":1}\n{\"n\":1}\n{\"alone\":1}\n");
}

TEST(TableWriter, leaves_nothing_when_dropped) {
    const TempDir dir;
    {
        TableWriter writer(DurableFile::create(dir / "out", Replace::no).value(), Format::csv);
        writer.header(two).value();
    }
    EXPECT_THAT(dir.names(), IsEmpty());
}

}  // namespace
}  // namespace overnight::jsonl::testing
