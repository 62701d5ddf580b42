// Messages bodies and the lines around them (providers/anthropic.md 2.2).
#pragma once

#include "core/error.hpp"
#include "providers/anthropic/version.hpp"
#include "providers/api.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace overnight::providers::anthropic {

/// Model and instructions first, the same bytes in every request; then the prompt; then max_tokens,
/// schema and parameters.
core::Result<BodyTemplate> make_body(const BodySpec& spec, Version version);

/// Appends `{"custom_id":"ID","params":`. The id comes first: a shard's ids are rewritten there.
void append_frame(std::string& out, std::string_view custom_id);

/// Appends the line of a raw request that failed, without a newline: an errored result, `code` as
/// the error's type.
void append_failure_line(std::string& out,
                         std::string_view custom_id,
                         std::string_view code,
                         std::string_view message);

/// The prompt of a line that was made here: the inverse of make_body(). Errc::corrupt.
core::Result<std::vector<std::string>> read_line_prompt(std::string_view line);

}  // namespace overnight::providers::anthropic
