// Names that we give to things at the provider (SUBMISSION 3.1).
#pragma once

#include "core/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace overnight::model {

/// "on1-<inst6>-<intent26>", 37 characters of [a-z0-9-].
std::string make_tag(std::string_view installation, const core::IntentId& intent);

struct Tag {
    std::string installation;
    core::IntentId intent;
};
/// Nothing when it is not a tag of this program.
std::optional<Tag> parse_tag(std::string_view text);

/// "<intent26>_<index base36>_<attempt>": at most 40 characters of [a-z0-9_].
std::string make_custom_id(const core::IntentId& intent,
                           std::uint32_t index,
                           std::uint16_t attempt);

struct CustomId {
    std::string_view intent;  ///< a view into the parsed text
    std::uint32_t index = 0;
    std::uint16_t attempt = 0;
};
std::optional<CustomId> parse_custom_id(std::string_view text) noexcept;

constexpr std::size_t intent_characters = 26;
core::IntentId new_intent();        ///< 128 random bits
std::string new_installation_id();  ///< 6 characters of base32

}  // namespace overnight::model
