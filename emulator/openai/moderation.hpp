// Moderation results: 13 categories with scores that are a function of the text.
#pragma once

#include <string>
#include <string_view>

namespace overnight::emulator::openai {

/// Appends one element of "results" (providers/openai.md 10.4). A few plain words, such as "kill",
/// flag a text.
void put_moderation(std::string& out, std::string_view text);

}  // namespace overnight::emulator::openai
