// Settled answers: segments read back, and found by fingerprint.

#include "store/answers.hpp"

#include "core/bytes.hpp"
#include "jsonl/random_reader.hpp"
#include "store/index_format.hpp"
#include "tests/unit/store/support.hpp"

#include <algorithm>
#include <fcntl.h>
#include <random>
#include <unordered_map>

namespace overnight::store {
namespace {

using namespace testing;

Fingerprint random_fingerprint(std::mt19937_64& random) {
    Fingerprint f;
    for (auto& byte : f)
        byte = static_cast<std::uint8_t>(random());
    return f;
}
void flip(const std::filesystem::path& file, std::uint64_t offset) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    char byte = 0;
    ASSERT_EQ(::pread(fd, &byte, 1, static_cast<off_t>(offset)), 1);
    byte = static_cast<char>(byte ^ 4);
    ASSERT_EQ(::pwrite(fd, &byte, 1, static_cast<off_t>(offset)), 1);
    ::close(fd);
}
void name_index(Store& store, const IndexFile& index) {
    store.replace_indexes(index, {}).value();
}

TEST(Segments, give_back_what_was_written_in_any_order) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    std::mt19937_64 random(1);
    std::vector<std::string> payloads;
    std::vector<model::AnswerPlace> places;
    for (int s = 0; s < 70; ++s) {  // more segments than files are kept open
        std::vector<std::string> some;
        for (int i = 0; i < 200; ++i) {
            std::string text(random() % 2000, '\0');
            for (auto& c : text)
                c = static_cast<char>(random());
            some.push_back(std::move(text));
        }
        if (s == 5) some[0] = std::string(1'000'000, 'x');  // larger than any window
        if (s == 6) some[0].clear();
        const auto written = write_segment(*store, {1}, some);
        EXPECT_EQ(written.first.answers, 200u);
        EXPECT_EQ(written.first.bytes,
                  std::filesystem::file_size(dir / "results" / written.first.file));
        payloads.insert(payloads.end(), some.begin(), some.end());
        places.insert(places.end(), written.second.begin(), written.second.end());
    }
    AnswerReader reader(*store);
    std::string payload;
    for (std::size_t i = 0; i < places.size(); ++i) {
        reader.read(places[i], payload).value();
        ASSERT_EQ(payload, payloads[i]) << i;
    }
    for (int i = 0; i < 3000; ++i) {
        const std::size_t at = random() % places.size();
        reader.read(places[at], payload).value();
        ASSERT_EQ(payload, payloads[at]) << at;
    }
    std::size_t open = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code none;
        if (std::filesystem::read_symlink(entry.path(), none).extension() == ".ans") ++open;
    }
    EXPECT_LE(open, 64u);
}

TEST(Segments, that_are_not_committed_leave_nothing) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    {
        auto writer = SegmentWriter::begin(*store, {1}).value();
        writer.append("lost").value();
    }
    EXPECT_TRUE(std::filesystem::is_empty(dir / "results"));
    EXPECT_EQ(store->new_segment_no().value().v, 2u);
}

TEST(Segments, damage_is_named_and_never_returned) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const auto [segment, places] = write_segment(*store, {1}, {"first", "second", "third"});
    const auto file = dir / "results" / segment.file;
    std::string payload;
    for (std::uint64_t offset = 0; offset < segment.bytes; ++offset) {
        flip(file, offset);
        AnswerReader reader(*store);
        bool damaged = false;
        for (std::size_t i = 0; i < 3; ++i) {
            const auto read = reader.read(places[i], payload);
            if (!read) {
                EXPECT_EQ(read.error().code(), Errc::corrupt);
                EXPECT_NE(read.error().message().find(segment.file), std::string::npos);
                damaged = true;
            } else {
                EXPECT_EQ(payload, (std::vector<std::string>{"first", "second", "third"}[i]));
            }
        }
        EXPECT_TRUE(damaged) << offset;
        flip(file, offset);
    }
    AnswerReader reader(*store);
    const auto& whole = places[2];
    for (const model::AnswerPlace& wrong :
         {model::AnswerPlace{segment.no, 0, 4}, model::AnswerPlace{segment.no, whole.offset, 6},
          model::AnswerPlace{segment.no, whole.offset, UINT32_MAX},
          model::AnswerPlace{segment.no, UINT64_MAX, 5},
          model::AnswerPlace{segment.no, UINT64_MAX - 2, 1},
          model::AnswerPlace{segment.no, whole.offset + 1, 4}, model::AnswerPlace{{99}, 16, 5}})
        EXPECT_EQ(code(reader.read(wrong, payload)), Errc::corrupt);
    std::filesystem::resize_file(file, segment.bytes - 1);
    AnswerReader again(*store);
    EXPECT_EQ(code(again.read(whole, payload)), Errc::corrupt);
}

