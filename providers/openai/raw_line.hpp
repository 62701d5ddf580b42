// A line of a user's own batch file, taken apart and checked for what the provider would refuse
// (openai.md 3.7, 4.1).
#pragma once

#include "core/error.hpp"
#include "providers/api.hpp"
#include "providers/openai/profile.hpp"

#include <string_view>

namespace overnight::providers::openai {

/// `line` with or without its newline; the result's body is a view into it. Where lines are not
/// full, the body's members tell the endpoint, and the model is "". Errc::invalid_input.
core::Result<Adapter::RawRequest> read_request_line(const Profile& profile, std::string_view line);

}  // namespace overnight::providers::openai
