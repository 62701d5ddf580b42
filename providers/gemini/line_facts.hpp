// What stands in a result line, before it is judged. Views live until the parser's next line.
#pragma once

#include "providers/gemini/error_codes.hpp"

#include <string_view>

namespace overnight::providers::gemini {

struct LineFacts {
    bool has_response = false;
    bool has_error = false;  ///< `error`, or a `status` that is not ok
    ErrorText error;
    std::string_view finish;          ///< finishReason of the first candidate
    std::string_view finish_message;  ///< the provider's words about it
    std::string_view blocked;         ///< promptFeedback.blockReason
    bool called_tool = false;
    bool damaged = false;  ///< a vector that is none
};

}  // namespace overnight::providers::gemini
