#include "jsonl/utf8_repair.hpp"

#include "core/text.hpp"

#include <simdjson.h>

namespace overnight::jsonl {

bool is_utf8(std::string_view text) noexcept {
    return simdjson::validate_utf8(text.data(), text.size());
}

std::string repaired_utf8(std::string_view text) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string out;
    while (!text.empty()) {
        std::size_t length = 1;
        while (length <= 4 && length <= text.size() && !core::valid_utf8(text.substr(0, length)))
            ++length;
        const bool good = length <= 4 && length <= text.size();
        out.append(good ? text.substr(0, length) : replacement);
        text.remove_prefix(good ? length : 1);
    }
    return out;
}

}  // namespace overnight::jsonl
