// Answers: their schema, their check, their cells.
#include "recipe/answer.hpp"

#include "made.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace overnight::recipe {
namespace {

using testing::checked;
using testing::flat_shape;
using ::testing::HasSubstr;
using testing::minimal;
using testing::parsed;
using testing::shape_of;

constexpr std::string_view flat_lines =
    "tldr = \"string\"\nscore = \"number\"\nyear = \"integer\"\ngood = \"boolean\"\nlevel = "
    "[\"low\", \"high\"]\n";

TEST(FlatAnswer, has_a_strict_schema_in_the_recipes_order) {
    const AnswerShape shape = flat_shape(flat_lines);
    EXPECT_EQ(shape.kind(), AnswerKind::object);
    EXPECT_EQ(
        shape.row_schema(),
        R"({"type":"object","properties":{"tldr":{"type":"string"},"score":{"type":"number"},"year":{"type":"integer"},)"
        R"("good":{"type":"boolean"},"level":{"type":"string","enum":["low","high"]}},)"
        R"("required":["tldr","score","year","good","level"],"additionalProperties":false})");
    EXPECT_EQ(shape.request_schema(1), shape.row_schema());
    EXPECT_EQ(
        shape.request_schema(2),
        R"({"type":"object","properties":{"r1":{"$ref":"#/$defs/row"},"r2":{"$ref":"#/$defs/row"}},)"
        R"("required":["r1","r2"],"additionalProperties":false,"$defs":{"row":)" +
            shape.row_schema() + "}}");
    std::vector<std::pair<std::string, bool>> columns;
    for (const auto& column : shape.columns())
        columns.emplace_back(column.name, column.text);
    EXPECT_THAT(columns, ::testing::ElementsAre(std::pair("tldr", true), std::pair("score", false),
                                                std::pair("year", false), std::pair("good", false),
                                                std::pair("level", true)));
}

TEST(FlatAnswer, escapes_names_and_choices_in_its_schema) {
    EXPECT_EQ(
        flat_shape("\"a \\\"b\\\"\" = [\"x\\\\y\"]\n").row_schema(),
        R"({"type":"object","properties":{"a \"b\"":{"type":"string","enum":["x\\y"]}},"required":["a \"b\""],)"
        R"("additionalProperties":false})");
}

struct Case {
    const char* name;
    const char* answer;
    const char* result;
};

const Case flat_cases[] = {
    {"good", R"({"tldr":"a","score":0.5,"year":2026,"good":true,"level":"low"})",
     R"({"tldr":"a","score":0.5,"year":2026,"good":true,"level":"low"})"},
    {"any_order_and_blanks",
     " { \"level\" : \"high\",\n\"good\":false, \"year\":-3 ,\"score\":1e2,\"tldr\":\"\" }\n",
     R"({"tldr":"","score":1e2,"year":-3,"good":false,"level":"high"})"},
    {"numbers_keep_their_text", R"({"tldr":"a","score":1.10,"year":7.0,"good":true,"level":"low"})",
     R"({"tldr":"a","score":1.10,"year":7.0,"good":true,"level":"low"})"},
    {"long_whole_number",
     R"({"tldr":"a","score":123456789012345678901234567890,"year":99999999999999999999,"good":true,"level":"low"})",
     R"({"tldr":"a","score":123456789012345678901234567890,"year":99999999999999999999,"good":true,"level":"low"})"},
    {"strings_are_escaped_in_one_way",
     R"({"tldr":"\u0061\/\u00e4\n\"\u0000","score":1,"year":1,"good":true,"level":"low"})",
     "{\"tldr\":\"a/"
     "\xC3\xA4\\n\\\"\\u0000\",\"score\":1,\"year\":1,\"good\":true,\"level\":\"low\"}"},
    {"escaped_name", R"({"\u0074ldr":"a","score":1,"year":1,"good":true,"level":"low"})",
     R"({"tldr":"a","score":1,"year":1,"good":true,"level":"low"})"},
    {"fenced",
     "```json\n{\"tldr\":\"a\",\"score\":1,\"year\":1,\"good\":true,\"level\":\"low\"}\n```\n",
     R"({"tldr":"a","score":1,"year":1,"good":true,"level":"low"})"},

    {"empty", "", "ERROR: the answer is empty"},
    {"blank", " \n", "ERROR: the answer is empty"},
    {"prose", "Sure! Here it is.", "ERROR: the answer is not valid JSON: more than one value"},
    {"prose_before", "Here: {}", "ERROR: the answer is not valid JSON: more than one value"},
    {"text", R"("a")", "ERROR: the answer is a text, not a JSON object"},
    {"number", "5", "ERROR: the answer is 5, not a JSON object"},
    {"null", "null", "ERROR: the answer is null, not a JSON object"},
    {"list", R"([{"tldr":"a"}])", "ERROR: the answer is a list, not a JSON object"},
    {"no_members", "{}", "ERROR: the answer lacks 'tldr'"},
    {"missing_member", R"({"tldr":"a","score":1,"year":1,"good":true})",
     "ERROR: the answer lacks 'level'"},
    {"extra_member", R"({"tldr":"a","score":1,"year":1,"good":true,"level":"low","why":{"x":[1]}})",
     "ERROR: the answer has 'why', which was not asked for"},
    {"member_twice", R"({"tldr":"a","tldr":"b","score":1,"year":1,"good":true,"level":"low"})",
     "ERROR: the answer is not valid JSON: 'tldr' occurs twice"},
    {"text_for_a_number", R"({"tldr":"a","score":"1","year":1,"good":true,"level":"low"})",
     "ERROR: 'score' must be a number, not a text"},
    {"number_for_a_text", R"({"tldr":1,"score":1,"year":1,"good":true,"level":"low"})",
     "ERROR: 'tldr' must be a text, not 1"},
    {"null_for_a_text", R"({"tldr":null,"score":1,"year":1,"good":true,"level":"low"})",
     "ERROR: 'tldr' must be a text, not null"},
    {"object_for_a_text", R"({"tldr":{"tldr":"a"},"score":1,"year":1,"good":true,"level":"low"})",
     "ERROR: 'tldr' must be a text, not an object"},
    {"list_for_a_choice", R"({"tldr":"a","score":1,"year":1,"good":true,"level":["low"]})",
     "ERROR: 'level' must be one of its choices, not a list"},
    {"fraction_for_an_integer", R"({"tldr":"a","score":1,"year":1.5,"good":true,"level":"low"})",
     "ERROR: 'year' must be a whole number, not 1.5"},
    {"boolean_for_an_integer", R"({"tldr":"a","score":1,"year":true,"good":true,"level":"low"})",
     "ERROR: 'year' must be a whole number, not true"},
    {"number_for_a_boolean", R"({"tldr":"a","score":1,"year":1,"good":1,"level":"low"})",
     "ERROR: 'good' must be true or false, not 1"},
    {"no_choice", R"({"tldr":"a","score":1,"year":1,"good":true,"level":"Low"})",
     "ERROR: 'level' must be one of its choices, not \"Low\""},
    {"infinite_number", R"({"tldr":"a","score":1e999,"year":1,"good":true,"level":"low"})",
     "ERROR: the answer is not valid JSON: the number 1e999 is out of range"},
    {"cut_off", R"({"tldr":"a","score":1,"ye)", nullptr},
    {"behind_it", R"({"tldr":"a","score":1,"year":1,"good":true,"level":"low"} Done.)", nullptr},
    {"two_objects", R"({"tldr":"a","score":1,"year":1,"good":true,"level":"low"}{})", nullptr},
};

