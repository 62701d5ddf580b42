// Packs: K rows under one copy of the instructions (DESIGN 5).
#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::recipe {

/// Tokens of a text, estimated on the safe side: ceil(bytes / 3.5) (openai.md 9).
std::uint64_t estimate_tokens(std::string_view text) noexcept;

struct PackLimits {
    std::uint32_t rows = 1;
    std::uint64_t input_tokens = 25'000;  ///< of the rows and the shared part together
    std::uint64_t shared_tokens = 0;      ///< instructions and schema, counted once a request
};

/// Decides where one pack ends and the next begins. Pure arithmetic over row sizes.
class Packer {
public:
    explicit Packer(PackLimits limits) : limits_(limits) {}
    /// True when a row of that size does not fit beside the rows taken so far: close the pack
    /// first.
    bool must_close_before(std::uint64_t row_tokens) const noexcept;
    void take(std::uint64_t row_tokens) noexcept;
    bool full() const noexcept;
    std::uint32_t rows() const noexcept { return rows_; }
    std::uint64_t tokens() const noexcept { return limits_.shared_tokens + tokens_; }
    void reset() noexcept;

private:
    PackLimits limits_;
    std::uint32_t rows_ = 0;
    std::uint64_t tokens_ = 0;
};

/// The instructions of a request that carries `rows` rows: the user's, byte-identical and first,
/// and for a pack a short fixed text that explains r1..rK, the same for every pack size.
std::string pack_instructions(std::string_view instructions, std::uint32_t rows);

/// Appends row number `place` (from 0) to a pack's prompt text: one line, {"r1":"<row text>"}. A
/// pack of one row is the row's text itself and does not use this.
void append_pack_row(std::string& prompt, std::uint32_t place, std::string_view row_text);

/// The inverse, from a prompt that was read back out of a shard. Errc::corrupt.
core::Result<std::vector<std::string>> split_pack_prompt(std::string_view prompt,
                                                         std::uint32_t rows);

}  // namespace overnight::recipe
