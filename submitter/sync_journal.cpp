#include "submitter/sync_journal.hpp"

#include "core/bytes.hpp"

namespace overnight::submitter {

using core::Errc;
using core::Error;

// The kind in the upper byte, the line below it (a shard has far fewer than 2^24), then a checksum.
void append_note(std::string& out, Note note, std::uint32_t line) {
    const std::size_t at = out.size();
    core::put_u32(out, static_cast<std::uint32_t>(note) << 24 | (line & 0xffffffu));
    core::put_u32(out, core::crc32c(std::string_view(out).substr(at)));
}

core::Result<> NoteReader::feed(std::string_view bytes) {
    for (; bytes.size() >= note_bytes; bytes.remove_prefix(note_bytes)) {
        core::Reader in(bytes.substr(0, note_bytes));
        const std::uint32_t word = in.u32();
        const auto kind = static_cast<Note>(word >> 24);
        const bool whole = core::crc32c(bytes.substr(0, 4)) == in.u32() &&
                           (kind == Note::sent || kind == Note::not_run);
        if (!whole) {
            damaged_ = true;
            continue;
        }
        // A damaged note before it was synced with it: it may have said that a line was sent.
        if (damaged_) return Error(Errc::corrupt, "a note of what was sent is damaged");
        const std::uint32_t line = word & 0xffffffu;
        if (line >= lines_.size())
            return Error(Errc::corrupt, "a note of what was sent names a line that is not there");
        lines_[line] = kind == Note::sent ? LineState::sent : LineState::unsent;
        good_bytes_ += note_bytes;
    }
    damaged_ = damaged_ || !bytes.empty();
    return {};
}

}  // namespace overnight::submitter
