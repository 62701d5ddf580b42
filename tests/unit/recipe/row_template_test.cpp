#include "recipe/row_template.hpp"

#include "made.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace overnight::recipe {
namespace {

using jsonl::Field;
using jsonl::ValueKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::RecordText;

RowTemplate compiled(std::string_view text) {
    auto made = RowTemplate::compile(text, "r.toml:9");
    return std::move(made).value();
}

std::string rendered(std::string_view text, const RecordText& row) {
    std::string out = "old";
    const auto result = compiled(text).render(row.record(), out);
    return result ? out : "ERROR: " + result.error().message();
}

const RecordText row = {
    {"category", "Energy", ValueKind::text},
    {"topic", "Heat pumps", ValueKind::text},
    {"my column", "spaced", ValueKind::text},
    {"a.b", "dotted", ValueKind::text},
    {"empty", "", ValueKind::text},
    {"yes", "true", ValueKind::boolean},
    {"no", "false", ValueKind::boolean},
    {"nothing", "", ValueKind::null},
    {"price", "1.10", ValueKind::number},
    {"zero", "0", ValueKind::number},
    {"tags", R"(["x", "y<", "z"])", ValueKind::json},
    {"none", "[]", ValueKind::json},
    {"author",
     R"({"name":"Ada", "age": 36.50, "alive":false, "born":null, "papers":[{"title":"A"},{"title":"B","year":1843}]})",
     ValueKind::json},
    {"bare", "{}", ValueKind::json},
};

struct Case {
    const char* name;
    const char* text;
    const char* result;
};

const Case cases[] = {
    {"plain_text", "no tags", "no tags"},
    {"variables", "{{category}}: {{topic}}.", "Energy: Heat pumps."},
    {"three_spellings", "{{topic}}|{{{topic}}}|{{&topic}}|{{ & topic }}|{{  topic  }}",
     "Heat pumps|Heat pumps|Heat pumps|Heat pumps|Heat pumps"},
    {"spaces_in_a_name", "{{my column}}", "spaced"},
    {"dots_in_a_name", "{{a.b}}", "dotted"},
    {"empty_text", "<{{empty}}>", "<>"},
    {"null_is_empty", "<{{nothing}}>", "<>"},
    {"number_keeps_its_literal", "{{price}}", "1.10"},
    {"boolean_is_its_word", "{{yes}} {{no}}", "true false"},
    {"json_is_its_text", "{{tags}}", R"(["x", "y<", "z"])"},
    {"path_into_json", "{{author.name}} {{author.age}} {{author.alive}} <{{author.born}}>",
     "Ada 36.50 false <>"},
    {"comment", "a{{! {{ not this }}b", "ab"},
    {"crlf", "a\r\n{{topic}}\r\n", "a\r\nHeat pumps\r\n"},
    {"other_delimiters", "{{=<% %>=}}<%topic%> {{topic}} <%={{ }}=%>{{topic}}",
     "Heat pumps {{topic}} Heat pumps"},
    {"json_braces", R"({"t":"{{topic}}"})", R"({"t":"Heat pumps"})"},

    {"section_true", "{{#yes}}on{{/yes}}{{^yes}}off{{/yes}}", "on"},
    {"section_false", "{{#no}}on{{/no}}{{^no}}off{{/no}}", "off"},
    {"section_null", "{{#nothing}}on{{/nothing}}{{^nothing}}off{{/nothing}}", "off"},
    {"section_empty_text", "{{#empty}}on{{/empty}}{{^empty}}off{{/empty}}", "off"},
    {"section_text", "{{#topic}}on {{.}}{{/topic}}{{^topic}}off{{/topic}}", "on Heat pumps"},
    {"section_zero", "{{#zero}}on {{.}}{{/zero}}", "on 0"},
    {"section_missing", "{{#absent}}on{{/absent}}{{^absent}}off{{/absent}}", "off"},
    {"section_list", "{{#tags}}[{{.}}]{{/tags}}", "[x][y<][z]"},
    {"section_empty_list", "{{#none}}on{{/none}}{{^none}}off{{/none}}", "off"},
    {"section_object", "{{#author}}{{name}}, {{age}}, {{topic}}{{/author}}",
     "Ada, 36.50, Heat pumps"},
    {"section_empty_object", "{{#bare}}on{{/bare}}", "on"},
    {"section_by_path", "{{#author.papers}}{{title}}({{year}}) {{/author.papers}}", "A() B(1843) "},
    {"nested_sections", "{{#author}}{{#papers}}{{name}}:{{title}} {{/papers}}{{/author}}",
     "Ada:A Ada:B "},
    {"inner_name_hides_the_column",
     "{{#author}}{{#papers}}{{^year}}{{title}}?{{/year}}{{/papers}}{{/author}}", "A?"},
    {"missing_in_a_section_is_empty", "{{#yes}}<{{absent}}>{{/yes}}", "<>"},

    {"standalone_lines", "a\n{{#yes}}\nb\n{{/yes}}\nc\n", "a\nb\nc\n"},
    {"standalone_lines_crlf", "a\r\n {{#yes}}\t\r\nb\r\n{{/yes}}\r\nc", "a\r\nb\r\nc"},
    {"standalone_lines_left_out", "a\n{{#no}}\nb\n{{/no}}\nc\n", "a\nc\n"},
    {"standalone_lines_inverted", "a\n{{^no}}\nb\n{{/no}}\nc\n", "a\nb\nc\n"},
    {"standalone_list", "{{#tags}}\n- {{.}}\n{{/tags}}\nend", "- x\n- y<\n- z\nend"},
    {"standalone_last_line", "{{#yes}}\n{{/yes}}", ""},
    {"blank_lines_stay", "a\n\n{{#yes}}b{{/yes}}\n\n", "a\n\nb\n\n"},
};

class Templates : public ::testing::TestWithParam<Case> {};

TEST_P(Templates, render) {
    EXPECT_EQ(rendered(GetParam().text, row), GetParam().result);
}

INSTANTIATE_TEST_SUITE_P(RowTemplate, Templates, ::testing::ValuesIn(cases), [](const auto& one) {
    return std::string(one.param.name);
});

TEST(RowTemplate, never_evaluates_the_row) {
    const RecordText nasty = {
        {"a", "{{b}} {{#b}}{{/b}} {{=<% %>=}} {{>p}}", ValueKind::text},
        {"b", std::string_view("x\0\xF0\x9F\x8C\x99&<\"\n", 11), ValueKind::text}};
    EXPECT_EQ(rendered("{{a}}", nasty), "{{b}} {{#b}}{{/b}} {{=<% %>=}} {{>p}}");
    EXPECT_EQ(rendered("{{#b}}{{a}}{{/b}}", nasty), "{{b}} {{#b}}{{/b}} {{=<% %>=}} {{>p}}");
    const std::string raw("x\0\xF0\x9F\x8C\x99&<\"\n", 11);
    EXPECT_EQ(rendered("{{b}}", nasty), raw);
    EXPECT_EQ(rendered("{{#a}}{{b}}{{/a}}", nasty), raw);
}

TEST(RowTemplate, names_its_columns_once_and_in_order) {
    const RowTemplate made = compiled("{{b}} {{#c}}{{d}}{{/c}} {{a}} {{b}} {{^e}}{{/e}}");
    EXPECT_THAT(made.columns(), ElementsAre("b", "c", "a", "e"));
}

TEST(RowTemplate, a_missing_column_is_an_error_outside_of_sections) {
    EXPECT_EQ(rendered("{{topc}}", row),
              "ERROR: row 6 (line 8) has no 'topc', which the row template of r.toml:9 names; did "
              "you mean 'topic'?");
    EXPECT_THAT(rendered("{{#yes}}on{{/yes}}{{topc}}", row), HasSubstr("did you mean 'topic'?"));
    EXPECT_THAT(rendered("{{author.nme}}", row), HasSubstr("has no 'author.nme'"));
    EXPECT_EQ(
        rendered("{{qqqqqqqqqq}}", {{"a", "1", ValueKind::text}, {"b", "2", ValueKind::text}}),
        "ERROR: row 6 (line 8) has no 'qqqqqqqqqq', which the row template of r.toml:9 names; it "
        "has 'a', 'b'");
}

TEST(RowTemplate, finds_columns_that_move_between_records) {
    const RowTemplate made = compiled("{{a}}{{b}}");
    std::string out;
    const RecordText first = {{"a", "1", ValueKind::text}, {"b", "2", ValueKind::text}};
    const RecordText second = {
        {"b", "4", ValueKind::text}, {"x", "", ValueKind::text}, {"a", "3", ValueKind::text}};
    const RecordText third = {{"a", "5", ValueKind::text}};
    ASSERT_TRUE(made.render(first.record(), out));
    EXPECT_EQ(out, "12");
    ASSERT_TRUE(made.render(second.record(), out));
    EXPECT_EQ(out, "34");
    EXPECT_FALSE(made.render(third.record(), out));
    ASSERT_TRUE(made.render(first.record(), out));
    EXPECT_EQ(out, "12");
}

TEST(RowTemplate, checks_columns_before_any_row) {
    const std::vector<std::string> columns = {"topic", "author"};
    EXPECT_TRUE(compiled("{{topic}} {{author.name}}").check_columns(columns));
    EXPECT_TRUE(compiled("{{#notes}}{{notes}}{{/notes}}").check_columns(columns));
    const auto missing = compiled("{{topc}}").check_columns(columns);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message(),
              "r.toml:9: the row template names 'topc', which the input does not have; did you "
              "mean 'topic'?");
}