TEST(Index, finds_each_of_300000_and_nothing_else) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    std::mt19937_64 random(2);
    std::vector<IndexEntry> all;
    // Files of unlike sizes, so that blocks end everywhere.
    for (const std::size_t size :
         {1u, 127u, 128u, 129u, 256u, 40'000u, 60'001u, 99'999u, 100'000u}) {
        std::vector<IndexEntry> entries(size);
        for (auto& [f, place] : entries) {
            f = random_fingerprint(random);
            place = {{static_cast<std::uint32_t>(random())},
                     random() >> 8,
                     static_cast<std::uint32_t>(random())};
        }
        all.insert(all.end(), entries.begin(), entries.end());
        name_index(*store, write_index(*store, entries).value());
    }
    ASSERT_GT(all.size(), 300'000u);
    const auto check = [&] {
        auto index = AnswerIndex::open(*store).value();
        EXPECT_FALSE(index.empty());
        for (const auto& [f, place] : all)
            ASSERT_EQ(index.find(f).value(), place);
        for (int i = 0; i < 20'000; ++i)
            ASSERT_EQ(index.find(random_fingerprint(random)).value(), std::nullopt);
        EXPECT_EQ(index.find(Fingerprint{}).value(), std::nullopt);
        Fingerprint last;
        last.fill(0xff);
        EXPECT_EQ(index.find(last).value(), std::nullopt);
    };
    check();
    compact_indexes(*store, 1).value();
    const auto merged = store->indexes().value();
    ASSERT_EQ(merged.size(), 1u);
    EXPECT_EQ(merged[0].entries, all.size());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir / "results"), {}), 1);
    check();
    EXPECT_CLEAN(*store);
}

TEST(Index, fingerprints_that_share_their_first_half_are_told_apart) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    std::vector<IndexEntry> entries;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        IndexEntry entry;
        entry.first.fill(0x55);
        entry.first[14] = static_cast<std::uint8_t>(i >> 8);
        entry.first[15] = static_cast<std::uint8_t>(i);
        entry.second = {{1}, i, i};
        entries.push_back(entry);
    }
    const auto wanted = entries;
    name_index(*store, write_index(*store, entries).value());
    auto index = AnswerIndex::open(*store).value();
    for (const auto& [f, place] : wanted)
        EXPECT_EQ(index.find(f).value(), place);
    Fingerprint before;
    before.fill(0x54);
    EXPECT_EQ(index.find(before).value(), std::nullopt);
    before.fill(0x56);
    EXPECT_EQ(index.find(before).value(), std::nullopt);
}

TEST(Index, the_newest_place_wins_before_and_after_compaction) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const Fingerprint same{1, 2, 3};
    for (std::uint32_t i = 1; i <= 5; ++i) {
        std::vector<IndexEntry> entries{
            {same, {{i}, 16, 1}}, {Fingerprint{static_cast<std::uint8_t>(10 + i)}, {{i}, 17, 1}}};
        name_index(*store, write_index(*store, entries).value());
        EXPECT_EQ(AnswerIndex::open(*store).value().find(same).value()->segment.v, i);
    }
    auto old = AnswerIndex::open(*store).value();
    compact_indexes(*store, 3).value();
    EXPECT_LE(store->indexes().value().size(), 3u);
    auto merged = AnswerIndex::open(*store).value();
    EXPECT_EQ(merged.find(same).value()->segment.v, 5u);
    for (std::uint8_t i = 1; i <= 5; ++i) {
        EXPECT_EQ(merged.find(Fingerprint{static_cast<std::uint8_t>(10 + i)}).value()->segment.v,
                  i);
        EXPECT_EQ(old.find(Fingerprint{static_cast<std::uint8_t>(10 + i)}).value()->segment.v,
                  i);  // a snapshot
    }
}

TEST(Index, an_empty_one_is_empty) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    EXPECT_TRUE(AnswerIndex::open(*store).value().empty());
    std::vector<IndexEntry> none;
    name_index(*store, write_index(*store, none).value());
    auto index = AnswerIndex::open(*store).value();
    EXPECT_TRUE(index.empty());
    EXPECT_EQ(index.find(Fingerprint{}).value(), std::nullopt);
    compact_indexes(*store).value();  // few enough: nothing happens
    EXPECT_EQ(store->indexes().value().size(), 1u);
}

TEST(Index, many_small_files_are_merged_a_few_times_only) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    std::mt19937_64 random(3);
    std::uint64_t written = 0;
    std::vector<IndexEntry> all;
    for (int i = 0; i < 60; ++i) {
        std::vector<IndexEntry> entries(50);
        for (auto& entry : entries)
            entry = {random_fingerprint(random), {{1}, 16, static_cast<std::uint32_t>(i)}};
        all.insert(all.end(), entries.begin(), entries.end());
        name_index(*store, write_index(*store, entries).value());
        const auto before = store->indexes().value();
        compact_indexes(*store, 4).value();
        const auto after = store->indexes().value();
        EXPECT_LE(after.size(), 4u);
        if (after.back().no != before.back().no) written += after.back().entries;
    }
    EXPECT_LT(written, all.size() * 6);  // everything each time would be 15 times
    auto index = AnswerIndex::open(*store).value();
    for (const auto& [f, place] : all)
        EXPECT_EQ(index.find(f).value(), place);
    EXPECT_CLEAN(*store);
}

