// A user's own line in every dialect: its body goes through byte for byte, whatever is in it, and
// what cannot be read is refused before anything is sent.
#include "providers/api.hpp"

#include <gtest/gtest.h>

#include <string>

namespace overnight::providers {
namespace {

struct Dialect {
    std::string_view kind;
    std::string_view before;  ///< of the id
    std::string_view middle;  ///< between id and what stands in the body
    std::string_view after;
};

constexpr Dialect dialects[] = {
    {"openai", R"({"custom_id":)",
     R"(,"method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{}],"x":)",
     "}}"},
    {"mistral", R"({"custom_id":)", R"(,"body":{"messages":[{}],"x":)", "}}"},
    {"gemini", R"({"key":)", R"(,"request":{"contents":[{}],"x":)", "}}"},
    {"anthropic", R"({"custom_id":)",
     R"(,"params":{"model":"m","max_tokens":1,"messages":[{}],"x":)", "}}"},
};

std::string line_of(const Dialect& d, std::string_view id, std::string_view value) {
    std::string line(d.before);
    return line.append(id).append(d.middle).append(value).append(d.after);
}

TEST(RawBytes, the_body_goes_through_as_it_is) {
    for (const auto& d : dialects) {
        const Adapter& adapter = *find_adapter(d.kind);
        for (const std::string_view value :
             {R"("\u00e9\ud83d\ude00\/\"")", R"("\ud83d")", "123456789012345678901234567890",
              "1.50E+0400", "-0", "0.1000", R"({ "b" : 1,"a":[ ] ,"b2":{"":null}})",
              "\"\xc3\xa9\xe2\x80\xa8\"",
              R"({"custom_id":"x","key":"y","request":{},"body":{}})"}) {
            const std::string line = line_of(d, "\"i\"", value);
            const auto raw = adapter.read_raw_line(line);
            ASSERT_TRUE(raw) << d.kind << " " << value << ": " << raw.error().message();
            const auto at = line.find(R"("x":)") + 4;
            EXPECT_EQ(raw->body.substr(raw->body.find(R"("x":)") + 4), std::string(value) + "}");
            EXPECT_EQ(line.substr(at, value.size()), value);
            std::string sent;
            adapter.append_raw_line(sent, "ours", raw->endpoint, raw->body);
            EXPECT_EQ(sent.find('\n'), sent.size() - 1);
            EXPECT_NE(sent.find(raw->body), std::string::npos) << d.kind;
            EXPECT_EQ(adapter.read_raw_line(sent)->body, raw->body) << d.kind;
        }
    }
}

TEST(RawBytes, ids_are_decoded) {
    for (const auto& d : dialects) {
        const auto id = [&](std::string_view json) {
            return find_adapter(d.kind)->read_raw_line(line_of(d, json, "1"));
        };
        EXPECT_EQ(id(R"("a\n\"\u00e9\ud83d\ude00")")->custom_id, "a\n\"\xc3\xa9\xf0\x9f\x98\x80");
        EXPECT_EQ(id(R"("\ud83d")")->custom_id, "\xef\xbf\xbd");
        EXPECT_EQ(id("\"" + std::string(512, 'x') + "\"")->custom_id.size(), 512u);
        for (const std::string& bad :
             {std::string("7"), std::string("null"), std::string(R"("")"),
              "\"" + std::string(513, 'x') + "\"", std::string("\"\xff\""), std::string(R"("\x")")})
            EXPECT_FALSE(id(bad)) << d.kind << bad;
    }
}

TEST(RawBytes, around_the_object_blanks_alone) {
    for (const auto& d : dialects) {
        const Adapter& adapter = *find_adapter(d.kind);
        const std::string line = line_of(d, "\"i\"", "1");
        const auto body = adapter.read_raw_line(line)->body;
        for (const std::string& blanks :
             {std::string(" \t"), std::string("\r"), std::string("\r\n")}) {
            const std::string padded = " " + line + blanks;
            EXPECT_EQ(adapter.read_raw_line(padded)->body, body) << d.kind;
        }
        // a byte order mark is the reader's to take away, at the file's beginning only
        for (const std::string& junk :
             {line + "x", line + line, line + ",", "\xef\xbb\xbf\xef\xbb\xbf" + line})
            EXPECT_FALSE(adapter.read_raw_line(junk)) << d.kind << junk;
    }
}

TEST(RawBytes, what_is_no_json_is_refused) {
    for (const auto& d : dialects) {
        const Adapter& adapter = *find_adapter(d.kind);
        for (const std::string& value :
             {std::string("01"), std::string("1."), std::string("NaN"), std::string("'x'"),
              std::string("\"\xff\""), std::string("\"a\nb\""), std::string("[1,]"),
              std::string("{\"a\":1,}"), std::string(100, '[') + std::string(100, ']'),
              std::string(100'000, '['), std::string("1,\"x\":2")}) {
            const auto raw = adapter.read_raw_line(line_of(d, "\"i\"", value));
            ASSERT_FALSE(raw) << d.kind << " " << value.substr(0, 50);
            EXPECT_EQ(raw.error().code(), core::Errc::invalid_input);
        }
    }
}

}  // namespace
}  // namespace overnight::providers
