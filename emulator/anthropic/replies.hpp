// Errors in Anthropic's shape (providers/anthropic.md 4).
#pragma once

#include "emulator/api_error.hpp"
#include "emulator/call.hpp"

#include <string>
#include <string_view>

namespace overnight::emulator::anthropic {

/// "overloaded_error" for 529, and so on.
std::string_view error_type(int status) noexcept;
/// An error with the type that belongs to its status.
ApiError error_of(int status, std::string message, std::string code = "");
/// 400 invalid_request_error.
ApiError invalid(std::string message);

/// `{"type":"error","error":{"type":..,"message":..,"details":{"error_code":..}},"request_id":..}`.
/// "details" is there when the error has a code.
void put_error(std::string& out, const ApiError& error, std::string_view request_id);
Reply error_reply(const Call& call, const ApiError& error);

}  // namespace overnight::emulator::anthropic
