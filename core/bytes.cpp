#include "core/bytes.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/random.h>
#include <system_error>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace overnight::core {
namespace {

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base32_digits =
    "0123456789abcdefghjkmnpqrstvwxyz";  // Crockford: no i l o u
constexpr std::string_view base36_digits = "0123456789abcdefghijklmnopqrstuvwxyz";

void put_be(std::string& out, std::uint64_t v, int width) {
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(v >> shift));
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t c = i;
        for (int k = 0; k < 8; ++k)
            c = (c & 1) ? (c >> 1) ^ 0x82F63B78u : c >> 1;
        table[i] = c;
    }
    return table;
}
constexpr auto crc_table = make_crc_table();

std::uint32_t crc_software(const unsigned char* p, std::size_t n, std::uint32_t c) noexcept {
    while (n-- > 0)
        c = crc_table[(c ^ *p++) & 0xff] ^ (c >> 8);
    return c;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc_hardware(const unsigned char* p,
                                                             std::size_t n,
                                                             std::uint32_t c) noexcept {
    std::uint64_t wide = c;
    for (; n >= 8; n -= 8, p += 8) {
        std::uint64_t word;
        std::memcpy(&word, p, 8);
        wide = _mm_crc32_u64(wide, word);
    }
    c = static_cast<std::uint32_t>(wide);
    while (n-- > 0)
        c = _mm_crc32_u8(c, *p++);
    return c;
}
#endif

}  // namespace

void put_u16(std::string& out, std::uint16_t v) {
    put_be(out, v, 2);
}
void put_u32(std::string& out, std::uint32_t v) {
    put_be(out, v, 4);
}
void put_u64(std::string& out, std::uint64_t v) {
    put_be(out, v, 8);
}
void put_text(std::string& out, std::string_view v) {
    put_u32(out, static_cast<std::uint32_t>(v.size()));
    out.append(v);
}

std::uint64_t Reader::number(std::size_t width) noexcept {
    const std::string_view bytes = raw(width);
    std::uint64_t v = 0;
    for (const char c : bytes)
        v = v << 8 | static_cast<std::uint8_t>(c);
    return v;
}

std::string_view Reader::raw(std::size_t n) noexcept {
    if (!ok_ || in_.size() < n) {
        ok_ = false;
        return {};
    }
    const std::string_view out = in_.substr(0, n);
    in_.remove_prefix(n);
    return out;
}

std::uint32_t crc32c(std::string_view data, std::uint32_t seed) noexcept {
    const auto* p = reinterpret_cast<const unsigned char*>(data.data());
#if defined(__x86_64__)
    static const bool hardware = __builtin_cpu_supports("sse4.2") != 0;
    if (hardware) return ~crc_hardware(p, data.size(), ~seed);
#endif
    return ~crc_software(p, data.size(), ~seed);
}

std::string hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto b = static_cast<std::uint8_t>(c);
        out.push_back(digits[b >> 4]);
        out.push_back(digits[b & 15]);
    }
    return out;
}

std::optional<std::string> unhex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    const auto digit = [](char c) -> int {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]);
        const int low = digit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out.push_back(static_cast<char>(high << 4 | low));
    }
    return out;
}

std::string base64(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (k < n ? static_cast<std::uint8_t>(bytes[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            out.push_back(k <= n ? base64_digits[group >> (18 - 6 * k) & 63] : '=');
    }
    return out;
}

std::optional<std::string> unbase64(std::string_view text) {
    static const auto reverse = [] {
        std::array<std::int8_t, 256> r{};
        r.fill(-1);
        for (std::size_t i = 0; i < base64_digits.size(); ++i)
            r[static_cast<std::uint8_t>(base64_digits[i])] = static_cast<std::int8_t>(i);
        return r;
    }();
    while (!text.empty() && text.back() == '=')
        text.remove_suffix(1);
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : text) {
        const int v = reverse[static_cast<std::uint8_t>(c)];
        if (v < 0) return std::nullopt;
        group = group << 6 | static_cast<std::uint32_t>(v);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<char>(group >> bits & 0xff));
        }
    }
    return out;
}

std::string base32(std::string_view bytes) {
    std::string out;
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : bytes) {
        group = group << 8 | static_cast<std::uint8_t>(c);
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            out.push_back(base32_digits[group >> bits & 31]);
        }
    }
    if (bits > 0) out.push_back(base32_digits[group << (5 - bits) & 31]);
    return out;
}

std::string base36(std::uint64_t v) {
    char text[16];
    std::size_t at = sizeof text;
    do {
        text[--at] = base36_digits[v % 36];
        v /= 36;
    } while (v != 0);
    return std::string(text + at, sizeof text - at);
}

std::optional<std::uint64_t> unbase36(std::string_view text) {
    if (text.empty() || text.size() > 12) return std::nullopt;
    std::uint64_t v = 0;
    for (const char c : text) {
        int digit = -1;
        if (c >= '0' && c <= '9') digit = c - '0';
        if (c >= 'a' && c <= 'z') digit = c - 'a' + 10;
        if (digit < 0) return std::nullopt;
        v = v * 36 + static_cast<std::uint64_t>(digit);
    }
    return v;
}

std::string random_bytes(std::size_t n) {
    std::string out(n, '\0');
    std::size_t have = 0;
    while (have < n) {
        const ssize_t got = getrandom(out.data() + have, n - have, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw std::system_error(errno, std::generic_category(), "getrandom");
        have += static_cast<std::size_t>(got);
    }
    return out;
}

}  // namespace overnight::core
