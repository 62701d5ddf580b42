// What Anthropic's structured output has no room for. A schema that breaks these rules is accepted
// with the batch and then costs every row of it an error, in the night.
#pragma once

#include "core/error.hpp"

#include <string_view>

namespace overnight::providers::anthropic {

/// Refuses bounds of numbers, texts and lists, enumerations of lists or objects, and a schema that
/// refers to itself. Errc::invalid_input: "the answer's schema: at /properties/a: ...".
core::Result<> check_schema(std::string_view json_schema);

}  // namespace overnight::providers::anthropic
