// Where a text is not UTF-8.
#pragma once

#include "jsonl/csv_record.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::jsonl {

/// A place in a file as people count: 1-based lines, and columns in characters.
struct Place {
    std::uint64_t line = 1;
    std::uint64_t column = 1;
};

/// The place of offset `at` within `text`, which begins in column 1 of `line`.
Place place_of(std::string_view text, std::size_t at, std::uint64_t line) noexcept;

/// Bytes at the end of `text` that may be the beginning of one more character: 0 to 3.
std::size_t unfinished_utf8(std::string_view text) noexcept;

/// Collects the first bad places of a text that comes in pieces.
class Utf8Places {
public:
    static constexpr std::size_t most = 20;

    explicit Utf8Places(std::uint64_t line) noexcept : now_{line, 1} {}

    /// Looks through `piece`; gives how much of it was looked at. What is left (a character that
    /// may go on) must come again at the front of the next piece. Stops when `most` places are
    /// known.
    std::size_t feed(std::string_view piece, MoreText more);
    bool full() const noexcept { return places_.size() >= most; }
    /// "line 3, column 7 (byte E9); line 4, column 1 (byte FF)".
    std::string text() const;

private:
    struct Bad {
        Place place;
        unsigned char byte = 0;
    };
    Place now_;
    std::vector<Bad> places_;
};

}  // namespace overnight::jsonl
