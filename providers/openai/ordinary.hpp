// A shard's lines as ordinary calls, and the replies as result lines: for servers that have no
// batch endpoint.
#pragma once

#include "model/http.hpp"
#include "providers/openai/profile.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace overnight::providers::openai {

/// The line's body, posted to `target`; `model` goes into a body that names none. Nothing for a
/// line without a body that is an object.
std::optional<model::HttpRequest> ordinary_request(std::string_view line,
                                                   std::string target,
                                                   std::string_view model);

/// Where OpenAI's lines are the shape, appends
/// `{"id":null,"custom_id":"ID","response":{"status_code":S,...,"body":B},"error":null}` and a
/// newline. B is the reply's body on one line, mended where it is not UTF-8, when it is an object
/// and not a failure that names no error; else an error object with the beginning of the reply's
/// words.
void append_ordinary_reply(LineShape shape,
                           std::string& out,
                           std::string_view custom_id,
                           const model::HttpResponse& reply);

}  // namespace overnight::providers::openai
