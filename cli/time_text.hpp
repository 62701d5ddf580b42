// Spans of time as people read them.
#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <string>

namespace overnight::cli {

/// As on a clock: "03:10" (minutes and seconds), "2:03:10" from an hour up, "3d 02h" from two days
/// up.
std::string clock_text(std::chrono::seconds span);

/// In words, one unit: "now", "12 s", "5 min", "3 h", "4 days". Negative spans are "now".
std::string span_text(std::chrono::milliseconds span);

/// "2026-11-21 08:48 UTC".
std::string date_text(core::TimePoint t);

}  // namespace overnight::cli
