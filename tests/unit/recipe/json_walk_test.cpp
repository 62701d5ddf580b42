#include "recipe/json_walk.hpp"

#include "recipe/compact_json.hpp"
#include "recipe/json_number.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

namespace overnight::recipe {
namespace {

std::string compact(std::string_view json, RawText raw = RawText::skip) {
    JsonWalker walker;
    CompactWriter writer;
    const auto result = walker.walk(json, writer, raw);
    return result ? writer.text() : "ERROR: " + result.error().message();
}

TEST(JsonWalker, keeps_numbers_and_order) {
    EXPECT_EQ(compact(R"( { "b" : 1.10 , "a" : [ 1e3, -0, 12345678901234567890123 ] } )"),
              R"({"b":1.10,"a":[1e3,-0,12345678901234567890123]})");
    EXPECT_EQ(compact(R"([{},[],"",{"a":{}},[[]],true,false,null])"),
              R"([{},[],"",{"a":{}},[[]],true,false,null])");
    EXPECT_EQ(compact(R"("\u0041\n\/\ud83c\udf19\u2028")"), "\"A\\n/\xF0\x9F\x8C\x99\\u2028\"");
    EXPECT_EQ(compact("7"), "7");
    EXPECT_EQ(compact(" \n true\t"), "true");
}

TEST(JsonWalker, reading_raw_text_changes_nothing) {
    for (const char* json :
         {"{}", "[]", R"({"a":[]})", R"([[],{},[{}]])", R"({"a":{"b":[1,{"c":2}]},"d":[]})"}) {
        EXPECT_EQ(compact(json, RawText::give), compact(json)) << json;
    }
}

TEST(JsonWalker, refuses_what_is_not_one_value) {
    for (const char* json : {"",
                             " ",
                             "{",
                             "}",
                             "[1,]",
                             "[,1]",
                             "{\"a\":}",
                             "{\"a\" 1}",
                             "{\"a\":1,}",
                             "{a:1}",
                             "[1 2]",
                             "{} {}",
                             "[] x",
                             "\"a\" \"b\"",
                             "1 2",
                             "tru",
                             "truex",
                             "nul",
                             "NaN",
                             "[NaN]",
                             "Infinity",
                             "01",
                             "1.",
                             ".5",
                             "+1",
                             "-",
                             "1e",
                             "[1}",
                             "{\"a\":1]",
                             "\"\\x\"",
                             "\"\\u12\"",
                             "\"a",
                             "[\"a\tb\"]",
                             "{\"a\":1 \"b\":2}",
                             "1e999",
                             "[1e999]",
                             "[-1e400]",
                             "{\"a\":1,\"a\":2}",
                             "[{\"b\":{\"a\":1,\"\\u0061\":2}}]",
                             "'a'",
                             "[\"\xff\"]",
                             "// c\n1",
                             "[1]]",
                             "[[1]",
                             "{\"a\":1}}",
                             "\xEF\xBB\xBF{}x"}) {
        EXPECT_TRUE(compact(json).starts_with("ERROR: not valid JSON: "))
            << json << " gave " << compact(json);
    }
}

TEST(JsonWalker, bounds_the_depth) {
    EXPECT_EQ(compact(std::string(64, '[') + std::string(64, ']')),
              std::string(64, '[') + std::string(64, ']'));
    EXPECT_EQ(compact(std::string(65, '[') + std::string(65, ']')),
              "ERROR: not valid JSON: more than 64 levels");
    EXPECT_TRUE(compact(std::string(1'000'000, '[')).starts_with("ERROR"));
    std::string objects;
    for (int i = 0; i < 100'000; ++i)
        objects += "{\"a\":";
    EXPECT_TRUE(compact(objects).starts_with("ERROR"));
}

TEST(JsonWalker, mends_half_an_emoji) {
    EXPECT_EQ(compact(R"("a\ud83c")"), "\"a\xEF\xBF\xBD\"");
    EXPECT_EQ(compact(R"("\udf19b")"),
              "\"\xEF\xBF\xBD"
              "b\"");
    EXPECT_EQ(compact(R"("\ud83c\ud83c\udf19")"), "\"\xEF\xBF\xBD\xF0\x9F\x8C\x99\"");
    EXPECT_EQ(compact(R"("\\ud83c")"), R"("\\ud83c")");  // an escaped backslash, then letters
    EXPECT_EQ(compact(R"({"\ud800":1})"), "{\"\xEF\xBF\xBD\":1}");
}

TEST(JsonWalker, can_be_used_again_after_an_error) {
    JsonWalker walker;
    for (int i = 0; i < 3; ++i) {
        CompactWriter bad;
        EXPECT_FALSE(walker.walk("[1,{\"a\":[", bad));
        CompactWriter good;
        EXPECT_TRUE(walker.walk("{\"a\":[1]}", good));
        EXPECT_EQ(good.text(), "{\"a\":[1]}");
    }
}

bool has_duplicate_or_surrogate(std::string_view json) {
    return json.find("\\ud") != std::string_view::npos ||
           json.find("\\uD") != std::string_view::npos;
}

/// Boost.JSON decides what is JSON. We refuse more (a member twice, numbers out of range), never
/// less.
TEST(JsonWalker, accepts_nothing_that_another_parser_refuses) {
    const std::string seeds[] = {R"({"a":[1,2.5e-3,{"b":null}],"c":"x\u00e4\n","d":true})",
                                 R"([[],{},"",0,-1,1E5,false,["\ud83c\udf19"]])",
                                 R"({"r1":{"t":"a"},"r2":{"t":"b","n":[{"x":1},{"y":2}]}})"};
    std::mt19937 random(11);
    const std::string bytes = "{}[]\",:0123456789.eE+-truefalsn \n\\u/\x01\xff";
    int accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string json = seeds[random() % 3];
        for (std::uint32_t edits = 1 + random() % 3; edits > 0; --edits) {
            const std::size_t at = random() % json.size();
            switch (random() % 4) {
            case 0:
                json.erase(at, 1 + random() % 3);
                break;
            case 1:
                json.insert(at, 1, bytes[random() % bytes.size()]);
                break;
            case 2:
                json[at] = bytes[random() % bytes.size()];
                break;
            default:
                json.resize(at);
                break;
            }
            if (json.empty()) json = " ";
        }
        boost::system::error_code code;
        const boost::json::value reference =
            boost::json::parse(boost::json::string_view(json), code);
        for (const RawText raw : {RawText::skip, RawText::give}) {
            const std::string ours = compact(json, raw);
            if (ours.starts_with("ERROR")) {
                const bool stricter = ours.find("occurs twice") != std::string::npos ||
                                      ours.find("range") != std::string::npos;
                EXPECT_TRUE(code || stricter) << json << "\n" << ours;
                continue;
            }
            ++accepted;
            if (has_duplicate_or_surrogate(json)) continue;
            EXPECT_FALSE(code) << json << "\n" << ours;
            if (code) continue;
            EXPECT_EQ(boost::json::parse(boost::json::string_view(ours)), reference) << json;
        }
    }
    EXPECT_GT(accepted, 2000);
}

TEST(JsonNumber, tells_whole_numbers_by_their_text) {
    for (const char* whole :
         {"0", "-0", "7", "-7", "7.0", "7.000", "7e2", "7E+2", "70e-1", "700e-2", "1.5e1", "0.0",
          "0e-9", "12345678901234567890123", "1.25e2", "1e99999999999999999999"}) {
        EXPECT_TRUE(is_whole_number(whole)) << whole;
    }
    for (const char* part : {"0.5", "-7.1", "7e-1", "70e-2", "1.5e0", "1.25e1", "7.0001",
                             "1e-99999999999999999999", "12.30"}) {
        EXPECT_FALSE(is_whole_number(part)) << part;
    }
}

TEST(JsonNumber, writes_doubles_that_read_back) {
    for (const double value : {0.0, 1.0, -1.5, 0.1, 1e22, 1e300, 5e-324, 123456789.25}) {
        std::string text;
        append_double(text, value);
        EXPECT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
        EXPECT_NE(text.find_first_of(".e"), std::string::npos) << text;
    }
}

}  // namespace
}  // namespace overnight::recipe