class FlatAnswers : public ::testing::TestWithParam<Case> {};

TEST_P(FlatAnswers, are_checked) {
    static const AnswerShape shape = flat_shape(flat_lines);
    const std::string result = checked(shape, GetParam().answer);
    if (GetParam().result != nullptr) {
        EXPECT_EQ(result, GetParam().result);
    } else {
        EXPECT_THAT(result, HasSubstr("ERROR: the answer is not valid JSON: "));
    }
}

INSTANTIATE_TEST_SUITE_P(Answer, FlatAnswers, ::testing::ValuesIn(flat_cases), [](const auto& one) {
    return std::string(one.param.name);
});

TEST(FlatAnswer, a_bad_answer_is_the_providers_fault) {
    std::string payload;
    for (const char* answer : {"", "x", "{}", "{\"tldr\":1}"}) {
        const auto result = flat_shape("tldr = \"string\"\n").check(answer, payload);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code(), core::Errc::protocol) << answer;
    }
}

TEST(FlatAnswer, what_is_stored_passes_the_check_again) {
    const AnswerShape shape = flat_shape(flat_lines);
    for (const Case& one : flat_cases) {
        const std::string payload = checked(shape, one.answer);
        if (payload.starts_with("ERROR")) continue;
        EXPECT_EQ(checked(shape, payload), payload) << one.name;
    }
}

TEST(TextAnswer, is_kept_as_it_is) {
    const AnswerShape shape = shape_of(parsed(minimal()));
    EXPECT_EQ(shape.kind(), AnswerKind::text);
    ASSERT_EQ(shape.columns().size(), 1U);
    EXPECT_EQ(shape.columns()[0].name, "answer");
    EXPECT_TRUE(shape.columns()[0].text);
    EXPECT_EQ(shape.row_schema(), "");
    EXPECT_EQ(shape.request_schema(1), "");
    EXPECT_EQ(
        shape.request_schema(2),
        R"({"type":"object","properties":{"r1":{"$ref":"#/$defs/row"},"r2":{"$ref":"#/$defs/row"}},)"
        R"("required":["r1","r2"],"additionalProperties":false,"$defs":{"row":{"type":"string"}}})");
    EXPECT_EQ(checked(shape, " some text\n"), " some text\n");
    EXPECT_EQ(checked(shape, "```json\n{}\n```"), "```json\n{}\n```");
    EXPECT_EQ(checked(shape, " \t\r\n"), "ERROR: the answer is empty");
    EXPECT_EQ(checked(shape, ""), "ERROR: the answer is empty");
}

