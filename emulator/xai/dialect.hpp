// xAI's dialect: batches over a file or over requests that are added, whose results come in pages
// (providers/others.md 1). Bodies and answers are OpenAI's.
#pragma once

#include "emulator/dialect.hpp"

namespace overnight::emulator::xai {

/// Where it lives: its paths meet OpenAI's.
constexpr std::string_view root = "/_as/xai";

Dialect dialect();

// front.cpp
const Front& front() noexcept;
// batch_lines.cpp
const BatchFormat& batch_format() noexcept;

}  // namespace overnight::emulator::xai
