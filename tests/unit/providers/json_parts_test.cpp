#include "providers/json_parts.hpp"

#include <gtest/gtest.h>

namespace overnight::providers {
namespace {

using core::Errc;

std::string nested(int levels) {
    return std::string(static_cast<std::size_t>(levels), '[') +
           std::string(static_cast<std::size_t>(levels), ']');
}

TEST(JsonParts, members_come_in_order_as_they_are_written) {
    const std::string json =
        R"( {"b" : 1e400 , "a\u0062":"x\ny", "c":{"z":[1, 2 ,{}]} ,"d":[ ],"e":null,"f":true} )";
    const auto parts = json_members(json).value();
    ASSERT_EQ(parts.size(), 6u);
    EXPECT_EQ(parts[0].name, "b");
    EXPECT_EQ(parts[0].raw, "1e400");  // a number is never rounded
    EXPECT_EQ(parts[0].kind, JsonKind::number);
    EXPECT_EQ(parts[1].name, "ab");
    EXPECT_EQ(parts[1].raw, R"("x\ny")");
    EXPECT_EQ(parts[1].kind, JsonKind::text);
    EXPECT_EQ(parts[2].raw, R"({"z":[1, 2 ,{}]})");
    EXPECT_EQ(parts[2].kind, JsonKind::object);
    EXPECT_EQ(parts[3].raw, "[ ]");
    EXPECT_EQ(parts[3].kind, JsonKind::list);
    EXPECT_EQ(parts[4].kind, JsonKind::null);
    EXPECT_EQ(parts[5].kind, JsonKind::boolean);
    for (const auto& part : parts) {
        EXPECT_GE(part.raw.data(), json.data());
        EXPECT_LE(part.raw.data() + part.raw.size(), json.data() + json.size());
    }
    EXPECT_EQ(find_part(parts, "c"), &parts[2]);
    EXPECT_EQ(find_part(parts, "C"), nullptr);
}

TEST(JsonParts, elements) {
    const auto parts = json_elements(R"(["a",[1],{"k":2},-0.5])").value();
    ASSERT_EQ(parts.size(), 4u);
    EXPECT_EQ(parts[0].raw, R"("a")");
    EXPECT_EQ(parts[1].raw, "[1]");
    EXPECT_EQ(parts[2].raw, R"({"k":2})");
    EXPECT_EQ(parts[3].raw, "-0.5");
    EXPECT_TRUE(json_elements("[]").value().empty());
}

TEST(JsonParts, what_is_not_one_object_is_refused) {
    const std::string deep = R"({"a":)" + nested(64) + "}";
    const std::string not_utf8 = "{\"a\":\"\xff\"}";
    for (const std::string_view json :
         {std::string_view(""), std::string_view(" "), std::string_view("null"),
          std::string_view("[]"), std::string_view(R"({"a":1)"), std::string_view(R"({"a":1}})"),
          std::string_view(R"({"a":1} {"b":2})"), std::string_view(R"({"a":1,})"),
          std::string_view(R"({"a" 1})"), std::string_view(R"({"a":01})"),
          std::string_view(R"({"a":nul})"), std::string_view(R"({"a":NaN})"),
          std::string_view(R"({"a":"\x"})"), std::string_view(R"({"a":[1,{"b":tru}]})"),
          std::string_view(R"({"a":1,"\u0061":2})"), std::string_view(deep),
          std::string_view(not_utf8)}) {
        const auto parts = json_members(json);
        ASSERT_FALSE(parts) << json;
        EXPECT_EQ(parts.error().code(), Errc::invalid_input);
    }
    EXPECT_TRUE(json_members(R"({"a":)" + nested(63) + "}"));
    EXPECT_FALSE(json_members(R"({"a":)" + nested(100'000) + "}"));
    EXPECT_FALSE(json_elements(R"({"a":1})"));
    EXPECT_FALSE(json_elements("[1,2"));
}

TEST(JsonParts, cut_off_anywhere_it_is_refused) {
    const std::string json = R"({"a":{"b":[1,"t\u00e9",{"c":null}]},"d":false})";
    ASSERT_TRUE(json_members(json));
    for (std::size_t n = 0; n < json.size(); ++n)
        EXPECT_FALSE(json_members(std::string_view(json).substr(0, n))) << n;
}

TEST(JsonParts, strings) {
    EXPECT_EQ(json_string(R"("a\u00e9\n\ud83d\ude00")").value(), "a\xc3\xa9\n\xf0\x9f\x98\x80");
    EXPECT_EQ(json_string(R"("half \ud83d")").value(), "half \xef\xbf\xbd");
    EXPECT_FALSE(json_string("1"));
    EXPECT_FALSE(json_string(R"("a)"));
    EXPECT_FALSE(json_string(R"("a" "b")"));
    EXPECT_FALSE(json_string(R"("\q")"));
    // A half pair inside a body is the provider's to judge.
    EXPECT_TRUE(json_members(R"({"a":"\ud83d"})"));
}

}  // namespace
}  // namespace overnight::providers
