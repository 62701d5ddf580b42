// The journal of lines that were sent: what a crash leaves of it never hides one that was.
#include "submitter/sync_journal.hpp"

#include <gtest/gtest.h>

namespace overnight::submitter {
namespace {

using S = LineState;

struct Read {
    std::vector<LineState> lines;
    std::uint64_t good = 0;
    bool corrupt = false;
};

Read read(std::string_view bytes, std::size_t lines = 4) {
    Read r;
    r.lines.assign(lines, S::unsent);
    NoteReader reader(r.lines);
    const auto fed = reader.feed(bytes);
    r.corrupt = !fed && fed.error().code() == core::Errc::corrupt;
    r.good = reader.good_bytes();
    return r;
}

std::string notes() {
    std::string out;
    append_note(out, Note::sent, 0);
    append_note(out, Note::sent, 2);
    append_note(out, Note::not_run, 0);
    append_note(out, Note::sent, 3);
    return out;
}

TEST(SyncJournal, the_last_note_of_a_line_counts) {
    const auto r = read(notes());
    EXPECT_EQ(r.lines, (std::vector{S::unsent, S::unsent, S::sent, S::sent}));
    EXPECT_EQ(r.good, 4 * note_bytes);
    EXPECT_FALSE(r.corrupt);
}

TEST(SyncJournal, a_line_that_did_not_run_may_be_noted_again) {
    std::string all = notes();
    append_note(all, Note::sent, 0);
    EXPECT_EQ(read(all).lines[0], S::sent);
}

TEST(SyncJournal, every_torn_end_keeps_the_whole_notes_before_it) {
    const std::string all = notes();
    for (std::size_t size = 0; size <= all.size(); ++size) {
        const auto r = read(std::string_view(all).substr(0, size));
        EXPECT_FALSE(r.corrupt) << size;
        EXPECT_EQ(r.good, size / note_bytes * note_bytes) << size;
    }
}

TEST(SyncJournal, zeros_and_rubbish_at_the_end_say_nothing) {
    for (const std::string& tail : {std::string(64, '\0'), std::string("rubbish, sixteen"),
                                    std::string(4096, '\xff'), std::string(5, '\0')}) {
        const auto r = read(notes() + tail);
        EXPECT_FALSE(r.corrupt);
        EXPECT_EQ(r.good, notes().size());
        EXPECT_EQ(r.lines[3], S::sent);
    }
}

TEST(SyncJournal, a_damaged_note_before_whole_ones_is_no_torn_end) {
    const std::string all = notes();
    for (std::size_t bit = 0; bit < 3 * note_bytes * 8; ++bit) {
        std::string damaged = all;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_TRUE(read(damaged).corrupt) << "bit " << bit;
    }
}

TEST(SyncJournal, lines_that_are_not_there_are_damage) {
    EXPECT_TRUE(read(notes(), 3).corrupt);
}

TEST(SyncJournal, is_read_in_pieces_as_in_one) {
    const std::string all = notes() + "torn";
    std::vector<LineState> lines(4, S::unsent);
    NoteReader reader(lines);
    for (std::size_t at = 0; at < all.size(); at += note_bytes)
        ASSERT_TRUE(reader.feed(std::string_view(all).substr(at, note_bytes)));
    EXPECT_EQ(lines, read(all).lines);
    EXPECT_EQ(reader.good_bytes(), notes().size());
}

}  // namespace
}  // namespace overnight::submitter
