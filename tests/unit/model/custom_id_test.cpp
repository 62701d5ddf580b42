#include "model/custom_id.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <vector>

namespace overnight::model {
namespace {

TEST(Tag, has_37_characters_of_the_common_alphabet_and_comes_back) {
    const auto intent = new_intent();
    const auto tag = make_tag(new_installation_id(), intent);
    EXPECT_EQ(tag.size(), 37u);
    EXPECT_TRUE(std::regex_match(tag, std::regex("[a-z0-9-]{37}")));
    const auto parsed = parse_tag(tag);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->intent, intent);
}

TEST(Tag, of_others_is_no_tag) {
    const auto tag = make_tag("inst01", new_intent());
    EXPECT_FALSE(parse_tag(""));
    EXPECT_FALSE(parse_tag(tag + "x"));
    EXPECT_FALSE(parse_tag("on2" + tag.substr(3)));
    EXPECT_FALSE(parse_tag(std::string(37, 'A')));
}

TEST(Intents, differ) {
    EXPECT_NE(new_intent(), new_intent());
}

TEST(CustomIds, fit_every_provider_and_come_back) {
    const auto intent = new_intent();
    for (const std::uint32_t index : {0u, 35u, 36u, 49'999u, 99'999u, 4'294'967'295u}) {
        const auto text = make_custom_id(intent, index, 65535);
        EXPECT_LE(text.size(), 40u);
        EXPECT_TRUE(std::regex_match(text, std::regex("[a-zA-Z0-9_-]{1,64}")));
        const auto id = parse_custom_id(text);
        ASSERT_TRUE(id) << text;
        EXPECT_EQ(id->intent, intent.v);
        EXPECT_EQ(id->index, index);
        EXPECT_EQ(id->attempt, 65535);
    }
}

TEST(CustomIds, of_others_are_refused) {
    const std::string intent(26, 'a');
    const std::vector<std::string> others{"",
                                          "request-1",
                                          "a_1_1",
                                          intent,
                                          intent + "_",
                                          intent + "_1",
                                          intent + "_1_",
                                          intent + "_1_70000",
                                          intent + "_!_1",
                                          intent + "_1zzzzzzz_1"};
    for (const auto& text : others)
        EXPECT_FALSE(parse_custom_id(text)) << text;
}

}  // namespace
}  // namespace overnight::model
