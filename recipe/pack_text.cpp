// The text of a pack: how it is explained to the model, how its rows are written and read again.
#include "jsonl/json_text.hpp"
#include "recipe/json_walk.hpp"
#include "recipe/packing.hpp"

#include <optional>

namespace overnight::recipe {
namespace {

using core::Errc;
using core::Error;
using core::Result;

/// The same for every pack size and every recipe. Changing it changes no fingerprint: the rows'
/// answers stay theirs.
constexpr std::string_view pack_explanation =
    "The message holds several rows, each on a line of its own as a JSON object with one member: "
    "the row's name (r1, "
    "r2, ...) and its text. Treat every row on its own, as if it had been sent alone; no row says "
    "anything about "
    "another. Answer with one JSON object that has exactly one member for each row, under the "
    "row's name, with the "
    "complete answer for that row as its value. Leave no row out.";

std::string row_name(std::uint32_t place) {
    return "r" + std::to_string(std::uint64_t{place} + 1);
}

struct RowLine final : JsonVisitor {
    explicit RowLine(std::string name) : expected(std::move(name)) {}
    void begin_object(std::string_view) override { ++depth; }
    void begin_list(std::string_view) override { ++depth; }
    void key(std::string_view name) override {
        ++members;
        named = name == expected;
    }
    void end() override { --depth; }
    void text(std::string_view value) override {
        if (depth == 1 && named) found = value;
    }
    void literal(jsonl::ValueKind, std::string_view) override {}
    std::string expected;
    int depth = 0;
    int members = 0;
    bool named = false;
    std::optional<std::string> found;
};

}  // namespace

std::string pack_instructions(std::string_view instructions, std::uint32_t rows) {
    std::string text(instructions);
    if (rows < 2) return text;
    if (!text.empty()) text += "\n\n";
    text += pack_explanation;
    return text;
}

void append_pack_row(std::string& prompt, std::uint32_t place, std::string_view row_text) {
    if (place != 0) prompt += '\n';
    prompt.append("{\"").append(row_name(place)).append("\":");
    jsonl::append_json_string(prompt, row_text);
    prompt += '}';
}

Result<std::vector<std::string>> split_pack_prompt(std::string_view prompt, std::uint32_t rows) {
    const auto damaged = [](std::uint32_t place) {
        return Error(Errc::corrupt, "a pack's prompt is damaged at its row " + row_name(place));
    };
    std::vector<std::string> texts;
    JsonWalker walker;
    std::optional<std::string_view> rest = prompt;
    for (std::uint32_t place = 0; place < rows; ++place) {
        if (!rest) return damaged(place);
        const std::size_t line_end = rest->find('\n');
        RowLine line(row_name(place));
        if (!walker.walk(rest->substr(0, line_end), line)) return damaged(place);
        if (!line.found || line.members != 1) return damaged(place);
        texts.push_back(std::move(*line.found));
        if (line_end == std::string_view::npos) {
            rest.reset();
        } else {
            rest->remove_prefix(line_end + 1);
        }
    }
    if (rest && rows != 0)
        return Error(Errc::corrupt, "a pack's prompt has more rows than it should");
    return texts;
}

}  // namespace overnight::recipe
