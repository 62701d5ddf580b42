#include "submitter/seen_rows.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <map>
#include <random>

namespace overnight::submitter {
namespace {

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "seen-rows-XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

store::Fingerprint fingerprint(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    store::Fingerprint f;
    for (std::size_t i = 0; i < f.size(); i += 8) {
        const std::uint64_t v = random();
        std::memcpy(f.data() + i, &v, 8);
    }
    return f;
}

TEST(SeenRows, finds_the_first_equal_row_through_every_growth) {
    const Folder folder;
    auto seen = SeenRows::create(folder.path() / "fingerprints").value();
    std::mt19937_64 random(3);
    std::map<std::uint64_t, std::uint64_t> first;
    for (std::uint64_t row = 0; row < 60'000; ++row) {
        const std::uint64_t seed = random() % 40'000;
        const auto earlier = seen.add(fingerprint(seed)).value();
        const auto [known, inserted] = first.emplace(seed, row);
        ASSERT_EQ(earlier.has_value(), !inserted) << row;
        if (earlier) {
            ASSERT_EQ(earlier->v, known->second);
        }
    }
    EXPECT_EQ(seen.rows(), 60'000u);
}

TEST(SeenRows, equal_slots_and_tags_are_told_apart_by_the_whole_fingerprint) {
    const Folder folder;
    auto seen = SeenRows::create(folder.path() / "fingerprints").value();
    store::Fingerprint a = fingerprint(1);
    store::Fingerprint b = a;
    b[5] ^= 1;  // neither in the tag (bytes 0 to 3) nor in the slot (bytes 8 to 15)
    EXPECT_FALSE(seen.add(a).value());
    EXPECT_FALSE(seen.add(b).value());
    EXPECT_EQ(seen.add(b).value()->v, 1u);
    EXPECT_EQ(seen.add(a).value()->v, 0u);
}

TEST(SeenRows, an_unsent_row_takes_a_place_and_is_equal_to_none) {
    const Folder folder;
    auto seen = SeenRows::create(folder.path() / "fingerprints").value();
    ASSERT_TRUE(seen.add_unsent());
    ASSERT_TRUE(seen.add_unsent());
    EXPECT_EQ(seen.rows(), 2u);
    EXPECT_FALSE(seen.find({}).value());
    EXPECT_FALSE(seen.add(fingerprint(1)).value());
    for (std::uint64_t seed = 100; seed < 30'000; ++seed)  // through its growth
        ASSERT_FALSE(seen.add(fingerprint(seed)).value());
    EXPECT_EQ(seen.add(fingerprint(1)).value()->v, 2u);
    EXPECT_FALSE(seen.find({}).value());
}

TEST(SeenRows, the_file_has_every_rows_fingerprint_in_order) {
    const Folder folder;
    const auto file = folder.path() / "fingerprints";
    auto seen = SeenRows::create(file).value();
    for (const std::uint64_t seed : {7, 8, 7, 9})
        ASSERT_TRUE(seen.add(fingerprint(seed)));
    ASSERT_TRUE(seen.commit());
    std::ifstream in(file, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), {});
    std::string expected;
    for (const std::uint64_t seed : {7, 8, 7, 9}) {
        const auto f = fingerprint(seed);
        expected.append(reinterpret_cast<const char*>(f.data()), f.size());
    }
    EXPECT_EQ(bytes, expected);
}

TEST(SeenRows, a_dry_plan_leaves_no_file) {
    const Folder folder;
    auto seen = SeenRows::create_unnamed(folder.path()).value();
    EXPECT_FALSE(seen.add(fingerprint(1)).value());
    EXPECT_TRUE(seen.add(fingerprint(1)).value());
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SeenRows, a_folder_that_is_not_there_is_an_error) {
    EXPECT_FALSE(SeenRows::create("/nonexistent/folder/fingerprints"));
}

}  // namespace
}  // namespace overnight::submitter