TEST(ListEndpoints, have_their_own_answers) {
    const Recipe recipe = parsed(minimal());
    const AnswerShape vector = shape_of(recipe, "", "/v1/embeddings");
    EXPECT_EQ(vector.kind(), AnswerKind::vector);
    EXPECT_EQ(vector.columns()[0].name, "embedding");
    EXPECT_EQ(vector.request_schema(100), "");
    EXPECT_EQ(checked(vector, " [ 0.25, -1e-3,3 ] "), "[0.25,-1e-3,3]");
    for (const char* bad : {"[]", "{}", "[1,\"a\"]", "[[1]]", "[null]", "\"AAAA\"", "7", "[1"}) {
        EXPECT_TRUE(checked(vector, bad).starts_with("ERROR")) << bad;
    }
    const AnswerShape scores = shape_of(recipe, "", "/v1/moderations");
    EXPECT_EQ(scores.kind(), AnswerKind::scores);
    EXPECT_EQ(scores.columns()[0].name, "moderation");
    EXPECT_EQ(checked(scores, R"({ "flagged": false, "category_scores": {"hate": 1.0e-5} })"),
              R"({"flagged":false,"category_scores":{"hate":1.0e-5}})");
    EXPECT_TRUE(checked(scores, "[1]").starts_with("ERROR"));
}

TEST(ListEndpoints, take_no_instructions_and_no_answer_section) {
    const auto message = [](const Recipe& recipe) {
        const auto shape = AnswerShape::make(recipe, "/v1/embeddings", "");
        return shape ? std::string() : shape.error().message();
    };
    EXPECT_EQ(message(parsed(minimal("[answer]\na = \"string\"\n"))),
              "/v1/embeddings has an answer of its own kind; leave [answer] out");
    Recipe instructed = parsed(minimal());
    instructed.instructions = "x";
    EXPECT_EQ(message(instructed),
              "/v1/embeddings takes no instructions; leave 'instructions' out of [prompt], or put "
              "its text into 'row'");
}

std::vector<std::pair<std::string, jsonl::ValueKind>> cells_of(const AnswerShape& shape,
                                                               std::string_view payload) {
    std::string scratch;
    std::vector<AnswerShape::Cell> cells;
    shape.cells(payload, scratch, cells).value();
    std::vector<std::pair<std::string, jsonl::ValueKind>> out;
    for (const auto& cell : cells)
        out.emplace_back(cell.value, cell.kind);
    return out;
}

TEST(Cells, are_the_columns_of_a_payload) {
    using jsonl::ValueKind;
    const AnswerShape shape = flat_shape(flat_lines);
    const std::string payload = checked(
        shape,
        R"({"tldr":"a\n\u0000\"\ud83c\udf19","score":1.10,"year":7,"good":false,"level":"low"})");
    EXPECT_THAT(cells_of(shape, payload),
                ::testing::ElementsAre(
                    std::pair(std::string("a\n\0\"\xF0\x9F\x8C\x99", 8), ValueKind::text),
                    std::pair("1.10", ValueKind::number), std::pair("7", ValueKind::number),
                    std::pair("false", ValueKind::boolean), std::pair("low", ValueKind::text)));
    EXPECT_THAT(cells_of(shape_of(parsed(minimal())), " plain {text}"),
                ::testing::ElementsAre(std::pair(" plain {text}", ValueKind::text)));
    EXPECT_THAT(cells_of(shape_of(parsed(minimal()), "", "/v1/embeddings"), "[1,2]"),
                ::testing::ElementsAre(std::pair("[1,2]", ValueKind::json)));
}

TEST(Cells, say_when_a_payload_is_damaged) {
    const AnswerShape shape = flat_shape("a = \"string\"\nb = \"number\"\n");
    std::string scratch;
    std::vector<AnswerShape::Cell> cells;
    for (const char* payload :
         {"", "{", "[]", "{}", R"({"a":"x"})", R"({"a":"x","b":})", "7", "\"a\""}) {
        const auto result = shape.cells(payload, scratch, cells);
        ASSERT_FALSE(result) << payload;
        EXPECT_EQ(result.error().code(), core::Errc::corrupt);
    }
}

TEST(OutputColumns, must_not_clash) {
    const AnswerShape flat = flat_shape("tldr = \"string\"\n");
    const auto message = [](const AnswerShape& shape, const std::vector<std::string>& columns) {
        const auto result = check_output_columns(shape, columns);
        return result ? std::string("good") : result.error().message();
    };
    EXPECT_EQ(message(flat, {"id", "topic", "answer"}), "good");
    EXPECT_EQ(message(flat, {"id", "tldr"}),
              "'tldr' would stand twice in the output: it is a column of the input and of the "
              "answer; rename the one in "
              "[answer]");
    EXPECT_EQ(message(shape_of(parsed(minimal())), {"answer"}),
              "'answer' would stand twice in the output: it is a column of the input and of the "
              "answer; rename the one in "
              "the input");
    EXPECT_EQ(message(flat, {"_error"}),
              "the input has a column '_error', which every output has for itself; rename it in "
              "the input");
    EXPECT_EQ(message(flat, {"_status"}),
              "the input has a column '_status', which every output has for itself; rename it in "
              "the input");
}

}  // namespace
}  // namespace overnight::recipe
