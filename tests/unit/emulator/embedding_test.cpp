// Embeddings.
#include "emulator/embedding.hpp"

#include "core/bytes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace overnight::emulator {
namespace {

double product(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
}

TEST(Embedding, vectors_have_length_one) {
    for (const char* const text :
         {"", "a", "Bending of beams under load", "\xE6\xA2\x81\xE3\x81\xAE"}) {
        const auto vector = embed(text, 64);
        EXPECT_EQ(vector.size(), 64U);
        EXPECT_NEAR(product(vector, vector), 1.0, 1e-5) << text;
    }
}

TEST(Embedding, near_texts_have_near_vectors) {
    const auto a = embed("Bending of steel beams under load", 256);
    const auto b = embed("bending of steel beam under loads", 256);
    const auto c = embed("Photosynthesis in algae cultures", 256);
    EXPECT_GT(product(a, b), 0.7);
    EXPECT_LT(product(a, c), 0.4);
    EXPECT_EQ(embed("same", 32), embed("same", 32));
}

TEST(Embedding, base64_is_little_endian_float32) {
    std::string out;
    put_vector(out, {1.0F, -2.5F}, VectorEncoding::base64);
    ASSERT_GT(out.size(), 2U);
    const auto bytes = core::unbase64(std::string_view(out).substr(1, out.size() - 2));
    ASSERT_TRUE(bytes);
    EXPECT_EQ(core::hex(*bytes), "0000803f000020c0");
    out.clear();
    put_vector(out, {0.5F, -2.0F}, VectorEncoding::numbers);
    EXPECT_EQ(out, "[0.5,-2]");
}

TEST(Embedding, dimensions_by_model) {
    EXPECT_EQ(default_dimensions("text-embedding-3-small"), 1536U);
    EXPECT_EQ(default_dimensions("text-embedding-3-large"), 3072U);
}

}  // namespace
}  // namespace overnight::emulator
