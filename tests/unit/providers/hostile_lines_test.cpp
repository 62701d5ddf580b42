// Result lines that somebody cut, bent or made up: an error or a verdict, never a crash.
#include "providers/api.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

namespace overnight::providers {
namespace {

const std::string_view endpoints[] = {"/v1/chat/completions", "/v1/responses", "/v1/embeddings",
                                      "/v1/moderations", "/v1/completions"};

const std::string_view lines[] = {
    R"({"id":"batch_req_1","custom_id":"c-1","response":{"status_code":200,"request_id":"r","body":{"choices":[{"index":0,"message":{"role":"assistant","content":"a \"quoted\" \u00e9 \ud83d\ude00 answer","refusal":null,"tool_calls":[]},"finish_reason":"stop"}],"usage":{"prompt_tokens":22,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":3}}}},"error":null})",
    R"({"custom_id":"c-1","response":{"status_code":200,"body":{"status":"completed","incomplete_details":null,"output":[{"type":"reasoning","content":[]},{"type":"message","content":[{"type":"output_text","text":"blue"},{"type":"refusal","refusal":"no"}]}],"usage":{"input_tokens":1,"output_tokens":2}}},"error":null})",
    R"({"custom_id":"c-1","response":{"status_code":200,"body":{"data":[{"index":1,"embedding":[0.25,-1e-3]},{"index":0,"embedding":"AACAPw=="}],"results":[{"flagged":true,"scores":{"a":[1,{}]}},{"flagged":false}]}},"error":null})",
    R"({"custom_id":"c-1","response":{"status_code":400,"body":{"error":{"message":"m","type":"invalid_request_error","param":null,"code":"context_length_exceeded"}}},"error":{"code":7,"message":["x"]}})",
};

class Parsers {
public:
    Parsers() {
        for (const auto endpoint : endpoints)
            parsers_.push_back(find_adapter("openai")->line_parser(endpoint));
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

TEST(HostileLines, cut_at_every_byte) {
    Parsers parsers;
    for (const auto line : lines) {
        EXPECT_EQ(parsers.parse(line), 5);
        for (std::size_t n = 0; n < line.size(); ++n)
            EXPECT_EQ(parsers.parse(line.substr(0, n)), 0) << line.substr(0, n);
    }
}

TEST(HostileLines, every_byte_replaced) {
    Parsers parsers;
    for (const auto line : lines)
        for (std::size_t at = 0; at < line.size(); ++at)
            for (const char c : {'"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', 'n', ' ', '\0',
                                 '\n', '\x80', '\xff'}) {
                std::string bent(line);
                bent[at] = c;
                parsers.parse(bent);
            }
}

TEST(HostileLines, every_byte_left_out_or_doubled) {
    Parsers parsers;
    for (const auto line : lines)
        for (std::size_t at = 0; at < line.size(); ++at) {
            parsers.parse(std::string(line.substr(0, at)) + std::string(line.substr(at + 1)));
            parsers.parse(std::string(line.substr(0, at + 1)) + std::string(line.substr(at)));
        }
}

TEST(HostileLines, values_of_every_wrong_kind) {
    Parsers parsers;
    for (const auto line : lines)
        for (std::size_t colon = line.find(':'); colon != std::string_view::npos;
             colon = line.find(':', colon + 1)) {
            const std::size_t end = line.find_first_of(",}]", colon);
            for (const std::string_view value :
                 {"null", "true", "7", "-1", "1e400", "123456789012345678901234567890", "\"x\"",
                  "[]", "{}", "[[[]]]", "{\"a\":{\"b\":[]}}", "\"\\ud800\""})
                parsers.parse(std::string(line.substr(0, colon + 1)) + std::string(value) +
                              std::string(line.substr(end)));
        }
}

TEST(HostileLines, random_bytes) {
    Parsers parsers;
    std::mt19937 random(20261121);
    const std::string_view alphabet =
        "{}[]\",:\\ntrue0123456789.eE+- \"custom_id\"\"response\"\"body\"\xc3\xa9\xff";
    for (int i = 0; i < 5'000; ++i) {
        std::string line(random() % 200, '\0');
        for (char& c : line)
            c = i % 2 == 0 ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
        parsers.parse(line);
    }
}

TEST(HostileLines, depth_and_length) {
    Parsers parsers;
    for (const int levels : {10, 64, 1'000, 100'000}) {
        const auto n = static_cast<std::size_t>(levels);
        const std::string deep = std::string(n, '[') + std::string(n, ']');
        parsers.parse(R"({"custom_id":"c","response":{"status_code":200,"body":)" + deep +
                      R"(},"error":null})");
        parsers.parse(R"({"custom_id":"c","response":{"status_code":200,"body":{"data":)" + deep +
                      R"(,"results":[{"a":)" + deep + R"(}]}},"error":null})");
        parsers.parse(R"({"custom_id":"c","x":)" + std::string(n, '['));
    }
    const std::string big(4u << 20, 'x');
    EXPECT_EQ(
        parsers.parse(R"({"custom_id":"c","x":")" + big + R"(","response":null,"error":null})"), 5);
    EXPECT_EQ(parsers.parse(R"({"custom_id":"c"})"), 5);  // and the buffers serve the next
}

}  // namespace
}  // namespace overnight::providers
