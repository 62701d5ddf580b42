// Replies to ordinary calls of generateContent and embedContent as lines of Gemini's result files:
// for accounts with tier = "sync".
#pragma once

#include "model/http.hpp"

#include <string>
#include <string_view>

namespace overnight::providers::gemini {

/// Appends {"key","response"}, or {"key","error"} with the reply's error object, and a newline. An
/// error that is not of Gemini's shape has the reply's status as its code, or none where the reply
/// is a success that cannot be read.
void append_ordinary_reply(std::string& out,
                           std::string_view key,
                           const model::HttpResponse& reply);

}  // namespace overnight::providers::gemini
