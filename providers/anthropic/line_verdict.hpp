// What stands in a result line, and what it says of its request (DESIGN 6, providers/anthropic.md
// 2.3, 3).
#pragma once

#include "providers/anthropic/errors.hpp"
#include "providers/api.hpp"

#include <string_view>

namespace overnight::providers::anthropic {

/// A result line before it is judged. Views live until the parser's next line.
struct LineFacts {
    std::string_view type;         ///< succeeded, errored, canceled, expired
    std::string_view stop_reason;  ///< of a message; "" for null and absent
    ErrorText error;               ///< of an errored request
};

/// Sets verdict, status, code and message of `out`, and takes away an answer that is not one. `out`
/// holds what the message gave: text and usage. The status is 200 for a message, whatever became of
/// its answer, and 0 for all else: lines name none.
void judge(const LineFacts& facts, LineResult& out);

}  // namespace overnight::providers::anthropic
