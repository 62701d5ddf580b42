// responseSchema is not JSON Schema: it is a proto message with the look of an OpenAPI schema
// (providers/gemini.md 8).
#pragma once

#include "core/error.hpp"

#include <string>
#include <string_view>

namespace overnight::emulator::gemini {

/// The same schema as JSON Schema text, with its properties in the order of propertyOrdering.
/// Errors are Errc::invalid_input: a keyword that the message does not have ("no such field: ..."),
/// such as additionalProperties or $ref, a type that it does not know, an object without
/// properties.
core::Result<std::string> json_schema_of_openapi(std::string_view openapi);

}  // namespace overnight::emulator::gemini
