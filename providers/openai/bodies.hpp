// Request bodies and the lines around them (providers/openai.md 4.1, 10).
#pragma once

#include "core/error.hpp"
#include "providers/api.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace overnight::providers::openai {

/// Model and instructions first, the same bytes in every request; then the prompt; then schema and
/// parameters.
core::Result<BodyTemplate> make_body(const BodySpec& spec);

/// Appends `{"custom_id":"ID","method":"POST","url":"ENDPOINT","body":`. The id begins at byte 14,
/// always: a shard's ids are rewritten there.
void append_frame(std::string& out, std::string_view custom_id, std::string_view endpoint);

/// The prompt of a line that was made here: the inverse of make_body(). Errc::corrupt.
core::Result<std::vector<std::string>> read_line_prompt(std::string_view line);

}  // namespace overnight::providers::openai
