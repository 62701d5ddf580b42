// How fast rows are rendered, fingerprinted and packed, and how fast answers are checked.
#include "recipe/answer.hpp"
#include "recipe/fingerprint.hpp"
#include "recipe/packing.hpp"
#include "recipe/recipe.hpp"
#include "recipe/row_template.hpp"

#include <benchmark/benchmark.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::recipe {
namespace {

Recipe recipe_with(std::string_view answer) {
    const std::string text =
        "[input]\nfile = \"rows.csv\"\n[model]\nname = \"m\"\n[prompt]\ninstructions = "
        "\"Classify.\"\n"
        "row = \"Category: {{category}}\\nTopic: {{topic}}\\n{{description}}\"\n" +
        std::string(answer);
    return parse_recipe(text, "bench.toml", "").value();
}

AnswerShape shape_with(std::string_view answer, std::string_view schema = "") {
    return AnswerShape::make(recipe_with(answer), "/v1/chat/completions", schema).value();
}

const jsonl::Record& small_row() {
    static const jsonl::Record row = [] {
        jsonl::Record made;
        for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"id", "17"},
                                          {"category", "Energy"},
                                          {"topic", "Heat pumps"},
                                          {"description", "How they move heat uphill."}}) {
            made.fields.push_back({name, value, jsonl::ValueKind::text});
        }
        return made;
    }();
    return row;
}

void render(benchmark::State& state, std::string_view text) {
    const RowTemplate made = RowTemplate::compile(text, "bench").value();
    std::string out;
    for (auto _ : state) {
        benchmark::DoNotOptimize(made.render(small_row(), out).has_value());
    }
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}
BENCHMARK_CAPTURE(render, variables, "Category: {{category}}\nTopic: {{topic}}\n{{description}}");
BENCHMARK_CAPTURE(render,
                  sections,
                  "{{#category}}Category: {{.}}\n{{/category}}Topic: {{topic}}\n{{description}}");

void check(benchmark::State& state, const AnswerShape& shape, std::string_view answer) {
    std::string payload;
    for (auto _ : state) {
        benchmark::DoNotOptimize(shape.check(answer, payload).has_value());
    }
    state.SetItemsProcessed(state.iterations());
}

void check_flat(benchmark::State& state) {
    const AnswerShape shape =
        shape_with("[answer]\ntldr = \"string\"\nchallenge = [\"practice\", \"expert\"]\n");
    check(
        state, shape,
        R"({"tldr":"Heat pumps move heat from cold to warm with little work.","challenge":"expert"})");
}
BENCHMARK(check_flat);

void check_schema(benchmark::State& state) {
    const AnswerShape shape = shape_with(
        "[answer]\nschema = \"s.json\"\n",
        R"({"type":"object","properties":{"tldr":{"type":"string"},"tags":{"type":"array",
                                             "items":{"type":"string"}}},"required":["tldr","tags"],"additionalProperties":false})");
    check(state, shape,
          R"({"tldr":"Heat pumps move heat from cold to warm.","tags":["energy","physics"]})");
}
BENCHMARK(check_schema);

void split_pack(benchmark::State& state) {
    const AnswerShape shape = shape_with("[answer]\ntldr = \"string\"\n");
    const auto rows = static_cast<std::uint32_t>(state.range(0));
    std::string text = "{";
    for (std::uint32_t row = 1; row <= rows; ++row) {
        text += (row == 1 ? "\"r" : ",\"r") + std::to_string(row) +
                R"(":{"tldr":"Heat pumps move heat from cold to warm."})";
    }
    text += '}';
    std::string scratch;
    std::vector<std::optional<std::string_view>> result;
    for (auto _ : state) {
        benchmark::DoNotOptimize(shape.split_pack(text, rows, scratch, result).has_value());
    }
    state.SetItemsProcessed(state.iterations() * rows);
}
BENCHMARK(split_pack)->Arg(20)->Arg(200);

void cells(benchmark::State& state) {
    const AnswerShape shape = shape_with("[answer]\ntldr = \"string\"\nscore = \"number\"\n");
    std::string scratch;
    std::vector<AnswerShape::Cell> out;
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            shape
                .cells(R"({"tldr":"Heat pumps move heat from cold to warm.","score":0.75})",
                       scratch, out)
                .has_value());
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(cells);

void fingerprint(benchmark::State& state) {
    const AnswerShape shape = shape_with("[answer]\ntldr = \"string\"\n");
    Fingerprinter printer(recipe_with("[answer]\ntldr = \"string\"\n"), "openai",
                          "/v1/chat/completions", shape);
    const std::string row(static_cast<std::size_t>(state.range(0)), 'x');
    for (auto _ : state) {
        benchmark::DoNotOptimize(printer.of(row));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(fingerprint)->Arg(300)->Arg(3000);

void pack_prompt(benchmark::State& state) {
    const std::string row(300, 'x');
    for (auto _ : state) {
        std::string prompt;
        for (std::uint32_t place = 0; place < 20; ++place)
            append_pack_row(prompt, place, row);
        benchmark::DoNotOptimize(prompt.size());
    }
    state.SetItemsProcessed(state.iterations() * 20);
}
BENCHMARK(pack_prompt);

}  // namespace
}  // namespace overnight::recipe

BENCHMARK_MAIN();
