// Anthropic's result lines in every shape that providers/anthropic.md 2.3 and 3 show, their
// verdicts (DESIGN 6), and what somebody cut or bent.
#include "providers/api.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

namespace overnight::providers {
namespace {

using model::Usage;
using model::Verdict;

LineResult read(std::string_view line) {
    LineResult out;
    const auto done = find_adapter("anthropic")->line_parser("/v1/messages")->parse(line, out);
    EXPECT_TRUE(done) << line;
    return out;
}

std::string with_result(std::string_view members) {
    return R"({"custom_id":"c-1","result":{)" + std::string(members) + "}}";
}

LineResult message(std::string_view members) {
    return read(with_result(R"("type":"succeeded","message":{)" + std::string(members) + "}"));
}

LineResult stopped(std::string_view reason) {
    return message(R"("content":[{"type":"text","text":"half"}],"stop_reason":")" +
                   std::string(reason) + "\"");
}

constexpr std::string_view whole_line =
    R"({"custom_id":"c-1","result":{"type":"succeeded","message":{"id":"msg_014VwiXbi91y3JMjcpyGBHX5",)"
    R"("type":"message","role":"assistant","model":"claude-opus-5","content":[{"type":"thinking","thinking":"hm","signature":"s"},)"
    R"({"type":"text","text":"Hello \"you\" \u00e9 ","citations":null},{"text":"again.","type":"text"}],"stop_reason":"end_turn",)"
    R"("stop_sequence":null,"usage":{"input_tokens":11,"cache_creation_input_tokens":200,"cache_read_input_tokens":3000,)"
    R"("cache_creation":{"ephemeral_5m_input_tokens":200,"ephemeral_1h_input_tokens":0},"output_tokens":36,)"
    R"("output_tokens_details":{"thinking_tokens":7},"service_tier":"batch"}}}})";

constexpr std::string_view errored_line =
    R"({"custom_id":"c-1","result":{"type":"errored","error":{"type":"error","request_id":"req_1","error":)"
    R"({"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum","details":{"error_code":null}}}}})";

TEST(AnthropicLines, an_answer) {
    const auto out = read(whole_line);
    EXPECT_EQ(out.custom_id, "c-1");
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.text, "Hello \"you\" \xc3\xa9 again.");
    EXPECT_EQ(out.status, 200);
    EXPECT_EQ(out.code + out.message, "");
    EXPECT_EQ(out.usage, (Usage{3211, 3000, 36}));
    EXPECT_TRUE(out.items.empty());
}

TEST(AnthropicLines, members_in_alphabetical_order_say_the_same) {
    const auto out = read(
        R"({"custom_id":"c-1","result":{"message":{"content":[{"text":"x","type":"text"}],"stop_reason":"stop_sequence","usage":{"input_tokens":1,"output_tokens":2}},"type":"succeeded"}})");
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.text, "x");
    EXPECT_EQ(out.usage, (Usage{1, 0, 2}));
    const auto other = read(
        R"({"result":{"error":{"error":{"message":"m","type":"overloaded_error"},"type":"error"},"type":"errored"},"custom_id":"d"})");
    EXPECT_EQ(other.custom_id, "d");
    EXPECT_EQ(other.code, "overloaded_error");
    EXPECT_EQ(other.verdict, Verdict::retryable);
}

TEST(AnthropicLines, stop_reasons) {
    struct Row {
        std::string_view reason;
        Verdict verdict;
        bool keeps_text;
    };
    const Row rows[] = {
        {"end_turn", Verdict::answered, true},
        {"stop_sequence", Verdict::answered, true},
        {"max_tokens", Verdict::cut_off, true},
        {"model_context_window_exceeded", Verdict::cut_off, true},
        {"refusal", Verdict::bad_answer, false},
        {"tool_use", Verdict::bad_answer, false},
        {"pause_turn", Verdict::bad_answer, false},
        {"something_new", Verdict::bad_answer, false},
    };
    for (const auto& row : rows) {
        const auto out = stopped(row.reason);
        EXPECT_EQ(out.verdict, row.verdict) << row.reason;
        EXPECT_EQ(out.text, row.keeps_text ? "half" : "") << row.reason;
        EXPECT_EQ(out.code, row.verdict == Verdict::answered ? "" : row.reason);
        EXPECT_EQ(out.status, 200) << row.reason;  // a message: of a raw request it is an answer
    }
}

