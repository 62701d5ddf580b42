#include "core/text.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace overnight::core {
namespace {

/// Decodes one code point at the front of `in`; 0 bytes used means invalid.
struct Decoded {
    std::uint32_t point = 0;
    std::size_t used = 0;
};

Decoded decode_utf8(std::string_view in) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(in[i]); };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    std::size_t length = 0;
    std::uint32_t point = 0;
    if (lead >= 0xc2 && lead <= 0xdf) {
        length = 2;
        point = lead & 0x1fu;
    } else if ((lead & 0xf0) == 0xe0) {
        length = 3;
        point = lead & 0x0fu;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        length = 4;
        point = lead & 0x07u;
    }
    if (length == 0 || in.size() < length) return {};
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        point = point << 6 | (byte(i) & 0x3fu);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    if (overlong || surrogate || point > 0x10ffff) return {};
    return {point, length};
}

bool unsafe(std::uint32_t p) noexcept {
    return p < 0x20 || (p >= 0x7f && p <= 0x9f) || (p >= 0x202a && p <= 0x202e) ||
           (p >= 0x2066 && p <= 0x2069) || p == 0x200e || p == 0x200f || p == 0x061c ||
           p == 0x2028 || p == 0x2029 || p == 0xfeff;
}

void append_escaped(std::string& out, std::uint32_t value) {
    char text[16];
    std::snprintf(text, sizeof text, "\\u{%x}", value);
    out += text;
}

}  // namespace

std::string printable(std::string_view untrusted, std::size_t max_bytes) {
    std::string out;
    while (!untrusted.empty()) {
        if (out.size() >= max_bytes) return out + "...";
        const Decoded d = decode_utf8(untrusted);
        if (d.used == 0) {
            append_escaped(out, static_cast<std::uint8_t>(untrusted[0]));
            untrusted.remove_prefix(1);
            continue;
        }
        if (unsafe(d.point)) {
            append_escaped(out, d.point);
        } else {
            out.append(untrusted.substr(0, d.used));
        }
        untrusted.remove_prefix(d.used);
    }
    return out;
}

bool valid_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const Decoded d = decode_utf8(text);
        if (d.used == 0) return false;
        text.remove_prefix(d.used);
    }
    return true;
}

std::string grouped(std::uint64_t n) {
    std::string digits = std::to_string(n);
    for (std::size_t at = digits.size(); at > 3; at -= 3)
        digits.insert(at - 3, 1, ',');
    return digits;
}

std::string bytes_text(std::uint64_t n) {
    if (n < 1000) return std::to_string(n) + " B";
    constexpr std::string_view units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = static_cast<double>(n);
    std::size_t unit = 0;
    for (value /= 1000; value >= 999.95 && unit + 1 < std::size(units); ++unit)
        value /= 1000;
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %s", value, units[unit].data());
    return text;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 2) + 1;
    for (const std::string_view candidate : candidates) {
        std::vector<std::size_t> row(candidate.size() + 1);
        for (std::size_t j = 0; j < row.size(); ++j)
            row[j] = j;
        for (std::size_t i = 1; i <= word.size(); ++i) {
            std::size_t diagonal = row[0];
            row[0] = i;
            for (std::size_t j = 1; j <= candidate.size(); ++j) {
                const std::size_t above = row[j];
                row[j] = std::min({row[j - 1] + 1, above + 1,
                                   diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1)});
                diagonal = above;
            }
        }
        if (row.back() < best_distance) {
            best_distance = row.back();
            best = candidate;
        }
    }
    return best;
}

}  // namespace overnight::core
