// What OpenAI's error codes, types and texts mean, wherever they stand: in a reply, in a failed
// batch, in a result line (providers/openai.md 1.4, 3.7, 4.5). The code decides first, then the
// type, then the text.
#pragma once

#include <string_view>

namespace overnight::providers::openai {

struct ErrorText {
    std::string_view code;
    std::string_view type;
    std::string_view message;  ///< untrusted; only searched for fixed phrases
};

/// No credit, or a spend limit: time or a person resolves it, sending again does not.
bool says_quota(const ErrorText& e) noexcept;
/// Enqueued tokens: running batches must end first (openai.md 5.2).
bool says_token_limit(const ErrorText& e) noexcept;
/// Too many requests or tokens a minute, or too steep a rise.
bool says_rate_limit(const ErrorText& e) noexcept;
/// The provider's own fault.
bool says_server_fault(const ErrorText& e) noexcept;
/// The input file is not to be found, also when it exists (openai.md 3.7).
bool says_file_missing(const ErrorText& e) noexcept;
bool says_filtered(const ErrorText& e) noexcept;
/// A line that was not executed because its batch expired or was cancelled.
bool says_never_ran(const ErrorText& e) noexcept;
/// The request itself is at fault, whatever the status says.
bool says_bad_request(const ErrorText& e) noexcept;
/// "There was an issue with your request": seen for the provider's faults and for the request's.
bool says_doubtful(const ErrorText& e) noexcept;
/// A validation error that only another input file can cure; OpenAI's and Azure's spellings.
bool says_bad_file(const ErrorText& e) noexcept;

}  // namespace overnight::providers::openai
