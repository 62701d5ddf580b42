// Result lines, fast: output and error files have one shape, and the content decides
// (providers/openai.md 4.3-4.6).
#pragma once

#include "providers/api.hpp"
#include "providers/openai/endpoint.hpp"
#include "providers/openai/profile.hpp"

#include <memory>

namespace overnight::providers::openai {

/// The parser of a batch on `endpoint`. Bytes that are not UTF-8 and half surrogate pairs are
/// mended with U+FFFD rather than losing an answer that was paid for.
std::unique_ptr<LineParser> make_line_parser(LineShape shape, Endpoint endpoint);

}  // namespace overnight::providers::openai
