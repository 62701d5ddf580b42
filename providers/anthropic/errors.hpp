// What Anthropic's errors mean, wherever they stand: in a reply, in a result line
// (providers/anthropic.md 2.3, 4, 8). The error code decides first, then the type.
#pragma once

#include <string_view>

namespace overnight::providers::anthropic {

struct ErrorText {
    std::string_view type;     ///< "invalid_request_error"
    std::string_view code;     ///< details.error_code, "" without
    std::string_view message;  ///< untrusted; only compared with fixed beginnings
};

enum class ErrorKind {
    quota,     ///< no credit, or a spend limit: time or a person resolves it
    key,       ///< the key, or what it may do
    rate,      ///< too many requests
    missing,   ///< not found
    filtered,  ///< the answer was withheld by a content policy
    request,   ///< the request itself is at fault
    server,    ///< the provider's own fault, or a conflict that passes
    unknown,   ///< a type that we do not know
};

ErrorKind kind_of(const ErrorText& e) noexcept;

}  // namespace overnight::providers::anthropic
