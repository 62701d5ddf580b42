// The recipe's portable settings as fields of generation_config (providers/gemini.md 8).
#pragma once

#include "core/error.hpp"
#include "recipe/recipe.hpp"

#include <string>
#include <string_view>

namespace overnight::providers::gemini {

/// The recipe's parameters with max_output_tokens, temperature and reasoning_effort in their
/// generation_config. Errc::invalid_input for a setting that the endpoint or the model does not
/// have, and for one that is said twice.
core::Result<std::string> portable_parameters(const recipe::Recipe& recipe,
                                              std::string_view endpoint);

}  // namespace overnight::providers::gemini
