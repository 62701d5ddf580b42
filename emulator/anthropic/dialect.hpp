// Anthropic's dialect: Message Batches, Messages and Models (providers/anthropic.md).
#pragma once

#include "emulator/dialect.hpp"

namespace overnight::emulator::anthropic {

Dialect dialect();

// front.cpp
const Front& front() noexcept;
// batch_lines.cpp
const BatchFormat& batch_format() noexcept;
// requests.cpp
std::unique_ptr<RequestFormat> make_request_format();

}  // namespace overnight::emulator::anthropic
