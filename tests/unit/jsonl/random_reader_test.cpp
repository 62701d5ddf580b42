// Ranges of files, and small files.
#include "jsonl/random_reader.hpp"

#include "tests/unit/jsonl/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace overnight::jsonl::testing {
namespace {

using ::testing::HasSubstr;

TEST(RandomReader, reads_exact_ranges) {
    const TempDir dir;
    const auto reader = RandomReader::open(dir.file("x", "0123456789")).value();
    std::string out = "old";
    EXPECT_EQ(reader.size().value(), 10u);
    reader.read(2, 3, out).value();
    EXPECT_EQ(out, "234");
    reader.read(0, 10, out).value();
    EXPECT_EQ(out, "0123456789");
    reader.read(10, 0, out).value();
    EXPECT_EQ(out, "");
}

TEST(RandomReader, a_range_beyond_the_end_is_damage_and_costs_no_memory) {
    const TempDir dir;
    const auto reader = RandomReader::open(dir.file("x", "0123456789")).value();
    std::string out;
    const std::pair<std::uint64_t, std::uint64_t> ranges[] = {
        {8, 3}, {11, 0}, {0, ~0ull}, {~0ull, 1}, {~0ull, ~0ull}, {5, 1ull << 60}};
    for (const auto& [offset, length] : ranges) {
        const auto result = reader.read(offset, length, out);
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().code(), Errc::corrupt);
        EXPECT_THAT(result.error().message(), HasSubstr("x does not hold"));
    }
    EXPECT_LT(out.capacity(), 1000u);
}

TEST(RandomReader, sees_what_is_appended) {
    const TempDir dir;
    const auto path = dir.file("x", "0123");
    const auto reader = RandomReader::open(path).value();
    std::FILE* f = std::fopen(path.c_str(), "ab");
    ASSERT_NE(f, nullptr);
    std::fputs("4567", f);
    std::fclose(f);
    std::string out;
    reader.read(2, 4, out).value();
    EXPECT_EQ(out, "2345");
}

TEST(RandomReader, sees_a_file_that_was_cut) {
    const TempDir dir;
    const auto path = dir.file("x", "01234567");
    const auto reader = RandomReader::open(path).value();
    std::filesystem::resize_file(path, 4);
    std::string out;
    EXPECT_EQ(reader.read(2, 4, out).error().code(), Errc::corrupt);
}

TEST(RandomReader, refuses_links_when_asked_and_names_what_is_missing) {
    const TempDir dir;
    std::filesystem::create_symlink(dir.file("x", "01"), dir / "link");
    EXPECT_TRUE(RandomReader::open(dir / "link").has_value());
    const auto refused = RandomReader::open(dir / "link", Symlinks::refuse);
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message(), HasSubstr("symbolic link"));
    EXPECT_EQ(RandomReader::open(dir / "none").error().code(), Errc::not_found);
}

TEST(SmallFile, is_read_up_to_its_limit) {
    const TempDir dir;
    const auto path = dir.file("x", std::string(100, 'k'));
    EXPECT_EQ(read_small_file(path, 100).value(), std::string(100, 'k'));
    const auto large = read_small_file(path, 99);
    ASSERT_FALSE(large.has_value());
    EXPECT_EQ(large.error().code(), Errc::invalid_input);
    EXPECT_THAT(large.error().message(), HasSubstr("larger than the 99 B"));
    EXPECT_EQ(read_small_file(dir.file("e", ""), 10).value(), "");
    EXPECT_EQ(read_small_file(dir.file("big", std::string(200'000, 'k')), 1'000'000).value().size(),
              200'000u);
}

TEST(SmallFile, never_waits_on_a_fifo_and_refuses_devices) {
    const TempDir dir;
    ASSERT_EQ(::mkfifo((dir / "fifo").c_str(), 0600), 0);
    EXPECT_THAT(read_small_file(dir / "fifo", 10).error().message(), HasSubstr("is a FIFO"));
    EXPECT_THAT(read_small_file("/dev/zero", 10).error().message(), HasSubstr("is a device"));
    EXPECT_THAT(read_small_file(dir.path(), 10).error().message(), HasSubstr("is a folder"));
    EXPECT_EQ(read_small_file(dir / "none", 10).error().code(), Errc::not_found);
}

}  // namespace
}  // namespace overnight::jsonl::testing
