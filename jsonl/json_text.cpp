#include "jsonl/json_text.hpp"

#include "jsonl/utf8_repair.hpp"

#include <array>

namespace overnight::jsonl {
namespace {

enum class Treatment : unsigned char { copy, escape, line_separator };

constexpr std::array<Treatment, 256> make_treatments() {
    std::array<Treatment, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c)
        table[c] = Treatment::escape;
    table['"'] = Treatment::escape;
    table['\\'] = Treatment::escape;
    table[0x7f] = Treatment::escape;
    table[0xe2] =
        Treatment::line_separator;  // perhaps: U+2028 and U+2029 are E2 80 A8 and E2 80 A9
    return table;
}
constexpr auto treatments = make_treatments();

Treatment treatment(char c) noexcept {
    return treatments[static_cast<unsigned char>(c)];
}

void append_escape(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
    case '"':
        out += "\\\"";
        return;
    case '\\':
        out += "\\\\";
        return;
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default:
        break;
    }
    const auto byte = static_cast<unsigned char>(c);
    const char text[] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    out.append(text, sizeof text);
}

/// The inside of the string, of text that is UTF-8.
void append_valid(std::string& out, std::string_view text) {
    std::size_t copied = 0;
    std::size_t at = 0;
    const auto flush = [&] { out.append(text.substr(copied, at - copied)); };
    while (at < text.size()) {
        const Treatment what = treatment(text[at]);
        if (what == Treatment::copy) {
            ++at;
        } else if (what == Treatment::escape) {
            flush();
            append_escape(out, text[at]);
            copied = ++at;
        } else if (text[at + 1] == '\x80' && (text[at + 2] == '\xa8' || text[at + 2] == '\xa9')) {
            flush();
            out += text[at + 2] == '\xa8' ? "\\u2028" : "\\u2029";
            copied = at += 3;
        } else {
            at += 3;
        }
    }
    flush();
}

}  // namespace

void append_json_string(std::string& out, std::string_view utf8) {
    out.push_back('"');
    if (is_utf8(utf8)) {
        append_valid(out, utf8);
    } else {
        append_valid(out, repaired_utf8(utf8));
    }
    out.push_back('"');
}

bool is_json_number(std::string_view text) noexcept {
    std::size_t at = 0;
    const auto digit = [&] { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
    const auto digits = [&] {
        const std::size_t first = at;
        while (digit())
            ++at;
        return at > first;
    };
    if (at < text.size() && text[at] == '-') ++at;
    if (at < text.size() && text[at] == '0') {
        ++at;
    } else if (!digits()) {
        return false;
    }
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (!digits()) return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (!digits()) return false;
    }
    return at == text.size();
}

}  // namespace overnight::jsonl
