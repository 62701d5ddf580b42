// Members of a request's messages under their proto names. The server takes camelCase and
// snake_case, its reader of batch lines perhaps only snake_case (providers/gemini.md 5): so that is
// what we write.
#pragma once

#include "core/error.hpp"
#include "providers/json_parts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace overnight::providers::gemini {

struct Field {
    std::string name;     ///< "top_p"
    std::string written;  ///< as it stands there: "topP"
    JsonKind kind = JsonKind::null;
    std::string_view raw;  ///< a view into the text that was taken apart
};

/// "topP" gives "top_p"; what is in snake_case stays as it is.
std::string snake_case(std::string_view name);

/// The members of the message that is all of `json`. Errc::invalid_input, beginning with `where`,
/// also when one stands there under both of its names.
core::Result<std::vector<Field>> read_fields(std::string_view json, std::string_view where);

const Field* find_field(const std::vector<Field>& fields, std::string_view name) noexcept;

}  // namespace overnight::providers::gemini
