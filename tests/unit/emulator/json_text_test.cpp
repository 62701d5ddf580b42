// Hand-written JSON is read back by a parser of another make.
#include "emulator/json_text.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace overnight::emulator {
namespace {

TEST(JsonText, every_ascii_byte_survives) {
    std::string all;
    for (int c = 0; c < 128; ++c)
        all += static_cast<char>(c);
    all += "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
    std::string out;
    put_json(out, all);
    EXPECT_EQ(std::string(boost::json::parse(out).as_string()), all);
    for (const char c : out)
        EXPECT_FALSE(c >= 0 && c < 0x20);
}

TEST(JsonText, broken_utf8_becomes_valid) {
    std::string out;
    put_json(out, "a\xFF\xC3(b");
    EXPECT_NO_THROW(boost::json::parse(out));
}

TEST(JsonText, objects_have_their_members_in_order) {
    std::string out;
    ObjectWriter(out)
        .text("a", "x\"y")
        .text_or_null("b", "")
        .number("c", -5)
        .number_or_null("d", 0)
        .seconds("e", 1'790'000'000'045)
        .raw("f", "[1]")
        .end();
    EXPECT_EQ(out, R"({"a":"x\"y","b":null,"c":-5,"d":null,"e":1790000000.045,"f":[1]})");
}

}  // namespace
}  // namespace overnight::emulator
