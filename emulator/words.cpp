// Sentences from a request's words.
#include "emulator/words.hpp"

#include <algorithm>

namespace overnight::emulator {

namespace {

bool in_word(char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u >= 0x80;
}

constexpr std::size_t longest_word = 24;

// The next word at or behind `pos`, which moves behind it; empty at the end. A row in a pack is
// JSON text: the n of its \n is no word.
std::string_view next_word(std::string_view text, std::size_t& pos) {
    if (pos > 0 && pos < text.size() && text[pos - 1] == '\\') ++pos;
    while (pos < text.size() && !in_word(text[pos]))
        pos += text[pos] == '\\' ? 2 : 1;
    pos = std::min(pos, text.size());
    const std::size_t start = pos;
    while (pos < text.size() && in_word(text[pos]))
        ++pos;
    return cut_utf8(text.substr(start, pos - start), longest_word);
}

bool is_name_digit(char c) {
    return c >= '0' && c <= '9';
}

// The first `"r<number>"` at or behind `from`, or npos.
std::size_t next_row_name(std::string_view text, std::size_t from) {
    while (true) {
        const std::size_t at = text.find("\"r", from);
        if (at == std::string_view::npos) return at;
        std::size_t end = at + 2;
        while (end < text.size() && is_name_digit(text[end]))
            ++end;
        if (end > at + 2 && end < text.size() && text[end] == '"') return at;
        from = at + 2;
    }
}

constexpr std::string_view punctuation = " \t\r\n,:{}[]";

}  // namespace

std::string_view cut_utf8(std::string_view text, std::size_t max_bytes) {
    if (text.size() <= max_bytes) return text;
    std::size_t end = max_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return text.substr(0, end);
}

void put_phrase(
    std::string& out, std::string_view source, Random& random, unsigned least, unsigned most) {
    const std::size_t begin = out.size();
    const std::uint64_t wanted = least + random.below(most - least + 1);
    std::size_t pos = random.below(source.size());
    // Step back to the beginning of the word that was hit.
    while (pos > 0 && pos < source.size() && in_word(source[pos]) && in_word(source[pos - 1]))
        --pos;
    std::uint64_t have = 0;
    bool wrapped = false;
    while (have < wanted) {
        const std::string_view word = next_word(source, pos);
        if (word.empty()) {
            if (wrapped) break;
            wrapped = true;
            pos = 0;
            continue;
        }
        if (have++ > 0) out += ' ';
        out += word;
    }
    if (have == 0) out += "No text was given";
    if (out[begin] >= 'a' && out[begin] <= 'z')
        out[begin] = static_cast<char>(out[begin] - 'a' + 'A');
}

std::string sentence(std::string_view source, Random& random, unsigned least, unsigned most) {
    std::string text;
    put_phrase(text, source, random, least, most);
    text += '.';
    return text;
}

std::string_view row_text(std::string_view message, std::string_view name) {
    const std::string quoted = '"' + std::string(name) + '"';
    const std::size_t at = message.find(quoted);
    if (at == std::string_view::npos) return {};
    const std::size_t start = at + quoted.size();
    const std::size_t end = std::min(next_row_name(message, start), message.size());
    std::string_view text = message.substr(start, end - start);
    text.remove_prefix(std::min(text.find_first_not_of(punctuation), text.size()));
    // Behind the row's value may stand the beginning of the next: `}, {"row": `, which is not the
    // row's own.
    while (!text.empty()) {
        const std::size_t last = text.find_last_not_of(punctuation);
        if (last == std::string_view::npos) return {};
        const bool key_follows = text.find(':', last + 1) != std::string_view::npos;
        text = text.substr(0, last + 1);
        if (!key_follows || text.back() != '"' || text.size() < 2) break;
        const std::size_t open = text.rfind('"', text.size() - 2);
        if (open == std::string_view::npos) break;
        text = text.substr(0, open);
    }
    return text;
}

}  // namespace overnight::emulator
