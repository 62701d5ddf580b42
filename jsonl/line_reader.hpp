// Lines of a file of any size, in bounded memory.
#pragma once

#include "core/error.hpp"
#include "jsonl/fd.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace overnight::jsonl {

class InputBuffer;

struct Line {
    std::string_view text;     ///< without its line end (LF or CRLF); lives until the next next()
    std::uint64_t number = 0;  ///< 1-based, counting blank lines
    std::uint64_t offset = 0;  ///< of the first byte of text in the file
};

enum class BlankLines { skip, keep };

struct LineLimits {
    std::size_t line_bytes = 16u << 20;   ///< a longer line is an error
    std::size_t read_bytes = 256u << 10;  ///< asked of the kernel at once
    BlankLines blank_lines = BlankLines::skip;
};

/// Reads lines of raw bytes: no claim about UTF-8. A byte order mark at the start is skipped. The
/// last line may lack its newline. At least `padding` bytes behind Line::text may be read (not
/// meaningful), as simdjson wants it.
class LineReader {
public:
    static constexpr std::size_t padding = 64;

    /// "-" is standard input; everything else must be a regular file.
    static Result<LineReader> open(const std::filesystem::path& path, LineLimits limits = {});
    /// Takes any descriptor that can be read, such as a pipe. `name` is what errors call it.
    LineReader(Fd fd, std::string name, LineLimits limits = {});
    LineReader(LineReader&&) noexcept;
    LineReader& operator=(LineReader&&) noexcept;
    ~LineReader();

    /// False at the end. A line over the cap is Errc::invalid_input and names file and line; a
    /// failing disk is Errc::unavailable. After an error, or the end, the answer stays the same.
    Result<bool> next(Line& line);

private:
    Result<bool> look(Line& line);

    std::unique_ptr<InputBuffer> input_;
    LineLimits limits_;
    std::uint64_t number_ = 0;
    std::optional<Error> failed_;
};

}  // namespace overnight::jsonl
