// Requests and replies as values.
#include "emulator/call.hpp"

#include <algorithm>
#include <cctype>

namespace overnight::emulator {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
            hex_digit(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

bool same_letters(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return std::tolower(static_cast<unsigned char>(x)) ==
                      std::tolower(static_cast<unsigned char>(y));
           });
}

}  // namespace

const Rule* Call::hit(Fault fault) const noexcept {
    for (const Rule* const rule : hits) {
        if (rule->fault() == fault) return rule;
    }
    return nullptr;
}

std::optional<std::string_view> Call::parameter(std::string_view name) const noexcept {
    for (const auto& [known, value] : query) {
        if (known == name) return value;
    }
    return std::nullopt;
}

std::optional<std::string_view> Call::header(std::string_view name) const noexcept {
    for (const model::HttpHeader& one : headers) {
        if (same_letters(one.name, name)) return one.value;
    }
    return std::nullopt;
}

Reply json_reply(std::string body) {
    Reply reply;
    reply.body = std::move(body);
    return reply;
}

std::string bearer_key(const Call& call) {
    constexpr std::string_view prefix = "Bearer ";
    const auto header = call.header("Authorization");
    if (!header || !header->starts_with(prefix)) return {};
    return std::string(header->substr(prefix.size()));
}

bool key_is_bad(const Call& call) {
    const auto rules = call.script->world(Fault::bad_key);
    return std::any_of(rules.begin(), rules.end(), [&](const Rule* rule) {
        return !rule->has("key") || rule->text("key", "") == call.key;
    });
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view target) {
    std::vector<std::pair<std::string, std::string>> pairs;
    const std::size_t mark = target.find('?');
    if (mark == std::string_view::npos) return pairs;
    std::string_view rest = target.substr(mark + 1);
    while (!rest.empty()) {
        const std::size_t stop = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, stop);
        rest.remove_prefix(std::min(stop + 1, rest.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        pairs.emplace_back(percent_decoded(pair.substr(0, equals)),
                           percent_decoded(pair.substr(std::min(equals + 1, pair.size()))));
    }
    return pairs;
}

}  // namespace overnight::emulator
