// RecordReader on JSONL.
#include "tests/unit/jsonl/read_all.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace overnight::jsonl::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::literals;

std::string nested(int levels) {
    return std::string(levels, '[') + std::string(levels, ']');
}

TEST(JsonReader, decodes_every_kind) {
    const TempDir dir;
    const Outcome seen = read_text(
        dir,
        "{\"t\":\"a\\n\\u00e9\\ud83d\\ude00\\u0000\",\"n\": -1.50e+3 ,\"b\":true,\"f\":false , "
        "\"z\":null,\"o\":{\"x\": [1, 2] } ,\"l\":[ ]}\n",
        Format::jsonl);
    ASSERT_EQ(seen.records.size(), 1u) << seen.error;
    EXPECT_THAT(seen.columns, ElementsAre("t", "n", "b", "f", "z", "o", "l"));
    const auto& fields = seen.records[0].fields;
    EXPECT_EQ(fields[0], (OwnedField{"t", "a\n\xC3\xA9\xF0\x9F\x98\x80\0"s, ValueKind::text}));
    EXPECT_EQ(fields[1], (OwnedField{"n", "-1.50e+3", ValueKind::number}));
    EXPECT_EQ(fields[2], (OwnedField{"b", "true", ValueKind::boolean}));
    EXPECT_EQ(fields[3], (OwnedField{"f", "false", ValueKind::boolean}));
    EXPECT_EQ(fields[4], (OwnedField{"z", "", ValueKind::null}));
    EXPECT_EQ(fields[5], (OwnedField{"o", "{\"x\": [1, 2] }", ValueKind::json}));
    EXPECT_EQ(fields[6], (OwnedField{"l", "[ ]", ValueKind::json}));
}

TEST(JsonReader, keeps_numbers_as_they_are_written) {
    const TempDir dir;
    const Outcome seen = read_text(
        dir, "{\"n\":123456789012345678901234567890.10,\"m\":1e999,\"z\":-0}\n", Format::jsonl);
    ASSERT_EQ(seen.records.size(), 1u) << seen.error;
    EXPECT_THAT(seen.records[0].values(),
                ElementsAre("123456789012345678901234567890.10", "1e999", "-0"));
}

TEST(JsonReader, reads_the_same_for_every_read_size) {
    const TempDir dir;
    const std::string content =
        "\xEF\xBB\xBF{\"a\":\"x\"}\r\n\n   \n{\"b\":\"\xC3\xA9\\\"\",\"a\":[{}]}\n \t{ } "
        "\n{\"a\":\"\xF0\x9F\x98\x80\"}";
    const auto path = dir.file("t.jsonl", content);
    const Outcome whole = read_all(path, Format::jsonl);
    ASSERT_EQ(whole.error, "");
    ASSERT_EQ(whole.records.size(), 4u);
    EXPECT_EQ(whole.records[0].raw, "{\"a\":\"x\"}");
    EXPECT_EQ(whole.records[0].offset, 3u);
    EXPECT_EQ(whole.records[1].line, 4u);
    EXPECT_EQ(whole.records[3].row, 3u);
    EXPECT_EQ(whole.records[3].line, 6u);
    EXPECT_EQ(whole.crc, core::crc32c(content));
    for (std::size_t size = 1; size <= content.size() + 1; ++size) {
        const Outcome seen = read_all(path, Format::jsonl, {.read_bytes = size});
        EXPECT_EQ(seen.error, "");
        EXPECT_EQ(seen.records, whole.records) << size;
        EXPECT_EQ(seen.bytes, content.size());
        EXPECT_EQ(seen.crc, whole.crc);
    }
}

TEST(JsonReader, columns_are_those_of_the_first_record_and_others_may_follow) {
    const TempDir dir;
    const Outcome seen =
        read_text(dir, "{\"a\":1,\"b\":2}\n{\"b\":3}\n{\"b\":1,\"a\":2,\"c\":3}\n", Format::jsonl);
    EXPECT_EQ(seen.error, "");
    EXPECT_THAT(seen.columns, ElementsAre("a", "b"));
    EXPECT_EQ(seen.records[2].fields.size(), 3u);
}

TEST(JsonReader, finds_fields_by_name) {
    const TempDir dir;
    auto reader = RecordReader::open(dir.file("t", "{\"a\":1,\"b\":\"x\"}"), Format::jsonl).value();
    Record record;
    ASSERT_TRUE(reader.next(record).value());
    ASSERT_NE(record.find("b"), nullptr);
    EXPECT_EQ(record.find("b")->value, "x");
    EXPECT_EQ(record.find("c"), nullptr);
}

