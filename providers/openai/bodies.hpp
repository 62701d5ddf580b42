// Request bodies and the lines around them (providers/openai.md 4.1, 10).
#pragma once

#include "core/error.hpp"
#include "providers/api.hpp"
#include "providers/openai/profile.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace overnight::providers::openai {

/// Model and instructions first, the same bytes in every request; then the prompt; then schema and
/// parameters.
core::Result<BodyTemplate> make_body(const Profile& profile, const BodySpec& spec);

/// Appends `{"custom_id":"ID","method":"POST","url":"ENDPOINT","body":`, or
/// `{"custom_id":"ID","body":` where lines are not full. The id comes first: a shard's ids are
/// rewritten there.
void append_frame(const Profile& profile,
                  std::string& out,
                  std::string_view custom_id,
                  std::string_view endpoint);

/// Appends the line of a raw request that failed, without a newline.
void append_failure_line(const Profile& profile,
                         std::string& out,
                         std::string_view custom_id,
                         std::string_view code,
                         std::string_view message);

/// The prompt of a line that was made here: the inverse of make_body(). Errc::corrupt.
core::Result<std::vector<std::string>> read_line_prompt(std::string_view line);

}  // namespace overnight::providers::openai
