// Packs on their way back: answers by name, and prompts read out of a shard again.
#include "made.hpp"
#include "recipe/answer.hpp"
#include "recipe/packing.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

namespace overnight::recipe {
namespace {

using testing::checked;
using ::testing::ElementsAre;
using testing::flat_shape;
using testing::minimal;
using ::testing::Optional;
using testing::parsed;
using testing::shape_of;

using Rows = std::vector<std::optional<std::string>>;

/// Every row's answer; the error's message alone when there is one.
std::pair<Rows, std::string> split(const AnswerShape& shape,
                                   std::string_view text,
                                   std::uint32_t rows) {
    std::string scratch = "left over";
    std::vector<std::optional<std::string_view>> result(99, "left over");
    const auto done = shape.split_pack(text, rows, scratch, result);
    if (!done) return {{}, done.error().message()};
    Rows out;
    for (const auto& row : result)
        out.push_back(row ? std::optional<std::string>(*row) : std::nullopt);
    return {out, ""};
}

const std::optional<std::string> missing;

TEST(SplitPack, matches_by_name) {
    const AnswerShape shape = flat_shape("t = \"string\"\n");
    const struct {
        const char* name;
        const char* text;
        Rows rows;
    } table[] = {
        {"in order",
         R"({"r1":{"t":"a"},"r2":{"t":"b"},"r3":{"t":"c"}})",
         {R"({"t":"a"})", R"({"t":"b"})", R"({"t":"c"})"}},
        {"out of order",
         R"({"r3":{"t":"c"},"r1":{"t":"a"},"r2":{"t":"b"}})",
         {R"({"t":"a"})", R"({"t":"b"})", R"({"t":"c"})"}},
        {"missing one",
         R"({"r1":{"t":"a"},"r3":{"t":"c"}})",
         {R"({"t":"a"})", missing, R"({"t":"c"})"}},
        {"extra names",
         R"({"r0":1,"r4":2,"r01":3,"R1":4,"note":{"r1":5},"r":6,"":7,"r2":{"t":"b"},"r99999999999":8})",
         {missing, R"({"t":"b"})", missing}},
        {"twice: the first counts",
         R"({"r1":{"t":"a"},"r1":{"t":"z"}})",
         {R"({"t":"a"})", missing, missing}},
        {"null twice", R"({"r1":null,"r1":{"t":"z"}})", {"null", missing, missing}},
        {"empty", " {} ", {missing, missing, missing}},
        {"blanks",
         " {\n \"r1\" : { \"t\" : \"a\" } ,\n\"r2\":7 }\n",
         {R"({ "t" : "a" })", "7", missing}},
        {"fenced", "```json\n{\"r1\":{\"t\":\"a\"}}\n```", {R"({"t":"a"})", missing, missing}},
        {"braces in texts",
         R"({"r1":{"t":"}],\"r2\":{"},"r2":{"t":"\\"}})",
         {R"({"t":"}],\"r2\":{"})", R"({"t":"\\"})", missing}},
        {"cut off in a value",
         R"({"r1":{"t":"a"},"r2":{"t":"b)",
         {R"({"t":"a"})", missing, missing}},
        {"cut off behind a value",
         R"({"r1":{"t":"a"},"r2":{"t":"b"})",
         {R"({"t":"a"})", missing, missing}},
        {"cut off in a name", R"({"r1":{"t":"a"},"r)", {R"({"t":"a"})", missing, missing}},
        {"cut off in a number", R"({"r1":{"t":"a"},"r2":12)", {R"({"t":"a"})", missing, missing}},
        {"cut off at once", "{", {missing, missing, missing}},
        {"cut off in a fence",
         "```json\n{\"r1\":{\"t\":\"a\"},\"r2\"",
         {R"({"t":"a"})", missing, missing}},
    };
    for (const auto& [name, text, rows] : table) {
        const auto [result, error] = split(shape, text, 3);
        EXPECT_EQ(error, "") << name;
        EXPECT_EQ(result, rows) << name;
    }
}

TEST(SplitPack, refuses_what_is_no_object) {
    const AnswerShape shape = flat_shape("t = \"string\"\n");
    const struct {
        const char* text;
        const char* message;
    } table[] = {
        {"", "the answer is empty"},
        {" \n", "the answer is empty"},
        {R"([{"t":"a"},{"t":"b"}])", "the answer is a list, not an object with r1, r2, ..."},
        {R"("r1")", "the answer is not a JSON object"},
        {"Here you are: {}", "the answer is not a JSON object"},
        {R"({"r1":{"t":"a"} "r2":{"t":"b"}})", "the answer is not valid JSON"},
        {R"({"r1":"he said "hi"","r2":"b"})", "the answer is not valid JSON"},
        {R"({r1:{"t":"a"}})", "the answer is not valid JSON"},
        {R"({"r1" {"t":"a"}})", "the answer is not valid JSON"},
        {R"({"r1":{"t":"a"}} and more)", "the answer is not valid JSON"},
        {R"({"r1":{"t":"a"},})", "the answer is not valid JSON"},
        {R"({"r1":{"t":"a"}}{"r2":{"t":"b"}})", "the answer is not valid JSON"},
    };
    for (const auto& [text, message] : table)
        EXPECT_EQ(split(shape, text, 2).second, message) << text;
}