TEST(AnthropicLines, a_message_that_is_no_answer) {
    constexpr std::string_view end = R"(,"stop_reason":"end_turn")";
    for (const std::string_view content :
         {R"("content":[])", R"("content":[{"type":"text","text":""}])", R"("content":null)",
          R"("content":[{"type":"thinking","thinking":"x","text":"no"}])",
          R"("role":"assistant")"}) {
        const auto out = message(std::string(content) + std::string(end));
        EXPECT_EQ(out.verdict, Verdict::bad_answer) << content;
        EXPECT_EQ(out.code, "empty") << content;
    }
    for (const std::string_view rest :
         {R"("content":[{"type":"text","text":"x"}])",
          R"("content":[{"type":"text","text":"x"}],"stop_reason":null)"}) {
        const auto out = message(rest);
        EXPECT_EQ(out.verdict, Verdict::bad_answer) << rest;
        EXPECT_EQ(out.code, "no_stop_reason");
    }
    EXPECT_EQ(read(with_result(R"("type":"succeeded")")).verdict, Verdict::bad_answer);
}

TEST(AnthropicLines, what_never_ran) {
    for (const std::string_view type : {"canceled", "expired"}) {
        const auto out = read(with_result("\"type\":\"" + std::string(type) + "\""));
        EXPECT_EQ(out.verdict, Verdict::never_ran);
        EXPECT_EQ(out.code, type);
        EXPECT_EQ(out.status, 0);
    }
}

TEST(AnthropicLines, what_is_not_known_is_the_providers_fault) {
    for (const std::string_view members :
         {R"("type":"paused")", R"("type":null)", R"("type":7)", "", R"("type":"errored")",
          R"("type":"errored","error":null)", R"("type":"errored","error":"went wrong")"})
        EXPECT_EQ(read(with_result(members)).verdict, Verdict::retryable) << members;
    for (const std::string_view line :
         {R"({"custom_id":"c"})", R"({"custom_id":"c","result":null})",
          R"({"custom_id":"c","result":[]})"})
        EXPECT_EQ(read(line).verdict, Verdict::retryable) << line;
}

TEST(AnthropicLines, errors_by_type_and_code) {
    struct Row {
        std::string_view type, code, message;
        Verdict verdict;
    };
    const Row rows[] = {
        {"invalid_request_error", "", "prompt is too long: 7", Verdict::permanent},
        {"invalid_request_error", "", "max_tokens: Field required", Verdict::permanent},
        {"request_too_large", "", "m", Verdict::permanent},
        {"not_found_error", "", "model: claude-9", Verdict::permanent},
        {"authentication_error", "", "m", Verdict::quota},
        {"permission_error", "", "m", Verdict::quota},
        {"billing_error", "", "m", Verdict::quota},
        {"invalid_request_error", "", "Your credit balance is too low to access the Anthropic API.",
         Verdict::quota},
        {"invalid_request_error", "", "You have reached your specified API usage limits. You will",
         Verdict::quota},
        {"invalid_request_error", "organization_on_hold", "m", Verdict::quota},
        {"invalid_request_error", "cmek_key_disabled", "m", Verdict::quota},
        {"rate_limit_error", "enforced_spend_limit_reached", "m", Verdict::quota},
        {"rate_limit_error", "contract_spend_limit_reached", "m", Verdict::quota},
        {"rate_limit_error", "ramp_limit_exceeded", "m", Verdict::retryable},
        {"rate_limit_error", "", "m", Verdict::retryable},
        {"api_error", "", "m", Verdict::retryable},
        {"overloaded_error", "", "m", Verdict::retryable},
        {"timeout_error", "", "m", Verdict::retryable},
        {"conflict_error", "", "m", Verdict::retryable},
        {"brand_new_error", "", "m", Verdict::retryable},
        {"invalid_request_error", "", "Output blocked by content filtering policy",
         Verdict::filtered},
        // Words of the user's in the middle of a message decide nothing.
        {"invalid_request_error", "", "text: 'Your credit balance is too low'", Verdict::permanent},
    };
    for (const auto& row : rows) {
        const std::string error = R"({"type":")" + std::string(row.type) + R"(","message":")" +
                                  std::string(row.message) + R"(","details":{"error_code":)" +
                                  (row.code.empty() ? "null" : '"' + std::string(row.code) + '"') +
                                  "}}";
        for (const bool enveloped : {true, false}) {
            const auto out = read(with_result(
                R"("type":"errored","error":)" +
                (enveloped ? R"({"type":"error","request_id":"req_1","error":)" + error + "}"
                           : error)));
            EXPECT_EQ(out.verdict, row.verdict)
                << row.type << row.code << row.message << ": " << name(out.verdict);
            EXPECT_EQ(out.code, row.code.empty() ? row.type : row.code);
            EXPECT_EQ(out.message, row.message);
            EXPECT_EQ(out.status, 0);
            EXPECT_EQ(out.usage, Usage{});
        }
    }
    EXPECT_EQ(read(errored_line).code, "invalid_request_error");
}

