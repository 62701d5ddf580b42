// A bound on nesting that toml++ 3.3 does not have itself.
#pragma once

#include <string_view>

namespace overnight::recipe {

/// True when `text` has more than 2,000 dots outside of its texts and comments. Each dot of a
/// dotted key makes one more table inside another, and toml++ walks those recursively: enough of
/// them end the process. Ask before toml::parse.
bool has_dot_flood(std::string_view text) noexcept;

}  // namespace overnight::recipe
