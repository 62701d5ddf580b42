#include "providers/body_text.hpp"

#include "jsonl/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace overnight::providers {

void append_one_line(std::string& out, std::string_view json) {
    const std::size_t start = out.size();
    out.append(json);
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(start), out.end(),
        [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

void append_member(std::string& out, std::string_view name, std::string_view raw) {
    if (!out.empty() && out.back() != '{') out.push_back(',');
    jsonl::append_json_string(out, name);
    out.push_back(':');
    append_one_line(out, raw);
}

std::string raised_limit(std::string_view raw, std::uint32_t factor) {
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    std::uint64_t limit = 0;
    const auto [stop, code] = std::from_chars(raw.data(), raw.data() + raw.size(), limit);
    const bool whole = code == std::errc{} && stop == raw.data() + raw.size();
    if (!whole || limit > largest / std::max(factor, 1u)) return std::string(raw);
    return std::to_string(limit * std::max(factor, 1u));
}

}  // namespace overnight::providers
