#include "recipe/packing.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace overnight::recipe {
namespace {

TEST(Tokens, are_estimated_on_the_safe_side) {
    EXPECT_EQ(estimate_tokens(""), 0U);
    EXPECT_EQ(estimate_tokens("a"), 1U);
    EXPECT_EQ(estimate_tokens("abc"), 1U);
    EXPECT_EQ(estimate_tokens("abcd"), 2U);
    EXPECT_EQ(estimate_tokens(std::string(7, 'x')), 2U);
    EXPECT_EQ(estimate_tokens(std::string(8, 'x')), 3U);
    EXPECT_EQ(estimate_tokens(std::string(3500, 'x')), 1000U);
}

TEST(Packer, closes_at_the_row_limit) {
    Packer packer({.rows = 2, .input_tokens = 1000, .shared_tokens = 10});
    EXPECT_FALSE(packer.must_close_before(5));
    packer.take(5);
    EXPECT_FALSE(packer.full());
    EXPECT_FALSE(packer.must_close_before(5));
    packer.take(5);
    EXPECT_TRUE(packer.full());
    EXPECT_TRUE(packer.must_close_before(0));
    EXPECT_EQ(packer.rows(), 2U);
    EXPECT_EQ(packer.tokens(), 20U);
    packer.reset();
    EXPECT_EQ(packer.rows(), 0U);
    EXPECT_EQ(packer.tokens(), 10U);
    EXPECT_FALSE(packer.must_close_before(5));
}

TEST(Packer, closes_at_the_token_limit_exactly) {
    Packer packer({.rows = 100, .input_tokens = 100, .shared_tokens = 40});
    packer.take(30);
    EXPECT_FALSE(packer.must_close_before(30));
    EXPECT_TRUE(packer.must_close_before(31));
    packer.take(30);
    EXPECT_TRUE(packer.full());
}

TEST(Packer, gives_a_row_that_is_too_large_a_request_of_its_own) {
    Packer packer({.rows = 100, .input_tokens = 100, .shared_tokens = 40});
    EXPECT_FALSE(packer.must_close_before(5000));
    packer.take(5000);
    EXPECT_TRUE(packer.full());
    EXPECT_TRUE(packer.must_close_before(1));
}

TEST(Packer, puts_single_rows_when_packing_is_off) {
    Packer packer({.rows = 1, .input_tokens = 1000, .shared_tokens = 0});
    EXPECT_FALSE(packer.must_close_before(1));
    packer.take(1);
    EXPECT_TRUE(packer.must_close_before(1));
}

TEST(Packer, does_not_overflow) {
    Packer packer({.rows = 10, .input_tokens = 100, .shared_tokens = 40});
    packer.take(1);
    EXPECT_TRUE(packer.must_close_before(std::numeric_limits<std::uint64_t>::max()));
    packer.take(std::numeric_limits<std::uint64_t>::max());
    EXPECT_TRUE(packer.full());
}

TEST(PackInstructions, begin_with_the_users_own_bytes) {
    EXPECT_EQ(pack_instructions("Classify.", 1), "Classify.");
    EXPECT_EQ(pack_instructions("", 1), "");
    const std::string pack = pack_instructions("Classify.", 2);
    EXPECT_TRUE(pack.starts_with("Classify.\n\n"));
    EXPECT_GT(pack.size(), 100U);
    EXPECT_EQ(pack_instructions("Classify.", 2048), pack);
    EXPECT_EQ("Classify.\n\n" + pack_instructions("", 2), pack);
}

}  // namespace
}  // namespace overnight::recipe
