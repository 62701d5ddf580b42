// What stands in a result line, before it is judged. Views live until the parser's next line.
#pragma once

#include "providers/openai/error_codes.hpp"

#include <string_view>

namespace overnight::providers::openai {

/// An error object, or what a compatible server put in its place.
struct LineError {
    bool present = false;  ///< there, and it says something
    ErrorText text;
};

struct BodyFacts {
    LineError error;
    ErrorText own;             ///< of a body that is itself an error: {"object":"error","message"}
    std::string_view finish;   ///< finish_reason, or the reason why a response is incomplete
    std::string_view state;    ///< a response's own status; "" on other endpoints
    std::string_view refusal;  ///< the model's words; not empty: it refused
    bool called_tool = false;
    bool damaged = false;  ///< items that cannot be matched to inputs, or are no numbers
};

struct LineFacts {
    bool has_response = false;
    int status = 0;
    LineError error;  ///< the line's own, for failures without an HTTP response
    BodyFacts body;
};

}  // namespace overnight::providers::openai
