// Which lines of a shard went out as ordinary calls: the records of a ".sent" file, and what they
// say after a crash. Pure.
//
// A line is noted durably before the last byte of its call goes. So a line without a note was never
// sent; one with a note and without a reply may have been, and may have been paid.
#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::submitter {

enum class LineState : std::uint8_t {
    unsent,
    sent,      ///< its call may have taken effect
    answered,  ///< it has a result line
};

enum class Note : std::uint8_t {
    sent = 1,
    not_run = 2,  ///< the server, or the kernel, made clear that the call had no effect
};

inline constexpr std::size_t note_bytes = 8;

void append_note(std::string& out, Note note, std::uint32_t line);

/// Reads notes in the order they were written; what a crash tore at the end says nothing.
class NoteReader {
public:
    /// One state a line, to be changed by the notes.
    explicit NoteReader(std::vector<LineState>& lines) : lines_(lines) {}

    /// The next bytes of the file; all but the last piece are whole notes. Errc::corrupt when whole
    /// notes follow a damaged one, or name a line that is not there.
    core::Result<> feed(std::string_view bytes);
    /// Of the file, up to where its notes are whole.
    std::uint64_t good_bytes() const noexcept { return good_bytes_; }

private:
    std::vector<LineState>& lines_;
    std::uint64_t good_bytes_ = 0;
    bool damaged_ = false;
};

}  // namespace overnight::submitter
