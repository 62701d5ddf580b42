// Request bodies and the lines around them (providers/gemini.md 3, 5, 8).
#pragma once

#include "core/error.hpp"
#include "providers/api.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace overnight::providers::gemini {

/// The instructions first, the same bytes in every request; then the prompt; then schema and
/// parameters. The model stands in the create alone.
core::Result<BodyTemplate> make_body(const BodySpec& spec);

/// Appends `{"key":"ID","request":`. The id comes first: a shard's ids are rewritten there.
void append_frame(std::string& out, std::string_view key);

/// Appends the line of a raw request that failed, without a newline.
void append_failure_line(std::string& out,
                         std::string_view key,
                         std::string_view code,
                         std::string_view message);

/// The prompt of a line that was made here: the inverse of make_body(). Errc::corrupt.
core::Result<std::vector<std::string>> read_line_prompt(std::string_view line);

}  // namespace overnight::providers::gemini
