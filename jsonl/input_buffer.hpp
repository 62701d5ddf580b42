// The window that the readers slide over their input.
#pragma once

#include "core/error.hpp"
#include "jsonl/fd.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace overnight::jsonl {

/// Where a line ends within the window.
struct LineExtent {
    std::size_t text = 0;   ///< without its line end
    std::size_t total = 0;  ///< with it
};

/// Holds the bytes that were read and not consumed yet, in one piece. Whoever looks for the end of
/// something calls more() until it is there, and bounds the window's size himself. One thread.
class InputBuffer {
public:
    /// `name` is what errors call the input.
    InputBuffer(Fd fd, std::string name, std::size_t read_bytes);

    /// Opens `path`; "-" is standard input.
    static Result<std::unique_ptr<InputBuffer>> open(const std::filesystem::path& path,
                                                     std::size_t read_bytes);

    const std::string& name() const noexcept { return name_; }
    /// Dies with the next more(). The padding_bytes behind it may be read.
    std::string_view window() const noexcept { return {data_.get() + begin_, end_ - begin_}; }
    /// True when nothing stands behind the window.
    bool at_end() const noexcept { return at_end_; }
    /// Reads on until the window has doubled, and at least read_bytes came: so that looking for the
    /// end of something from its start, again after each more(), costs linear time.
    Result<> more();
    void consume(std::size_t n) noexcept { begin_ += n; }
    /// Offset of the window in the input: the number of bytes consumed.
    std::uint64_t offset() const noexcept { return dropped_ + begin_; }
    /// CRC32C of the bytes consumed, and of the first `ahead` bytes of the window.
    std::uint32_t crc(std::size_t ahead = 0) const noexcept;

    /// Skips a UTF-8 byte order mark; only before anything was consumed.
    Result<> skip_byte_order_mark();
    /// Looks for the line that the window begins with, reading as needed; nothing at the end of the
    /// input. A text of more than `max_bytes` comes back with its first max_bytes + 1 bytes or more
    /// in the window and total 0.
    Result<std::optional<LineExtent>> find_line(std::size_t max_bytes);

    static constexpr std::size_t padding_bytes = 64;

private:
    void make_room(std::size_t wanted);

    Fd fd_;
    std::string name_;
    std::size_t read_bytes_;
    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0;  ///< without the padding
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t dropped_ = 0;  ///< bytes that stood before data_[0]
    bool at_end_ = false;
    mutable std::size_t crc_to_ = 0;  ///< crc_ covers the input up to data_[crc_to_]
    mutable std::uint32_t crc_ = 0;
};

}  // namespace overnight::jsonl
