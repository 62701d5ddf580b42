// Replies to ordinary calls of POST /v1/messages as lines of Anthropic's result files: for accounts
// with tier = "sync".
#pragma once

#include "model/http.hpp"

#include <string>
#include <string_view>

namespace overnight::providers::anthropic {

/// Appends {"custom_id","result":{"type":"succeeded","message"}}, or "errored" with the reply's
/// error, and a newline. Lines have no status: what is not of Anthropic's shapes gets the error
/// type that stands for its status.
void append_ordinary_reply(std::string& out,
                           std::string_view custom_id,
                           const model::HttpResponse& reply);

}  // namespace overnight::providers::anthropic
