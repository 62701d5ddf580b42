// Result lines, fast (providers/anthropic.md 2.3, 3).
#pragma once

#include "providers/api.hpp"

#include <memory>

namespace overnight::providers::anthropic {

/// Bytes that are not UTF-8 and half surrogate pairs are mended with U+FFFD rather than losing an
/// answer that was paid for.
std::unique_ptr<LineParser> make_line_parser();

}  // namespace overnight::providers::anthropic