TEST(RowTemplate, checks_every_name_against_a_fixed_header) {
    using Columns = RowTemplate::Columns;
    const std::vector<std::string> columns = {"topic", "notes"};
    EXPECT_TRUE(compiled("{{topic}}{{#notes}}{{notes}}{{.}}{{/notes}}")
                    .check_columns(columns, Columns::fixed));
    EXPECT_FALSE(compiled("{{#note}}x{{/note}}").check_columns(columns, Columns::fixed));
    EXPECT_FALSE(compiled("{{^note}}x{{/note}}").check_columns(columns, Columns::fixed));
    EXPECT_FALSE(compiled("{{#notes}}{{tpic}}{{/notes}}").check_columns(columns, Columns::fixed));
    EXPECT_FALSE(compiled("{{topic.name}}").check_columns(columns, Columns::fixed));
}

TEST(RowTemplate, refuses_bad_templates_with_their_place) {
    const struct {
        const char* text;
        const char* message;
    } bad[] = {
        {"{{", "r.toml:9: unclosed tag at line 1, column 1 of the row template"},
        {"ab\ncd {{x", "r.toml:9: unclosed tag at line 2, column 4 of the row template"},
        {"{{{x}}", "r.toml:9: unclosed tag at line 1, column 1 of the row template"},
        {"{{#a}}x", "r.toml:9: unclosed section \"a\" at line 1, column 1 of the row template"},
        {"x{{/a}}", "r.toml:9: unopened section \"a\" at line 1, column 2 of the row template"},
        {"{{#a}}{{/b}}",
         "r.toml:9: unclosed section \"a\" at line 1, column 1 of the row template"},
        {"{{=<%=}}", "r.toml:9: invalid set delimiter tag at line 1, column 1 of the row template"},
        {"{{}}", "r.toml:9: a tag without a name at line 1, column 1 of the row template"},
        {"{{#}}{{/}}", "r.toml:9: a tag without a name at line 1, column 1 of the row template"},
        {"{{.}}",
         "r.toml:9: {{.}} outside of a section; name a column instead, at line 1, column 1 of the "
         "row template"},
    };
    for (const auto& [text, message] : bad) {
        const auto made = RowTemplate::compile(text, "r.toml:9");
        ASSERT_FALSE(made) << text;
        EXPECT_EQ(made.error().message(), message);
        EXPECT_EQ(made.error().code(), core::Errc::invalid_input);
    }
}

