// Hand-written JSON output.
#include "emulator/json_text.hpp"

#include "core/text.hpp"

#include <array>
#include <charconv>

namespace overnight::emulator {

namespace {

constexpr std::array<bool, 256> make_plain() {
    std::array<bool, 256> plain{};
    for (std::size_t i = 0x20; i < 256; ++i)
        plain[i] = true;
    plain['"'] = plain['\\'] = plain[0x7f] = false;
    return plain;
}
constexpr std::array<bool, 256> plain_bytes = make_plain();

void put_escaped(std::string& out, unsigned char c) {
    static constexpr std::string_view digits = "0123456789abcdef";
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
        out += "\\u00";
        out += digits[c >> 4];
        out += digits[c & 15];
    }
}

// Replaces every byte above 0x7f: what is not UTF-8 as a whole has no meaning that could be kept.
std::string without_high_bytes(std::string_view text) {
    std::string clean;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x80) {
            clean += c;
        } else {
            clean += "\xEF\xBF\xBD";
        }
    }
    return clean;
}

bool has_high_bytes(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) >= 0x80) return true;
    }
    return false;
}

template <class Number>
void put_chars(std::string& out, Number n) {
    std::array<char, 40> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), n);
    (void)error;  // 40 characters hold any of them
    out.append(buffer.data(), end);
}

}  // namespace

void put_json(std::string& out, std::string_view text) {
    if (has_high_bytes(text) && !core::valid_utf8(text)) {
        put_json(out, without_high_bytes(text));
        return;
    }
    out += '"';
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (plain_bytes[c]) continue;
        out.append(text, start, i - start);
        put_escaped(out, c);
        start = i + 1;
    }
    out.append(text, start);
    out += '"';
}

void put_number(std::string& out, std::int64_t n) {
    put_chars(out, n);
}
void put_number(std::string& out, std::uint64_t n) {
    put_chars(out, n);
}
void put_number(std::string& out, double n) {
    put_chars(out, n);
}

std::string& ObjectWriter::key(std::string_view key) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += key;
    out_ += "\":";
    return out_;
}

ObjectWriter& ObjectWriter::text(std::string_view name, std::string_view value) {
    put_json(key(name), value);
    return *this;
}

ObjectWriter& ObjectWriter::text_or_null(std::string_view name, std::string_view value) {
    return value.empty() ? raw(name, "null") : text(name, value);
}

ObjectWriter& ObjectWriter::number(std::string_view name, std::int64_t value) {
    put_number(key(name), value);
    return *this;
}

ObjectWriter& ObjectWriter::number_or_null(std::string_view name, std::int64_t value) {
    return value == 0 ? raw(name, "null") : number(name, value);
}

ObjectWriter& ObjectWriter::seconds(std::string_view name, std::int64_t milliseconds) {
    std::string& out = key(name);
    put_number(out, milliseconds / 1'000);
    const auto rest = static_cast<int>(milliseconds % 1'000);
    out += '.';
    out += static_cast<char>('0' + rest / 100);
    out += static_cast<char>('0' + rest / 10 % 10);
    out += static_cast<char>('0' + rest % 10);
    return *this;
}

ObjectWriter& ObjectWriter::raw(std::string_view name, std::string_view json) {
    key(name) += json;
    return *this;
}

}  // namespace overnight::emulator