TEST(Index, a_file_that_is_gone_is_damage_and_is_named) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    std::vector<IndexEntry> entries{{Fingerprint{1}, {{1}, 16, 1}}};
    const auto index = write_index(*store, entries).value();
    name_index(*store, index);
    std::filesystem::remove(dir / "results" / index.file);
    const auto opened = AnswerIndex::open(*store);
    EXPECT_EQ(code(opened), Errc::corrupt);
    EXPECT_NE(opened.error().message().find(index.file + " is gone: restore"), std::string::npos);
}

TEST(Index, damage_is_an_error_and_never_an_answer) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    std::mt19937_64 random(4);
    std::vector<IndexEntry> entries(300);
    for (auto& entry : entries)
        entry = {random_fingerprint(random), {{1}, random() >> 8, 5}};
    const auto written = write_index(*store, entries).value();
    name_index(*store, written);
    const auto file = dir / "results" / written.file;
    const auto size = std::filesystem::file_size(file);
    for (std::uint64_t offset = 0; offset < size; offset += offset < 24     ? 1
                                                            : offset < 4096 ? 4072
                                                                            : 37) {
        flip(file, offset);
        auto index = AnswerIndex::open(*store);
        bool damaged = !index;
        if (index) {
            for (const auto& [f, place] : entries) {
                auto found = index->find(f);
                if (found)
                    ASSERT_EQ(found.value(), place);
                else
                    damaged = true;
            }
        }
        EXPECT_TRUE(damaged) << offset;
        flip(file, offset);
    }
    std::filesystem::resize_file(file, size - 1);
    EXPECT_EQ(code(AnswerIndex::open(*store)), Errc::corrupt);
    EXPECT_FALSE(store->check().value().empty());
}

TEST(Sweep, removes_what_no_transaction_named) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 2);
    Settlement s = answering(*store, {job, {0}, 1}, {0});
    std::vector<IndexEntry> entries{{Fingerprint{1}, s.rows[0].second.place}};
    s.index = write_index(*store, entries).value();
    add_retry(s, 1, at(1));
    store->settle(s).value();
    const auto orphan = write_segment(*store, job, {"x"}).first;
    const auto orphan_index = write_index(*store, entries).value();
    const auto touch = [&](const std::filesystem::path& file) {
        const int fd = ::open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        ASSERT_GE(fd, 0);
        ::close(fd);
    };
    const auto spool = store->spool_dir(job);
    for (const char* file : {"0000-1.jsonl", "0000-2.jsonl", "0000.rows", "0001-1.jsonl",
                             "0001.rows", "0000-1.output.jsonl", "fingerprints", "input.csv",
                             "0007-1.errors.jsonl", ".overnight-tmp-abc"})
        touch(spool / file);
    std::filesystem::create_directory(dir / "spool/9");  // of a job that the store does not know
    touch(dir / "spool/9/0000-1.jsonl");
    touch(dir / "results/notes.txt");

    store->sweep(Role::poll).value();
    EXPECT_FALSE(std::filesystem::exists(spool / ".overnight-tmp-abc"));
    EXPECT_TRUE(std::filesystem::exists(spool / "0001-1.jsonl"));
    store->sweep(Role::reconcile).value();
    EXPECT_FALSE(std::filesystem::exists(dir / "results" / orphan.file));
    EXPECT_FALSE(std::filesystem::exists(dir / "results" / orphan_index.file));
    EXPECT_TRUE(std::filesystem::exists(dir / "results" / s.segment->file));
    EXPECT_TRUE(std::filesystem::exists(dir / "results" / s.index->file));
    EXPECT_TRUE(std::filesystem::exists(dir / "results/notes.txt"));
    EXPECT_TRUE(std::filesystem::exists(spool / "0001-1.jsonl"));
    store->sweep(Role::submit).value();
    for (const char* file : {"0000-2.jsonl", "0001-1.jsonl", "0001.rows"})
        EXPECT_FALSE(std::filesystem::exists(spool / file)) << file;
    for (const char* file : {"0000-1.jsonl", "0000.rows", "0000-1.output.jsonl", "fingerprints",
                             "input.csv", "0007-1.errors.jsonl"})
        EXPECT_TRUE(std::filesystem::exists(spool / file)) << file;
    EXPECT_TRUE(std::filesystem::exists(dir / "spool/9/0000-1.jsonl"));  // evidence of a lost store
    store->sweep(Role::plan).value();
    EXPECT_CLEAN(*store);
}

}  // namespace
}  // namespace overnight::store