TEST(JsonReader, nesting_is_allowed_up_to_the_limit) {
    const TempDir dir;
    EXPECT_EQ(read_text(dir, "{\"a\":" + nested(63) + "}", Format::jsonl).error, "");
    EXPECT_THAT(read_text(dir, "{\"a\":" + nested(64) + "}", Format::jsonl).error,
                HasSubstr("nesting is too deep"));
    EXPECT_THAT(read_text(dir, "{\"a\":" + nested(1'000'000) + "}", Format::jsonl).error,
                HasSubstr("nesting is too deep"));
    EXPECT_NE(read_text(dir, "{\"a\":" + std::string(1'000'000, '['), Format::jsonl).error, "");
    std::string objects = "1";
    for (int i = 0; i < 64; ++i)
        objects = "{\"k\":" + objects + "}";
    EXPECT_EQ(read_text(dir, objects, Format::jsonl).error, "");
    EXPECT_THAT(read_text(dir, "{\"k\":" + objects + "}", Format::jsonl).error,
                HasSubstr("nesting is too deep"));
}

struct Bad {
    const char* name;
    std::string line;
    const char* says;
};

const Bad bad_lines[] = {
    {"array", "[1]", "one JSON object"},
    {"string", "\"x\"", "one JSON object"},
    {"number", "1", "one JSON object"},
    {"null", "null", "one JSON object"},
    {"csv", "a,b", "one JSON object"},
    {"only_a_brace", "{", ""},
    {"unclosed", "{\"a\":1", ""},
    {"unclosed_inside", "{\"a\":{\"b\":1}", ""},
    {"unclosed_array", "{\"a\":[1,2}", ""},
    {"mixed_brackets", "{\"a\":[1}]", ""},
    {"unclosed_string", "{\"a\":\"x}", "string is not closed"},
    {"trailing_object", "{\"a\":1}{\"a\":2}", "something follows the object"},
    {"trailing_text", "{\"a\":1} x", "closing brace"},
    {"trailing_bracket", "{\"a\":1}]", "closing brace"},
    {"trailing_brace", "{\"a\":1}}", "something follows the object"},
    {"old_mac_line_ends", "{\"a\":1}\r{\"a\":2}", "something follows the object"},
    {"trailing_comma", "{\"a\":1,}", ""},
    {"leading_comma", "{,\"a\":1}", ""},
    {"missing_comma", "{\"a\":1 \"b\":2}", ""},
    {"missing_colon", "{\"a\" 1}", ""},
    {"missing_value", "{\"a\":}", ""},
    {"missing_value_inside", "{\"a\":[1,]}", ""},
    {"two_values", "{\"a\":1 2}", ""},
    {"bare_key", "{a:1}", ""},
    {"single_quotes", "{'a':1}", ""},
    {"number_key", "{1:1}", ""},
    {"comment", "{\"a\":1 /* x */}", ""},
    {"nan", "{\"a\":NaN}", ""},
    {"infinity", "{\"a\":-Infinity}", ""},
    {"nan_inside", "{\"a\":[1,NaN]}", ""},
    {"undefined", "{\"a\":undefined}", ""},
    {"python_true", "{\"a\":True}", ""},
    {"long_true", "{\"a\":truex}", "not a JSON value"},
    {"short_null", "{\"a\":nul}", "not a JSON value"},
    {"leading_zero", "{\"a\":01}", "not a JSON value"},
    {"leading_plus", "{\"a\":+1}", ""},
    {"bare_point", "{\"a\":1.}", "not a JSON value"},
    {"leading_point", "{\"a\":.5}", ""},
    {"hexadecimal", "{\"a\":0x10}", "not a JSON value"},
    {"endless_number", "{\"a\":" + std::string(100'000, '9') + "}", "more than 1,000 digits"},
    {"endless_number_inside", "{\"a\":[" + std::string(1'001, '9') + "]}",
     "more than 1,000 digits"},
    {"duplicate", "{\"a\":1,\"b\":2,\"a\":3}", "two members named \"a\""},
    {"duplicate_by_escape", "{\"a\":1,\"\\u0061\":3}", "two members named \"a\""},
    {"duplicate_inside", "{\"a\":[{\"x\":1,\"x\":1}]}", "two members named \"x\""},
    {"duplicate_empty", "{\"\":1,\"\":2}", "two members"},
    {"lone_high_surrogate", "{\"a\":\"\\ud83d\"}", "surrogate"},
    {"lone_low_surrogate", "{\"a\":\"\\ude00\"}", "surrogate"},
    {"two_high_surrogates", "{\"a\":\"\\ud83d\\ud83d\"}", "surrogate"},
    {"high_surrogate_and_text", "{\"a\":\"\\ud83dx\"}", "surrogate"},
    {"high_surrogate_and_escape", "{\"a\":\"\\ud83d\\n\"}", "surrogate"},
    {"high_surrogate_and_bmp", "{\"a\":\"\\ud83d\\u0041\"}", "surrogate"},
    {"surrogate_in_key", "{\"\\ud83d\":1}", "surrogate"},
    {"low_surrogate_in_key", "{\"\\udfff\":1}", "surrogate"},
    {"surrogate_inside", "{\"a\":{\"b\":[\"\\ude00\"]}}", "surrogate"},
    {"surrogate_in_inner_key", "{\"a\":{\"\\ude00\":1}}", "surrogate"},
    {"bad_escape", "{\"a\":\"\\x41\"}", "escape"},
    {"short_escape", "{\"a\":\"\\u12\"}", "escape"},
    {"raw_tab", "{\"a\":\"x\ty\"}", "control character"},
    {"raw_nul", "{\"a\":\"x\0y\"}"s, "control character"},
    {"nul_outside", "{\"a\":1\0}"s, ""},
    {"nul_behind", "{\"a\":1}\0"s, ""},
};

class BadJson : public ::testing::TestWithParam<Bad> {};

TEST_P(BadJson, is_refused_with_its_line_and_byte) {
    const TempDir dir;
    for (const std::string_view end : {"", "\n", "\r\n", "\n{\"a\":1}\n"}) {
        const auto path = dir.file("t.jsonl", "{\"a\":0}\n\n" + GetParam().line + std::string(end));
        const Outcome seen = read_all(path, Format::jsonl);
        EXPECT_THAT(seen.error, HasSubstr(path.native() + ", line 3, column "));
        EXPECT_THAT(seen.error, HasSubstr(GetParam().says));
        EXPECT_THAT(seen.error, HasSubstr("(byte "));
        EXPECT_EQ(seen.code, core::Errc::invalid_input);
        EXPECT_EQ(seen.records.size(), 1u);
    }
}

INSTANTIATE_TEST_SUITE_P(lines, BadJson, ::testing::ValuesIn(bad_lines), [](const auto& row) {
    return row.param.name;
});

TEST(JsonReader, says_where) {
    const TempDir dir;
    const auto error = [&](std::string_view line) {
        return read_text(dir, "{}\n" + std::string(line), Format::jsonl).error;
    };
    EXPECT_THAT(
        error("{\"a\":1} x"),
        HasSubstr("line 2, column 9: the line does not end with the object's closing brace"));
    EXPECT_THAT(error("{\"\xC3\xA9\":01}"), HasSubstr("line 2, column 6:"));
    EXPECT_THAT(error("{\"a\":1} {}"),
                HasSubstr("line 2, column 9: something follows the object (byte 11 of the input)"));
    EXPECT_THAT(error("  [1]"), HasSubstr("line 2, column 3:"));
    EXPECT_THAT(error("{\"a\":1,\"b\":2,\"a\":3}"), HasSubstr("line 2, column 14:"));
}

TEST(JsonReader, refuses_an_empty_input) {
    const TempDir dir;
    for (const char* content : {"", "\n\n", "  \r\n\t\n", "\xEF\xBB\xBF"})
        EXPECT_THAT(read_text(dir, content, Format::jsonl).error, HasSubstr("holds no records"));
    EXPECT_EQ(read_text(dir, "\n", Format::jsonl, {.empty = EmptyInput::accept}).error, "");
}

TEST(JsonReader, caps_the_line_and_the_members) {
    const TempDir dir;
    const std::string line = "{\"a\":\"" + std::string(92, 'x') + "\"}";
    for (const std::size_t size : {1u, 16u, 4096u}) {
        EXPECT_EQ(read_text(dir, line + "\r\n" + line, Format::jsonl,
                            {.record_bytes = 100, .read_bytes = size})
                      .error,
                  "");
        EXPECT_THAT(
            read_text(dir, line + "\n", Format::jsonl, {.record_bytes = 99, .read_bytes = size})
                .error,
            HasSubstr("line 1: the line is longer than 99 B"));
    }
    EXPECT_THAT(read_text(dir, "{\"a\":1,\"b\":2,\"c\":3}", Format::jsonl, {.fields = 2}).error,
                HasSubstr("too many members"));
    EXPECT_THAT(
        read_text(dir, "{\"o\":{\"a\":1,\"b\":2,\"c\":3}}", Format::jsonl, {.fields = 2}).error,
        HasSubstr("too many members"));
}

TEST(JsonReader, caps_the_members_of_each_object_and_not_of_all_together) {
    const TempDir dir;
    const Limits limits{.fields = 2};
    EXPECT_EQ(read_text(dir, "{\"list\":[{\"a\":1,\"b\":2},{\"a\":3,\"b\":{\"c\":4,\"d\":5}}]}",
                        Format::jsonl, limits)
                  .error,
              "");
    EXPECT_THAT(
        read_text(dir, "{\"list\":[{\"a\":1},{\"a\":1,\"b\":2,\"c\":3}]}", Format::jsonl, limits)
            .error,
        HasSubstr("too many members"));
}

TEST(JsonReader, finds_duplicates_among_many_members) {
    const TempDir dir;
    std::string line = "{\"m0\":0";
    for (int i = 1; i < 5'000; ++i)
        line += ",\"m" + std::to_string(i) + "\":0";
    EXPECT_EQ(read_text(dir, line + "}", Format::jsonl).error, "");
    EXPECT_THAT(read_text(dir, line + ",\"m77\":0}", Format::jsonl).error,
                HasSubstr("two members named \"m77\""));
    EXPECT_THAT(read_text(dir, "{}\n{\"o\":" + line + ",\"m77\":0}}", Format::jsonl).error,
                HasSubstr("\"m77\""));
}

}  // namespace
}  // namespace overnight::jsonl::testing
