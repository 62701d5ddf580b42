#include "providers/openai/parameters.hpp"

#include "jsonl/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace overnight::providers::openai {
namespace {

using core::Errc;
using core::Error;
using core::Result;

constexpr std::array<std::string_view, 3> output_limits{"max_completion_tokens", "max_tokens",
                                                        "max_output_tokens"};

Error refused(std::string_view name, std::string_view why) {
    return Error(Errc::invalid_input,
                 "parameters: \"" + std::string(name) + "\" " + std::string(why));
}

Result<> check(const JsonPart& p, bool has_schema, Endpoint endpoint) {
    if (p.name == "model") return refused(p.name, "is the recipe's [model] name");
    if (p.name == "messages" || p.name == "input" || p.name == "prompt")
        return refused(p.name, "is made from the recipe's [prompt]");
    if (p.name == "instructions") return refused(p.name, "belongs into the recipe's [prompt]");
    const bool off = p.raw == "false" || p.kind == JsonKind::null;
    if (p.name == "stream" && !off)
        return refused(p.name, "cannot be used: a batch does not stream");
    if (p.name == "background" && !off)
        return refused(p.name, "cannot be used: a batch is in the background as it is");
    if (p.name == "n" && p.raw != "1" && p.kind != JsonKind::null)
        return refused(p.name, "must be 1: a row has one answer");
    if (has_schema && endpoint == Endpoint::chat && p.name == "response_format")
        return refused(p.name, "is made from the recipe's [answer]");
    return {};
}

/// `raw` times `factor`, when it is a whole number that can be multiplied.
std::string raised(std::string_view raw, std::uint32_t factor) {
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    std::uint64_t limit = 0;
    const auto [stop, code] = std::from_chars(raw.data(), raw.data() + raw.size(), limit);
    const bool whole = code == std::errc{} && stop == raw.data() + raw.size();
    if (!whole || limit > largest / std::max(factor, 1u)) return std::string(raw);
    return std::to_string(limit * std::max(factor, 1u));
}

void append_member(std::string& out, std::string_view name, std::string_view raw) {
    out.push_back(',');
    jsonl::append_json_string(out, name);
    out.push_back(':');
    append_one_line(out, raw);
}

}  // namespace

void append_one_line(std::string& out, std::string_view json) {
    const std::size_t start = out.size();
    out.append(json);
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(start), out.end(),
        [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

Result<Parameters> Parameters::read(const BodySpec& spec, Endpoint endpoint) {
    Parameters made;
    made.output_factor_ = spec.output_factor;
    if (spec.parameters.empty()) return made;
    auto parts = json_members(spec.parameters);
    if (!parts) return Error(Errc::invalid_input, "parameters: " + parts.error().message());
    made.parts_ = *std::move(parts);
    for (const auto& part : made.parts_)
        OVERNIGHT_TRY(check(part, !spec.schema.empty(), endpoint));
    const auto* text = find_part(made.parts_, "text");
    if (text == nullptr || endpoint != Endpoint::responses || spec.schema.empty()) return made;
    if (text->kind != JsonKind::object) return refused("text", "must be a table");
    OVERNIGHT_TRY_ASSIGN(made.text_parts_, json_members(text->raw));
    if (find_part(made.text_parts_, "format") != nullptr)
        return refused("text.format", "is made from the recipe's [answer]");
    made.merges_text_ = true;
    return made;
}

void Parameters::append_to(std::string& body) const {
    for (const auto& part : parts_) {
        if (merges_text_ && part.name == "text") continue;
        const bool limit =
            std::find(output_limits.begin(), output_limits.end(), part.name) != output_limits.end();
        append_member(body, part.name,
                      limit ? raised(part.raw, output_factor_) : std::string(part.raw));
    }
}

void Parameters::append_text_members(std::string& body) const {
    for (const auto& part : text_parts_)
        append_member(body, part.name, part.raw);
}

}  // namespace overnight::providers::openai
