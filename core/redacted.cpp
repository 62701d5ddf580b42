#include "core/redacted.hpp"

#include <string.h>  // explicit_bzero

namespace overnight::core {

// All of its memory, also where a string that was moved from says that it is empty.
void Secret::wipe(std::string& value) noexcept {
    value.resize(value.capacity());
    explicit_bzero(value.data(), value.size());
    value.clear();
}

std::string redact(std::string text, const Secret& secret) {
    const std::string_view needle = secret.reveal();
    if (needle.size() < 8) return text;
    constexpr std::string_view mask = "[redacted]";
    for (std::size_t at = text.find(needle); at != std::string::npos;
         at = text.find(needle, at + mask.size()))
        text.replace(at, needle.size(), mask);
    return text;
}

}  // namespace overnight::core
