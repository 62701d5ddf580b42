// What Gemini's error codes and words mean, wherever they stand: in a reply, in a failed batch, in
// a result line (providers/gemini.md 5, 7). The word of google.rpc.Code decides first, then the
// number.
#pragma once

#include <cstdint>
#include <string_view>

namespace overnight::providers::gemini {

/// google.rpc.Code, by its numbers.
enum class Rpc {
    ok = 0,
    cancelled = 1,
    unknown = 2,
    invalid_argument = 3,
    deadline_exceeded = 4,
    not_found = 5,
    already_exists = 6,
    permission_denied = 7,
    resource_exhausted = 8,
    failed_precondition = 9,
    aborted = 10,
    out_of_range = 11,
    unimplemented = 12,
    internal = 13,
    unavailable = 14,
    data_loss = 15,
    unauthenticated = 16,
};
std::string_view word_of(Rpc code) noexcept;  ///< "RESOURCE_EXHAUSTED"
int http_status_of(Rpc code) noexcept;        ///< 429

struct ErrorText {
    std::uint64_t code = 0;     ///< of google.rpc.Code, or an HTTP status: both were seen
    std::string_view status;    ///< "RESOURCE_EXHAUSTED"; "" where none is told
    std::string_view message;   ///< untrusted; only searched for fixed phrases
    std::string_view reason{};  ///< of an ErrorInfo among the details: "API_KEY_INVALID"
};

/// `unknown` for what is no code.
Rpc code_of(const ErrorText& e) noexcept;

/// The key itself is refused. The service says so with 400 as well as with 401 and 403.
bool says_bad_key(const ErrorText& e) noexcept;
/// Money, or a place without service: a person resolves it, sending again does not.
bool says_billing(const ErrorText& e) noexcept;
/// The words of an exhausted quota, whichever it is: "You exceeded your current quota".
bool says_quota_used(const ErrorText& e) noexcept;
/// Enqueued tokens: running batches must end first. Of a refused create or a failed batch alone,
/// where an exhausted quota is that one (gemini.md 6, 7).
bool says_token_limit(const ErrorText& e) noexcept;
/// A file that is not to be found. The service says 403 "... or it may not exist" of a name that
/// nobody has; also of one that it does not show to this key.
bool says_file_missing(const ErrorText& e) noexcept;
/// The input is there, and the provider still looks at it.
bool says_file_not_ready(const ErrorText& e) noexcept;

}  // namespace overnight::providers::gemini
