// Gemini's dialect: everything under /v1beta, /upload/v1beta and /download/v1beta.
#pragma once

#include "emulator/dialect.hpp"

namespace overnight::emulator::gemini {

Dialect dialect();

// front.cpp
const Front& front() noexcept;
// batch_lines.cpp
const BatchFormat& batch_format() noexcept;
// requests.cpp
std::unique_ptr<RequestFormat> make_request_format();

}  // namespace overnight::emulator::gemini
