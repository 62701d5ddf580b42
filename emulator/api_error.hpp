// An error as a provider reports it; each dialect has its own envelope for it.
#pragma once

#include <string>

namespace overnight::emulator {

/// `status` 0 means no error.
struct ApiError {
    int status = 0;  ///< HTTP
    std::string message{};
    std::string type = "invalid_request_error";  ///< of Gemini: the canonical name
    std::string param{};                         ///< OpenAI's; empty: null
    std::string code{};     ///< OpenAI's, Anthropic's details.error_code; empty: none
    std::string details{};  ///< Gemini's: a JSON array; empty: none
};

}  // namespace overnight::emulator
