// The stored answer of a raw request: the provider's result line, with our custom_id taken out so
// that the user's own can stand there.
#pragma once

#include "core/error.hpp"

#include <string>
#include <string_view>

namespace overnight::reconciler {

/// Payload: a u32 (where the id stood), then the line without the id's text. Replaces `payload`.
void make_raw_answer(std::string_view line, std::string_view our_custom_id, std::string& payload);

/// Appends the line with `custom_id` (not yet escaped) in its place. Errc::corrupt.
core::Result<> append_raw_answer(std::string& out,
                                 std::string_view payload,
                                 std::string_view custom_id);

}  // namespace overnight::reconciler