TEST(RowTemplate, refuses_floods_of_sections) {
    std::string deep;
    for (int i = 0; i < 33; ++i)
        deep += "{{#a}}";
    for (int i = 0; i < 33; ++i)
        deep += "{{/a}}";
    const auto too_deep = RowTemplate::compile(deep, "t");
    ASSERT_FALSE(too_deep);
    EXPECT_EQ(
        too_deep.error().message(),
        "t: more than 32 sections inside each other at line 1, column 193 of the row template");
    EXPECT_TRUE(RowTemplate::compile(deep.substr(6, deep.size() - 12), "t"));
    for (const std::string_view open : {"{{#a}}", "{{ #}}", "{{{#a}}}{{^"}) {
        std::string bomb;
        for (int i = 0; i < 20'000; ++i)
            bomb += open;
        EXPECT_FALSE(RowTemplate::compile(bomb, "t"));
    }
    std::string changed = "{{=< >=}}";
    for (int i = 0; i < 50'000; ++i)
        changed += "<#a>";
    EXPECT_FALSE(RowTemplate::compile(changed, "t"));
    EXPECT_FALSE(RowTemplate::compile(std::string((256u << 10) + 1, 'x'), "t"));
    EXPECT_TRUE(RowTemplate::compile(std::string(20'000, '#') + "{{a}}",
                                     "t"));  // Markdown headings are no sections
}

TEST(RowTemplate, bounds_what_a_template_expands_to) {
    std::string list = "[";
    for (int i = 0; i < 300; ++i)
        list += i == 0 ? "1" : ",1";
    list += "]";
    const RecordText wide = {{"l", list, ValueKind::json}};
    EXPECT_THAT(rendered("{{#l}}{{#l}}{{#l}}{{#l}}{{/l}}{{/l}}{{/l}}{{/l}}", wide),
                HasSubstr("1,000,000 steps"));
    const std::string large(3u << 20, 'x');
    const RecordText big = {{"a", large, ValueKind::text}};
    EXPECT_EQ(rendered("{{a}}", big), large);
    EXPECT_THAT(rendered("{{a}}{{a}}", big), HasSubstr("larger than 4 MiB"));
    EXPECT_THAT(rendered("{{#a}}{{a}}{{.}}{{/a}}", big), HasSubstr("larger than 4 MiB"));
}

TEST(RowTemplate, refuses_broken_json_in_a_section) {
    const RecordText broken = {{"j", "[1,", ValueKind::json}};
    EXPECT_THAT(rendered("{{#j}}{{.}}{{/j}}", broken),
                HasSubstr("ERROR: row 6 (line 8): the column 'j' is not valid JSON"));
}

TEST(RowTemplate, names_the_column_whose_number_no_double_can_hold) {
    const RecordText large = {{"j", "{\"n\":1e999}", ValueKind::json}};
    EXPECT_THAT(rendered("{{j.n}}", large),
                HasSubstr("ERROR: row 6 (line 8): the column 'j' is not valid JSON: the number"));
}

}  // namespace
}  // namespace overnight::recipe
