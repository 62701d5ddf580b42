// A shard's file under the intents of its later attempts.
#include "submitter/shard_writer.hpp"

#include "model/custom_id.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace overnight::submitter {
namespace {

class RewriteShard : public testing::Test {
protected:
    RewriteShard() {
        std::string name = (std::filesystem::temp_directory_path() / "rewrite-XXXXXX").string();
        folder_ = mkdtemp(name.data());
    }
    ~RewriteShard() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path file(int attempt) const {
        return folder_ / (std::to_string(attempt) + ".jsonl");
    }
    static std::string line(const core::IntentId& intent, std::uint32_t index, int attempt) {
        return R"({"custom_id":")" +
               model::make_custom_id(intent, index, static_cast<std::uint16_t>(attempt)) +
               R"(","method":"POST","url":"/v1/x","body":{"text":"\"custom_id\":\"fake_0_1\""}})" +
               "\n";
    }
    static std::string read(const std::filesystem::path& path) {
        std::ifstream in(path, std::ios::binary);
        return std::string((std::istreambuf_iterator<char>(in)), {});
    }
    static void write(const std::filesystem::path& path, const std::string& text) {
        std::ofstream(path, std::ios::binary) << text;
    }

    std::filesystem::path folder_;
};

TEST_F(RewriteShard, keeps_every_length_through_a_dozen_attempts) {
    core::IntentId intent = model::new_intent();
    std::string text;
    for (std::uint32_t i = 0; i < 100; ++i)
        text += line(intent, i, 1);
    write(file(1), text);
    for (int attempt = 2; attempt <= 12; ++attempt) {
        const auto next = model::new_intent();
        ASSERT_TRUE(rewrite_shard(file(attempt - 1), file(attempt), intent, next,
                                  static_cast<std::uint16_t>(attempt)));
        intent = next;
        std::string expected;
        for (std::uint32_t i = 0; i < 100; ++i)
            expected += line(intent, i, std::min(attempt, 9));
        ASSERT_EQ(read(file(attempt)), expected) << attempt;
        ASSERT_EQ(expected.size(), text.size()) << "the manifest's offsets hold no more";
    }
}

TEST_F(RewriteShard, refuses_a_file_that_is_not_the_shard) {
    const auto intent = model::new_intent();
    const auto other = model::new_intent();
    for (const std::string& text : {line(other, 0, 1), std::string("{}\n"), std::string("x\n"),
                                    line(intent, 0, 1) + line(other, 1, 1)}) {
        write(file(1), text);
        const auto done = rewrite_shard(file(1), file(2), intent, other, 2);
        ASSERT_FALSE(done) << text;
        EXPECT_EQ(done.error().code(), core::Errc::corrupt);
        EXPECT_FALSE(std::filesystem::exists(file(2)));
    }
}

TEST(ShardLimits, are_the_providers_lowered_by_the_recipe) {
    providers::Caps caps;
    caps.max_requests = 50'000;
    caps.max_bytes = 1000;
    EXPECT_EQ(shard_limits(caps, {}).requests, 50'000u);
    EXPECT_EQ(shard_limits(caps, {200, 0}).requests, 200u);
    EXPECT_EQ(shard_limits(caps, {90'000, 0}).requests, 50'000u);
    EXPECT_EQ(shard_limits(caps, {}).bytes, 1000u);
    // Of lines that are sent one by one a shard is settled when the last is answered.
    EXPECT_EQ(shard_limits(caps, {0, 1}).requests, 64u);
    EXPECT_EQ(shard_limits(caps, {0, 8}).requests, 256u);
    EXPECT_EQ(shard_limits(caps, {0, 256}).requests, 2048u);
    EXPECT_EQ(shard_limits(caps, {10, 8}).requests, 10u);
}

}  // namespace
}  // namespace overnight::submitter
