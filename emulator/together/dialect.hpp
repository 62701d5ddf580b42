// Together's dialect: OpenAI's files and lines, with an upload and a batch object of its own
// (providers/others.md 1).
#pragma once

#include "emulator/dialect.hpp"

namespace overnight::emulator::together {

/// Where it lives: its paths are OpenAI's.
constexpr std::string_view root = "/_as/together";

Dialect dialect();

// front.cpp
const Front& front() noexcept;
// batch_lines.cpp
const BatchFormat& batch_format() noexcept;

}  // namespace overnight::emulator::together
