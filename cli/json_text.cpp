#include "cli/json_text.hpp"

#include "core/text.hpp"

#include <boost/json/serialize.hpp>

#include <cstdint>
#include <cstdio>

namespace overnight::cli {
namespace {

struct CodePoint {
    std::uint32_t value = 0xfffd;
    std::size_t bytes = 1;  ///< of the text that it stands for
    bool valid = false;
};

CodePoint decode(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes ||
        !core::valid_utf8(text.substr(0, bytes)))
        return {};
    std::uint32_t value = lead & (0x7fu >> bytes);
    for (std::size_t i = 1; i < bytes; ++i)
        value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
    return {value, bytes, true};
}

/// What a terminal or an editor would obey. The rest below U+0020 is escaped by the serialiser.
bool is_control(std::uint32_t c) noexcept {
    return (c >= 0x7f && c <= 0x9f) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

}  // namespace

std::string safe_json(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    while (!json.empty()) {
        const auto c = decode(json);
        if (!c.valid || is_control(c.value)) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x",
                          static_cast<unsigned>(c.value & 0xffff));
            out += escaped;
        } else {
            out += json.substr(0, c.bytes);
        }
        json.remove_prefix(c.bytes);
    }
    return out;
}

std::string json_line(const boost::json::value& value) {
    return safe_json(boost::json::serialize(value)) + "\n";
}

}  // namespace overnight::cli
