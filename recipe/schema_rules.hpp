// The rules of strict structured output (openai.md 10.1), and the walk over a schema's parts.
#pragma once

#include "core/error.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace overnight::recipe {

inline constexpr std::size_t most_schema_properties = 5000;
inline constexpr int deepest_schema = 10;

/// Calls `visit` for `schema` and every schema inside of it, with its JSON pointer and how deep it
/// nests (the root is 1; properties and items go one deeper). Names of properties and definitions
/// are not mistaken for keywords.
using SchemaVisitor =
    std::function<void(boost::json::value& schema, const std::string& pointer, int level)>;
void visit_schemas(boost::json::value& schema, const SchemaVisitor& visit);

/// Refuses a schema outside of the strict subset: the root an object with at least one property;
/// every object with all its properties required and additionalProperties false; no allOf, not, if
/// and the like; at most 10 levels and 5,000 properties; every $ref inside the document, to a
/// schema, and no circle of them that never ends. Errc::invalid_input:
/// "`where`: at /properties/a: ...".
core::Result<> check_strict_schema(boost::json::value& root, std::string_view where);

}  // namespace overnight::recipe
