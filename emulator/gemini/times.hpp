// Times as proto JSON has them (providers/gemini.md 2.4).
#pragma once

#include "core/clock.hpp"

#include <string>

namespace overnight::emulator::gemini {

/// "2025-12-10T18:27:01.407000000Z": the service writes up to nine digits behind the point.
std::string timestamp(core::TimePoint time);

}  // namespace overnight::emulator::gemini
