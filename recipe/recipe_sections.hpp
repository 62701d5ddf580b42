// The sections of a recipe that have a file of their own.
#pragma once

#include "core/error.hpp"
#include "recipe/recipe.hpp"
#include "recipe/toml_section.hpp"

namespace overnight::recipe {

core::Result<> read_answer_section(const TomlSection& section, Answer& answer);
core::Result<> read_limits_section(const TomlSection& section, Recipe& recipe);

/// Why `name` cannot be an answer's column, or "": empty, too long, control characters, reserved
/// for the program.
std::string_view bad_column_name(std::string_view name) noexcept;

}  // namespace overnight::recipe
