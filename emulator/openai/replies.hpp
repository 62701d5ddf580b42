// Replies in OpenAI's shapes.
#pragma once

#include "emulator/api_error.hpp"
#include "emulator/call.hpp"

#include <string>

namespace overnight::emulator::openai {

/// `{"error":{"message":..,"type":..,"param":..,"code":..}}` (providers/openai.md 1.3).
void put_error_body(std::string& out, const ApiError& error);
Reply error_reply(const ApiError& error);
Reply invalid_request(std::string message, std::string param = "", std::string code = "");

}  // namespace overnight::emulator::openai
