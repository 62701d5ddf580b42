// A JSON Schema in the words of response_schema: the provider's subset of OpenAPI (gemini.md 8).
#pragma once

#include "core/error.hpp"

#include <string>
#include <string_view>

namespace overnight::providers::gemini {

/// Types in upper case, null as `nullable`, references written out, the members' order in
/// `property_ordering`; what only narrows an answer and has no word there is left out, since
/// answers are checked again. Errc::invalid_input for what cannot be said: a type that refers to
/// itself, a value of several types, a list of fixed places.
core::Result<std::string> openapi_schema(std::string_view json_schema);

}  // namespace overnight::providers::gemini
