// A line of a user's own batch file, taken apart and checked for what the provider would refuse
// (providers/gemini.md 5).
#pragma once

#include "core/error.hpp"
#include "providers/api.hpp"

#include <string_view>

namespace overnight::providers::gemini {

/// `line` with or without its newline; the result's body is a view into it. Errc::invalid_input.
core::Result<Adapter::RawRequest> read_request_line(std::string_view line);

}  // namespace overnight::providers::gemini
