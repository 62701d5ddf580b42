// A line of a user's own batch file, taken apart and checked for what the provider would refuse
// (providers/anthropic.md 2.2). The file holds one {"custom_id","params"} a line: the elements of a
// create's "requests".
#pragma once

#include "core/error.hpp"
#include "providers/anthropic/version.hpp"
#include "providers/api.hpp"

#include <string_view>

namespace overnight::providers::anthropic {

/// `line` with or without its newline; the result's body is a view into it. Errc::invalid_input.
core::Result<Adapter::RawRequest> read_request_line(std::string_view line, Version version);

}  // namespace overnight::providers::anthropic
