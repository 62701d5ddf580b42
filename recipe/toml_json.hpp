// A TOML table as a JSON object: compact, members sorted by name, so that equal tables are equal
// text.
#pragma once

#include "core/error.hpp"
#include "recipe/toml.hpp"

#include <string>
#include <string_view>

namespace overnight::recipe {

/// Refuses dates, times, and numbers that JSON does not have (nan, inf). `file` is for messages.
core::Result<std::string> toml_to_json(const toml::table& table, std::string_view file);

}  // namespace overnight::recipe