TEST(AnthropicLines, usage_that_makes_no_sense_does_not_wrap) {
    const auto out = message(
        R"("content":[{"type":"text","text":"x"}],"stop_reason":"end_turn","usage":{"input_tokens":18446744073709551615,"cache_read_input_tokens":9,"cache_creation_input_tokens":null,"output_tokens":-4})");
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.usage, (Usage{UINT64_MAX, 9, 0}));
}

TEST(AnthropicLines, a_paid_answer_in_bad_text_is_kept) {
    EXPECT_EQ(
        message(R"("content":[{"type":"text","text":"half \ud83d"}],"stop_reason":"end_turn")")
            .text,
        "half \xef\xbf\xbd");
    EXPECT_EQ(
        message(
            "\"content\":[{\"type\":\"text\",\"text\":\"caf\xe9\"}],\"stop_reason\":\"end_turn\"")
            .text,
        "caf\xef\xbf\xbd");
}

TEST(AnthropicLines, a_line_without_one_name_is_no_result) {
    const auto parser = find_adapter("anthropic")->line_parser("/v1/messages");
    const std::string longest(65, 'x');
    const std::string long_id = R"({"custom_id":")" + longest + R"("})";
    for (const std::string_view line :
         {std::string_view(), std::string_view(" "), std::string_view("null"),
          std::string_view("[]"), std::string_view("<html></html>"), std::string_view("{}"),
          std::string_view(R"({"custom_id":""})"), std::string_view(R"({"custom_id":7})"),
          std::string_view(R"({"result":{"type":"expired"}})"),
          std::string_view(R"({"custom_id":"a","custom_id":"b"})"),
          std::string_view(R"({"custom_id":"a","result":{},"result":{}})"),
          std::string_view(R"({"custom_id":"a","result":{"type":"expired","type":"succeeded"}})"),
          std::string_view(R"({"custom_id":"a","result":{"message":{},"message":{}}})"),
          std::string_view(R"({"custom_id":"a"} {"custom_id":"b"})"),
          std::string_view(R"({"custom_id":"a",})"), std::string_view(long_id)}) {
        LineResult out;
        const auto done = parser->parse(line, out);
        ASSERT_FALSE(done) << line;
        EXPECT_EQ(done.error().code(), core::Errc::protocol) << line;
    }
}

TEST(AnthropicLines, one_parser_forgets_the_line_before) {
    const auto parser = find_adapter("anthropic")->line_parser("/v1/messages");
    LineResult out;
    ASSERT_TRUE(parser->parse(whole_line, out));
    ASSERT_TRUE(parser->parse(R"({"custom_id":"d","result":{"type":"expired"}})", out));
    EXPECT_EQ(out.custom_id, "d");
    EXPECT_EQ(out.verdict, Verdict::never_ran);
    EXPECT_EQ(out.text, "");
    EXPECT_EQ(out.status, 0);
    EXPECT_EQ(out.usage, Usage{});
    ASSERT_TRUE(parser->parse(errored_line, out));
    EXPECT_EQ(out.verdict, Verdict::permanent);
    ASSERT_TRUE(parser->parse(whole_line, out));
    EXPECT_EQ(out.verdict, Verdict::answered);
    EXPECT_EQ(out.code + out.message, "");
}

