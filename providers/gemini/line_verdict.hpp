// What a result line says of its request (DESIGN 6, providers/gemini.md 5, 8).
#pragma once

#include "providers/gemini/line_facts.hpp"
#include "providers/values.hpp"

namespace overnight::providers::gemini {

/// Sets verdict, status, code and message of `out`, and takes away an answer that is not one. `out`
/// holds what the response gave: text or items.
void judge(const LineFacts& facts, LineResult& out);

}  // namespace overnight::providers::gemini
