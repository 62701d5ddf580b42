// What has to be looked at before toml++ 3.3 may see a text: input that it does not survive.
#pragma once

#include "core/error.hpp"

#include <string_view>

namespace overnight::recipe {

/// Refuses, outside of quoted texts and comments, more than 2,000 dots (each dot of a dotted key
/// makes one more table inside another, and toml++ walks those recursively) and every character
/// that is not ASCII (some send it into code that it takes for unreachable; TOML has no place for
/// any). Errc::invalid_input with file and line.
core::Result<> check_toml_text(std::string_view text, std::string_view file);

}  // namespace overnight::recipe
