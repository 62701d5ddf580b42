// Gemini's result lines that somebody cut, bent or made up: an error or a verdict, never a crash.
#include "providers/api.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

namespace overnight::providers {
namespace {

const std::string_view lines[] = {
    R"({"response":{"candidates":[{"content":{"parts":[{"text":"h","thought":true},{"text":"a \"q\" \u00e9 \ud83d\ude00"},{"functionCall":{"name":"f"}}],"role":"model"},"finishReason":"STOP","finishMessage":"m","index":0}],"promptFeedback":{"blockReason":"OTHER"},"usageMetadata":{"promptTokenCount":22,"candidatesTokenCount":2,"cachedContentTokenCount":3,"thoughtsTokenCount":4,"toolUsePromptTokenCount":5}},"key":"c-1"})",
    R"({"response":{"tokenCount":"1","embedding":{"values":[0.25,-1e-3,7]}},"key":"c-1"})",
    R"({"key":"c-1","error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{}]},"status":{"code":3,"message":"n"}})",
};

class Parsers {
public:
    Parsers() {
        for (const auto endpoint : find_adapter("gemini")->endpoints())
            parsers_.push_back(find_adapter("gemini")->line_parser(endpoint));
    }
    /// How many of the parsers made something of the line. It stands in a block of exactly its
    /// size, so that reading behind it is seen by the address sanitizer.
    int parse(std::string_view line) {
        const auto block = std::make_unique<char[]>(line.size());
        std::copy(line.begin(), line.end(), block.get());
        int made = 0;
        for (const auto& parser : parsers_) {
            const auto done = parser->parse({block.get(), line.size()}, out_);
            if (done) {
                EXPECT_FALSE(out_.custom_id.empty());
                EXPECT_FALSE(name(out_.verdict).empty());
                EXPECT_EQ(out_.verdict == model::Verdict::answered,
                          !out_.items.empty() ||
                              (!out_.text.empty() && out_.verdict != model::Verdict::cut_off));
                ++made;
            } else {
                EXPECT_EQ(done.error().code(), core::Errc::protocol);
            }
        }
        return made;
    }

private:
    std::vector<std::unique_ptr<LineParser>> parsers_;
    LineResult out_;
};

TEST(GeminiHostileLines, cut_at_every_byte) {
    Parsers parsers;
    for (const auto line : lines) {
        EXPECT_EQ(parsers.parse(line), 2);
        for (std::size_t n = 0; n < line.size(); ++n)
            EXPECT_EQ(parsers.parse(line.substr(0, n)), 0) << line.substr(0, n);
    }
}

TEST(GeminiHostileLines, every_byte_replaced_left_out_or_doubled) {
    Parsers parsers;
    for (const auto line : lines)
        for (std::size_t at = 0; at < line.size(); ++at) {
            for (const char c : {'"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', 'n', ' ', '\0',
                                 '\n', '\x80', '\xff'}) {
                std::string bent(line);
                bent[at] = c;
                parsers.parse(bent);
            }
            parsers.parse(std::string(line.substr(0, at)) + std::string(line.substr(at + 1)));
            parsers.parse(std::string(line.substr(0, at + 1)) + std::string(line.substr(at)));
        }
}

TEST(GeminiHostileLines, values_of_every_wrong_kind) {
    Parsers parsers;
    for (const auto line : lines)
        for (std::size_t colon = line.find(':'); colon != std::string_view::npos;
             colon = line.find(':', colon + 1)) {
            const std::size_t end = line.find_first_of(",}]", colon);
            for (const std::string_view value :
                 {"null", "true", "7", "-1", "1e400", "123456789012345678901234567890", "\"x\"",
                  "[]", "{}", "[[[]]]", "[{\"text\":[]}]", "{\"a\":{\"b\":[]}}", "\"\\ud800\""})
                parsers.parse(std::string(line.substr(0, colon + 1)) + std::string(value) +
                              std::string(line.substr(end)));
        }
}

TEST(GeminiHostileLines, random_bytes_and_splices) {
    Parsers parsers;
    std::mt19937 random(20261121);
    const std::string_view alphabet =
        "{}[]\",:\\ntrue0123456789.eE+- \"key\"\"response\"\"candidates\"\xc3\xa9\xff";
    for (int i = 0; i < 5'000; ++i) {
        std::string line(random() % 200, '\0');
        for (char& c : line)
            c = i % 2 == 0 ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
        parsers.parse(line);
        std::string spliced(lines[random() % std::size(lines)]);
        const auto other = lines[random() % std::size(lines)];
        const auto from = random() % other.size();
        spliced.replace(random() % spliced.size(), random() % 40,
                        other.substr(from, random() % 60));
        parsers.parse(spliced);
    }
}

TEST(GeminiHostileLines, depth_and_length) {
    Parsers parsers;
    for (const std::size_t n : {10u, 64u, 1'000u, 100'000u}) {
        const std::string deep = std::string(n, '[') + std::string(n, ']');
        parsers.parse(R"({"key":"c","response":{"candidates":)" + deep + "}}");
        parsers.parse(R"({"key":"c","response":{"embedding":{"values":)" + deep + "}}}");
        parsers.parse(R"({"key":"c","error":)" + deep + "}");
        parsers.parse(R"({"key":"c","x":)" + std::string(n, '['));
    }
    const std::string big(4u << 20, 'x');
    EXPECT_EQ(parsers.parse(R"({"key":"c","x":")" + big + R"(","response":null})"), 2);
    EXPECT_EQ(parsers.parse(R"({"key":"c"})"), 2);  // and the buffers serve the next
}

}  // namespace
}  // namespace overnight::providers