TEST(SplitPack, decodes_text_rows) {
    const AnswerShape shape = shape_of(parsed(minimal()));
    const auto [rows, error] = split(
        shape,
        R"({"r1":"a\n\"\ud83c\udf19\u0000","r2":7,"r3":null,"r4":{"a":1},"r5":["x"],"r6":"\x","r7":" ","r8":tru})",
        8);
    EXPECT_EQ(error, "");
    EXPECT_THAT(rows, ElementsAre(Optional(std::string("a\n\"\xF0\x9F\x8C\x99\0", 8)),
                                  Optional(std::string("7")), missing, missing, missing, missing,
                                  Optional(std::string(" ")), missing));
    EXPECT_EQ(checked(shape, *rows[6]), "ERROR: the answer is empty");
}

const std::vector<std::string> nasty = {"",
                                        " ",
                                        "plain",
                                        "two\nlines",
                                        "\r\n\t",
                                        "quote \" and \\ and \\n",
                                        std::string("nul \0 nul", 9),
                                        "\xF0\x9F\x8C\x99 moon",
                                        "{\"r2\":\"forged\"}",
                                        "\"}\n{\"r2\":\"forged\"}",
                                        "\xE2\x80\xA8line separator",
                                        "{{template}}",
                                        "r1",
                                        "\x1b[31m",
                                        "```json\n{}\n```"};

TEST(PackPrompt, reads_back_what_was_written) {
    std::mt19937 random(5);
    for (std::uint32_t rows = 1; rows <= 40; ++rows) {
        std::vector<std::string> texts;
        std::string prompt;
        for (std::uint32_t place = 0; place < rows; ++place) {
            texts.push_back(nasty[random() % nasty.size()] + nasty[random() % nasty.size()]);
            append_pack_row(prompt, place, texts.back());
        }
        EXPECT_EQ(std::count(prompt.begin(), prompt.end(), '\n'), rows - 1);
        const auto back = split_pack_prompt(prompt, rows);
        ASSERT_TRUE(back) << back.error().message();
        EXPECT_EQ(*back, texts);
    }
}

TEST(PackPrompt, has_one_line_a_row) {
    std::string prompt;
    append_pack_row(prompt, 0, "a \"b\"");
    append_pack_row(prompt, 1, "c\nd");
    EXPECT_EQ(prompt, "{\"r1\":\"a \\\"b\\\"\"}\n{\"r2\":\"c\\nd\"}");
}

TEST(PackPrompt, says_when_it_is_damaged) {
    const std::string prompt = "{\"r1\":\"a\"}\n{\"r2\":\"b\"}";
    EXPECT_TRUE(split_pack_prompt(prompt, 2));
    for (const auto& [text, rows] : std::vector<std::pair<std::string, std::uint32_t>>{
             {prompt, 1},
             {prompt, 3},
             {prompt + "\n", 2},
             {"", 1},
             {"{\"r2\":\"a\"}", 1},
             {"{\"r1\":7}", 1},
             {"{\"r1\":\"a\",\"r2\":\"b\"}", 1},
             {"{\"r1\":{\"r1\":\"a\"}}", 1},
             {"[\"r1\"]", 1},
             {"\"r1\"", 1},
             {"{\"r1\":\"a\"", 1},
             {"{\"r2\":\"b\"}\n{\"r1\":\"a\"}", 2},
         }) {
        const auto back = split_pack_prompt(text, rows);
        ASSERT_FALSE(back) << text;
        EXPECT_EQ(back.error().code(), core::Errc::corrupt);
    }
}

/// The whole way: answers of any text, packed by a model that keeps to JSON, come back byte for
/// byte.
TEST(SplitPack, round_trips_nasty_texts) {
    const AnswerShape text_shape = shape_of(parsed(minimal()));
    const AnswerShape flat = flat_shape("t = \"string\"\n");
    boost::json::object texts;
    boost::json::object objects;
    for (std::size_t i = nasty.size(); i-- > 0;) {
        const std::string name = "r" + std::to_string(i + 1);
        texts[name] = nasty[i];
        objects[name] = {{"t", nasty[i]}};
    }
    const auto rows = static_cast<std::uint32_t>(nasty.size());
    const auto [plain, plain_error] = split(text_shape, boost::json::serialize(texts), rows);
    ASSERT_EQ(plain_error, "");
    const auto [packed, packed_error] = split(flat, boost::json::serialize(objects), rows);
    ASSERT_EQ(packed_error, "");
    for (std::size_t i = 0; i < nasty.size(); ++i) {
        EXPECT_EQ(plain[i], nasty[i]) << i;
        ASSERT_TRUE(packed[i]);
        std::string payload;
        std::string scratch;
        std::vector<AnswerShape::Cell> cells;
        ASSERT_TRUE(flat.check(*packed[i], payload));
        ASSERT_TRUE(flat.cells(payload, scratch, cells));
        EXPECT_EQ(cells[0].value, nasty[i]) << i;
    }
}

TEST(SplitPack, never_breaks_on_mutations) {
    const AnswerShape shape = shape_of(parsed(minimal()));
    const std::string whole = R"({"r1":"a\n\"","r2":{"t":["b",{"c":1.5}]},"r3":null,"x":true})";
    std::mt19937 random(9);
    const std::string bytes = "{}[]\",:\\ r1";
    for (int round = 0; round < 6000; ++round) {
        std::string text = whole;
        text[random() % text.size()] = bytes[random() % bytes.size()];
        if (random() % 2 == 0) text.resize(random() % text.size());
        (void)split(shape, text, 3);
    }
}

}  // namespace
}  // namespace overnight::recipe
