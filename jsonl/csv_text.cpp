#include "jsonl/csv_text.hpp"

#include "jsonl/byte_scan.hpp"
#include "jsonl/utf8_repair.hpp"

namespace overnight::jsonl {
namespace {

void append_doubled(std::string& out, std::string_view text) {
    for (;;) {
        const std::size_t quote = text.find('"');
        if (quote == std::string_view::npos) break;
        out.append(text.substr(0, quote + 1));
        out.push_back('"');
        text.remove_prefix(quote + 1);
    }
    out.append(text);
}

}  // namespace

bool is_formula(std::string_view text) noexcept {
    constexpr std::string_view starters("=+-@\t\r\0", 7);
    if (text.empty()) return false;
    if (starters.find(text.front()) != std::string_view::npos) return true;
    const std::size_t first = text.find_first_not_of(" \n");
    return first != std::string_view::npos && text[first] == '=';
}

void append_csv_cell(std::string& out, std::string_view text, char delimiter, Guard guard) {
    if (guard == Guard::formulas && !is_utf8(text)) {
        append_csv_cell(out, repaired_utf8(text), delimiter, guard);
        return;
    }
    const bool guarded = guard == Guard::formulas && is_formula(text);
    const char* const end = text.data() + text.size();
    const bool special = FieldEnd(delimiter).find(text.data(), end) != end;
    // An unquoted mark at the start of a file would be taken for its byte order mark.
    const bool mark = text.starts_with("\xEF\xBB\xBF");
    if (!special && !mark) {
        if (guarded) out.push_back('\'');
        out.append(text);
        return;
    }
    out.push_back('"');
    if (guarded) out.push_back('\'');
    append_doubled(out, text);
    out.push_back('"');
}

void append_quoted_csv_cell(std::string& out, std::string_view text) {
    out.push_back('"');
    append_doubled(out, text);
    out.push_back('"');
}

}  // namespace overnight::jsonl
