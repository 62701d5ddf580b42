// What the readers of all formats share: the checked input, and errors that say where.
#pragma once

#include "jsonl/input_buffer.hpp"
#include "jsonl/record.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace overnight::jsonl {

/// An input whose window is UTF-8 as far as it was looked at, and the line on which the window
/// begins.
class RecordSource {
public:
    RecordSource(std::unique_ptr<InputBuffer> input, const Limits& limits) noexcept
        : input_(std::move(input)), limits_(limits) {}

    /// Skips a byte order mark and refuses UTF-16 and UTF-32 by theirs.
    Result<> begin();
    InputBuffer& input() noexcept { return *input_; }
    const InputBuffer& input() const noexcept { return *input_; }
    const Limits& limits() const noexcept { return limits_; }
    std::uint64_t line() const noexcept { return line_; }

    /// Checks what came into the window since the last check.
    Result<> check_utf8();
    /// Brings more, unless the record that fills the window is over the limit.
    Result<> more();
    /// Goes on behind a record of `n` bytes with `newlines` line feeds.
    void consume(std::size_t n, std::uint64_t newlines) noexcept {
        input_->consume(n);
        line_ += newlines;
    }
    /// `what` is wrong at offset `at` of the window.
    Error error_at(std::size_t at, std::string what) const;
    Error too_long(std::string_view thing) const;

private:
    Error not_utf8();

    std::unique_ptr<InputBuffer> input_;
    Limits limits_;
    std::uint64_t line_ = 1;
    std::uint64_t checked_ = 0;  ///< the input is known to be UTF-8 up to this offset
};

}  // namespace overnight::jsonl
