// Text made of a request's words.
#include "emulator/words.hpp"

#include "core/text.hpp"

#include <gtest/gtest.h>

namespace overnight::emulator {
namespace {

TEST(Words, sentences_are_made_of_the_sources_words) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Random random(seed);
        const std::string text = sentence("one two three four five", random, 2, 4);
        EXPECT_EQ(text.back(), '.');
        EXPECT_GE(text[0], 'A');
        EXPECT_LE(text[0], 'Z');
    }
}

TEST(Words, any_source_gives_text_in_utf8) {
    for (const std::string& source :
         {std::string(), std::string("...,,"), std::string(200, 'a'),
          std::string(
              "\xE6\xA2\x81\xE6\xA2\x81\xE6\xA2\x81\xE6\xA2\x81\xE6\xA2\x81\xE6\xA2\x81\xE6\xA2\x81"
              "\xE6\xA2\x81\xE6\xA2\x81\xE6\xA2\x81")}) {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            Random random(seed);
            const std::string text = sentence(source, random, 1, 5);
            EXPECT_TRUE(core::valid_utf8(text));
            EXPECT_GT(text.size(), 1U);
        }
    }
}

TEST(Words, json_escapes_of_a_packed_row_are_no_words) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Random random(seed);
        const std::string text =
            sentence(R"(Category: beams\nTopic: clay\tand sand)", random, 3, 6);
        EXPECT_EQ(text.find("nTopic"), std::string::npos) << text;
        EXPECT_EQ(text.find("NTopic"), std::string::npos) << text;
        EXPECT_EQ(text.find("tand"), std::string::npos) << text;
    }
}

TEST(Words, row_text_is_the_same_at_any_place_of_a_pack) {
    const std::string_view a = R"("t":"stiff beam")";
    const std::string_view b = R"("t":"clay")";
    struct Row {
        std::string message;
    };
    for (const Row& row :
         {Row{R"({"r1":{"t":"stiff beam"},"r2":{"t":"clay"}})"},
          Row{"Rows:\n{\"r1\":{\"t\":\"stiff beam\"}}\n{\"r2\":{\"t\":\"clay\"}}\n"},
          Row{R"([{"row":"r1","t":"stiff beam"},{"row":"r2","t":"clay"}])"}}) {
        EXPECT_EQ(row_text(row.message, "r1"), a) << row.message;
        EXPECT_EQ(row_text(row.message, "r2"), b) << row.message;
        EXPECT_EQ(row_text(row.message, "r3"), "") << row.message;
    }
    EXPECT_EQ(row_text(R"({"r1":"x","r10":"y"})", "r1"), "\"x\"");
}

TEST(Words, cuts_between_characters) {
    EXPECT_EQ(cut_utf8("a\xE2\x82\xAC", 3), "a");
    EXPECT_EQ(cut_utf8("a\xE2\x82\xAC", 4), "a\xE2\x82\xAC");
    EXPECT_EQ(cut_utf8("abc", 0), "");
}

}  // namespace
}  // namespace overnight::emulator
