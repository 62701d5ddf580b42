// OpenAI's dialect: what the others under /v1 do not own.
#pragma once

#include "emulator/dialect.hpp"

namespace overnight::emulator::openai {

Dialect dialect();

// front.cpp
const Front& front() noexcept;
// batch_lines.cpp
const BatchFormat& batch_format() noexcept;
// requests.cpp
std::unique_ptr<RequestFormat> make_request_format();

}  // namespace overnight::emulator::openai
