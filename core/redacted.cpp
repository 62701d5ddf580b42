#include "core/redacted.hpp"

#include <string.h>  // explicit_bzero

namespace overnight::core {

void Secret::wipe() noexcept {
    if (!value_.empty()) explicit_bzero(value_.data(), value_.size());
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
