// Result lines a second through the line parsers: what the reconciler does first with every line
// that comes back.
#include "core/bytes.hpp"
#include "providers/api.hpp"

#include <benchmark/benchmark.h>

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace overnight;

/// A chat line as OpenAI writes it; 600 bytes with an answer of 90.
std::string chat_line(std::size_t number) {
    return R"({"id":"batch_req_67a1b2c3d4e5f60718293a4b5c6d7e8f","custom_id":"0123456789abcdefghjkmnpqrs_)" +
           std::to_string(number) +
           R"(_1","response":{"status_code":200,"request_id":"0538a1cc7f0b4e6f8a3d","body":{"id":"chatcmpl-AbCdEfGh",)"
           R"("object":"chat.completion","created":1711652795,"model":"gpt-6-luna","choices":[{"index":0,"message":)"
           R"({"role":"assistant","content":"{\"tldr\":\"A short text about the topic.\",\"challenge\":\"practice\",)"
           R"(\"n\":17}","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":220,)"
           R"("completion_tokens":24,"total_tokens":244,"prompt_tokens_details":{"cached_tokens":0}},)"
           R"("system_fingerprint":"fp_123"}},"error":null})";
}

std::string embedding_line(std::size_t number) {
    std::string bytes;
    for (std::uint32_t i = 0; i < 1536; ++i) {
        const auto bits = std::bit_cast<std::uint32_t>(
            static_cast<float>((i * 2654435761u >> 8) % 20000) / 1e5f - 0.1f);
        for (int b = 0; b < 4; ++b)
            bytes.push_back(static_cast<char>(bits >> (8 * b) & 0xff));
    }
    return R"({"id":"batch_req_1","custom_id":"0123456789abcdefghjkmnpqrs_)" +
           std::to_string(number) +
           R"(_1","response":{"status_code":200,"body":{"object":"list","data":[{"object":"embedding","index":0,"embedding":")" +
           core::base64(bytes) +
           R"("}],"usage":{"prompt_tokens":8,"total_tokens":8}}},"error":null})";
}

std::string error_line(std::size_t number) {
    return R"({"id":"batch_req_1","custom_id":"0123456789abcdefghjkmnpqrs_)" +
           std::to_string(number) +
           R"(_1","response":null,"error":{"code":"batch_expired","message":"This request could not be executed before )"
           R"(the completion window expired."}})";
}

void parse_lines(benchmark::State& state,
                 std::string_view endpoint,
                 std::string (*make)(std::size_t),
                 std::size_t count) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < count; ++i)
        lines.push_back(make(i));
    const auto parser = providers::find_adapter("openai")->line_parser(endpoint);
    providers::LineResult result;
    std::int64_t bytes = 0;
    std::size_t next = 0;
    for (auto _ : state) {
        const auto& line = lines[next];
        next = next + 1 == lines.size() ? 0 : next + 1;
        if (!parser->parse(line, result)) {
            state.SkipWithError("a line did not parse");
            break;
        }
        benchmark::DoNotOptimize(result.verdict);
        bytes += static_cast<std::int64_t>(line.size());
    }
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(bytes);
}

void append_lines(benchmark::State& state) {
    const auto& openai = *providers::find_adapter("openai");
    providers::BodySpec spec;
    spec.endpoint = "/v1/chat/completions";
    spec.model = "gpt-6-luna";
    spec.instructions = std::string(400, 'i');
    const auto body = openai.body(spec).value();
    const std::string prompt(300, 'p');
    std::string out;
    for (auto _ : state) {
        out.clear();
        openai.append_line(out, "0123456789abcdefghjkmnpqrs_12345_1", spec.endpoint, body, prompt);
        benchmark::DoNotOptimize(out.data());
    }
    state.SetItemsProcessed(state.iterations());
}

void read_raw_lines(benchmark::State& state) {
    const auto& openai = *providers::find_adapter("openai");
    const std::string line =
        R"({"custom_id":"request-1","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-6-luna",)"
        R"("messages":[{"role":"system","content":")" +
        std::string(300, 's') + R"("},{"role":"user","content":")" + std::string(200, 'u') +
        R"("}],"max_tokens":100}})";
    for (auto _ : state)
        benchmark::DoNotOptimize(openai.read_raw_line(line).has_value());
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(parse_lines, chat, "/v1/chat/completions", chat_line, std::size_t{10'000});
BENCHMARK_CAPTURE(parse_lines, expired, "/v1/chat/completions", error_line, std::size_t{10'000});
BENCHMARK_CAPTURE(parse_lines, embedding_1536, "/v1/embeddings", embedding_line, std::size_t{100});
BENCHMARK(append_lines);
BENCHMARK(read_raw_lines);

}  // namespace

BENCHMARK_MAIN();