TEST(AnthropicLines, words_of_the_provider_are_bounded) {
    const std::string big(100'000, 'm');
    const auto out = read(with_result(R"("type":"errored","error":{"error":{"type":")" + big +
                                      R"(","message":")" + big + R"("}})"));
    EXPECT_EQ(out.message.size(), 2'048u);
    EXPECT_LE(out.code.size(), 100u);
}

/// Parses from a block of exactly the line's size, so that the address sanitizer sees reading
/// behind.
class Tight {
public:
    bool parse(std::string_view line) {
        const auto block = std::make_unique<char[]>(line.size());
        std::copy(line.begin(), line.end(), block.get());
        const auto done = parser_->parse({block.get(), line.size()}, out_);
        if (done) {
            EXPECT_FALSE(out_.custom_id.empty());
            EXPECT_FALSE(name(out_.verdict).empty());
        } else {
            EXPECT_EQ(done.error().code(), core::Errc::protocol);
        }
        return done.has_value();
    }

private:
    std::unique_ptr<LineParser> parser_ = find_adapter("anthropic")->line_parser("/v1/messages");
    LineResult out_;
};

TEST(AnthropicHostileLines, cut_at_every_byte) {
    Tight tight;
    for (const auto line : {whole_line, errored_line}) {
        EXPECT_TRUE(tight.parse(line));
        for (std::size_t n = 0; n < line.size(); ++n)
            EXPECT_FALSE(tight.parse(line.substr(0, n))) << line.substr(0, n);
    }
}

TEST(AnthropicHostileLines, every_byte_replaced_left_out_or_doubled) {
    Tight tight;
    for (const auto line : {whole_line, errored_line})
        for (std::size_t at = 0; at < line.size(); ++at) {
            for (const char c : {'"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', 'n', ' ', '\0',
                                 '\n', '\x80', '\xff'}) {
                std::string bent(line);
                bent[at] = c;
                tight.parse(bent);
            }
            tight.parse(std::string(line.substr(0, at)) + std::string(line.substr(at + 1)));
            tight.parse(std::string(line.substr(0, at + 1)) + std::string(line.substr(at)));
        }
}

TEST(AnthropicHostileLines, values_of_every_wrong_kind) {
    Tight tight;
    for (const auto line : {whole_line, errored_line})
        for (std::size_t colon = line.find(':'); colon != std::string_view::npos;
             colon = line.find(':', colon + 1)) {
            const std::size_t end = line.find_first_of(",}]", colon);
            for (const std::string_view value :
                 {"null", "true", "7", "-1", "1e400", "123456789012345678901234567890", "\"x\"",
                  "[]", "{}", "[[[]]]", "{\"a\":{\"b\":[]}}", "\"\\ud800\""})
                tight.parse(std::string(line.substr(0, colon + 1)) + std::string(value) +
                            std::string(line.substr(end)));
        }
}

TEST(AnthropicHostileLines, random_bytes_depth_and_length) {
    Tight tight;
    std::mt19937 random(20261121);
    const std::string_view alphabet =
        "{}[]\",:\\ntrue0123456789.eE+- \"custom_id\"\"result\"\"message\"\xc3\xa9\xff";
    for (int i = 0; i < 5'000; ++i) {
        std::string line(random() % 200, '\0');
        for (char& c : line)
            c = i % 2 == 0 ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
        tight.parse(line);
    }
    for (const std::size_t n : {10u, 64u, 1'000u, 100'000u}) {
        const std::string deep = std::string(n, '[') + std::string(n, ']');
        tight.parse(with_result(R"("type":"succeeded","message":{"content":)" + deep + "}"));
        tight.parse(with_result(R"("type":"errored","error":)" + deep));
        tight.parse(R"({"custom_id":"c","x":)" + std::string(n, '['));
        std::string nested;
        for (std::size_t i = 0; i < std::min<std::size_t>(n, 1'000); ++i)
            nested += R"({"error":)";
        tight.parse(with_result(R"("type":"errored","error":)" + nested));
    }
    EXPECT_TRUE(tight.parse(R"({"custom_id":"c","x":")" + std::string(4u << 20, 'x') + R"("})"));
    EXPECT_TRUE(tight.parse(R"({"custom_id":"c"})"));  // and the buffers serve the next
}

}  // namespace
}  // namespace overnight::providers
