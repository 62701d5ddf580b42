// What is known of an input file before it runs.
#pragma once

#include "emulator/batch_format.hpp"

#include <string_view>

namespace overnight::emulator::gemini {

/// At most one error. Memory: one line. Requests that are wrong count as lines without tokens.
core::Result<Validation> validate(LineReader& lines, std::string_view endpoint);

}  // namespace overnight::emulator::gemini
