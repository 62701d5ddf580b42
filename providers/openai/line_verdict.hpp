// What a result line says of its request (DESIGN 6, providers/openai.md 4.5).
#pragma once

#include "providers/api.hpp"
#include "providers/openai/line_facts.hpp"

namespace overnight::providers::openai {

/// Sets verdict, status, code and message of `out`, and takes away an answer that is not one. `out`
/// holds what the body gave: text or items.
void judge(const LineFacts& facts, LineResult& out);

}  // namespace overnight::providers::openai
