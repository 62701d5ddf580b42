// Mistral's dialect: batch jobs over files or inline requests (providers/others.md 1). Bodies and
// answers are OpenAI's.
#pragma once

#include "emulator/dialect.hpp"

namespace overnight::emulator::mistral {

/// Where it lives: its own paths meet OpenAI's at /v1/files.
constexpr std::string_view root = "/_as/mistral";

Dialect dialect();

// front.cpp
const Front& front() noexcept;
// batch_lines.cpp
const BatchFormat& batch_format() noexcept;

}  // namespace overnight::emulator::mistral
