// Plausible text made of a request's own words.
#pragma once

#include "emulator/hashing.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace overnight::emulator {

/// Appends between `least` and `most` words of `source`, taken in a row from a place that `random`
/// picks, as a sentence without its full stop. A source without words gives "No text was given".
void put_phrase(
    std::string& out, std::string_view source, Random& random, unsigned least, unsigned most);

/// The same with a full stop.
std::string sentence(std::string_view source, Random& random, unsigned least, unsigned most);

/// The text that belongs to the row called `name` in a message that holds several rows as JSON:
/// what stands behind
/// `"name"` and before the next row's name, without the punctuation around it. Empty when the name
/// is not there. It depends on the row alone, so that a row's answer does not change with the rows
/// it travels with.
std::string_view row_text(std::string_view message, std::string_view name);

/// Cuts to at most `max_bytes` without breaking a UTF-8 sequence.
std::string_view cut_utf8(std::string_view text, std::size_t max_bytes);

}  // namespace overnight::emulator
