// Mistral's errors.
#pragma once

#include "emulator/api_error.hpp"

#include <string>

namespace overnight::emulator::mistral {

/// 422 about one part of the body, or with an empty name about all of it:
/// `{"detail":[{"type":..,"loc":["body",NAME],"msg":..}]}`.
ApiError unprocessable(std::string name, std::string message, std::string type = "value_error");
/// 404, 400, 429: `{"detail":..}` for the first, the flat object for the others.
ApiError refused(int status, std::string message);

/// `{"object":"error","message":..,"type":..,"param":..,"code":..}`.
void put_flat_error(std::string& out, const ApiError& error);

}  // namespace overnight::emulator::mistral
