#include "jsonl/utf8_places.hpp"

#include "core/bytes.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace overnight::jsonl {
namespace {

/// Bytes of the character that `lead` begins; 1 for a byte that begins none.
std::size_t announced(unsigned char lead) noexcept {
    if (lead >= 0xf0 && lead <= 0xf4) return 4;
    if (lead >= 0xe0 && lead <= 0xef) return 3;
    if (lead >= 0xc2 && lead <= 0xdf) return 2;
    return 1;
}

bool continues(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

Place place_of(std::string_view text, std::size_t at, std::uint64_t line) noexcept {
    const std::string_view before = text.substr(0, std::min(at, text.size()));
    const std::size_t newline = before.rfind('\n');
    const std::string_view in_line =
        newline == std::string_view::npos ? before : before.substr(newline + 1);
    Place place;
    place.line = line + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
    place.column =
        1 + in_line.size() -
        static_cast<std::uint64_t>(std::count_if(in_line.begin(), in_line.end(), continues));
    return place;
}

std::size_t unfinished_utf8(std::string_view text) noexcept {
    for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
        const char c = text[text.size() - back];
        if (continues(c)) continue;
        return announced(static_cast<unsigned char>(c)) > back ? back : 0;
    }
    return 0;
}

std::size_t Utf8Places::feed(std::string_view piece, MoreText more) {
    const std::size_t whole = piece.size() - (more == MoreText::maybe ? unfinished_utf8(piece) : 0);
    std::size_t at = 0;
    while (at < whole && !full()) {
        const auto byte = static_cast<unsigned char>(piece[at]);
        const std::size_t length = announced(byte);
        const bool good = at + length <= piece.size() && core::valid_utf8(piece.substr(at, length));
        if (!good) places_.push_back({now_, byte});
        at += good ? length : 1;
        if (byte == '\n') {
            now_ = {now_.line + 1, 1};
        } else {
            ++now_.column;
        }
    }
    return at;
}

std::string Utf8Places::text() const {
    std::string out;
    for (const Bad& bad : places_) {
        if (!out.empty()) out += "; ";
        std::string hex = core::hex({reinterpret_cast<const char*>(&bad.byte), 1});
        out += "line " + std::to_string(bad.place.line) + ", column " +
               std::to_string(bad.place.column) + " (byte 0x" + hex + ")";
    }
    if (full()) out += "; and perhaps more";
    return out;
}

}  // namespace overnight::jsonl
