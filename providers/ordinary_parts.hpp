// A shard's line on its way into an ordinary call, and what comes back on its way into a result
// line: what all dialects have in common.
#pragma once

#include "model/http.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace overnight::providers {

/// The body in a line: its member `name`, an object, with `model` in front where it names none and
/// `model` is not empty. Nothing for a line without one.
std::optional<std::string> body_of_line(std::string_view line,
                                        std::string_view name,
                                        std::string_view model);

/// `body`, posted to `target` as JSON.
model::HttpRequest ordinary_post(std::string target, std::string body);

/// The JSON object that is all of the reply's body, on one line, mended where it is not UTF-8: half
/// a character must not cost an answer that was paid for. Nothing for any other body.
std::optional<std::string> object_of_reply(const model::HttpResponse& reply);

/// What to say of a reply that is not the provider's own: its status and the beginning of its body.
std::string foreign_words(const model::HttpResponse& reply);

}  // namespace overnight::providers
