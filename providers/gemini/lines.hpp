// Result lines, fast: answers and errors stand in one file (providers/gemini.md 5).
#pragma once

#include "providers/api.hpp"
#include "providers/gemini/endpoint.hpp"

#include <memory>

namespace overnight::providers::gemini {

/// The parser of a batch of `endpoint`. Bytes that are not UTF-8 and half surrogate pairs are
/// mended with U+FFFD rather than losing an answer that was paid for.
std::unique_ptr<LineParser> make_line_parser(Endpoint endpoint);

}  // namespace overnight::providers::gemini
