// Replies in Gemini's shapes.
#pragma once

#include "emulator/call.hpp"
#include "emulator/gemini/errors.hpp"

#include <string>
#include <string_view>

namespace overnight::emulator::gemini {

Reply error_reply(const ApiError& error);
/// 404 NOT_FOUND: what the service says of whatever is not there.
Reply not_found();
Reply invalid_argument(std::string message);
/// 429 as a refused create has it: a link, and no time to wait.
ApiError out_of_quota();
/// `{}`.
Reply empty_reply();

}  // namespace overnight::emulator::gemini
