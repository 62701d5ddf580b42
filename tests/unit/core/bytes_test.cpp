#include "core/bytes.hpp"

#include <gtest/gtest.h>

#include <random>

namespace overnight::core {
namespace {

TEST(Bytes, big_endian_numbers_come_back) {
    std::string out;
    put_u8(out, 0xfe);
    put_u16(out, 0x1234);
    put_u32(out, 0xdeadbeef);
    put_u64(out, 0x0102030405060708);
    put_text(out, "hello");
    EXPECT_EQ(hex(out).substr(0, 14), "fe1234deadbeef");
    Reader in(out);
    EXPECT_EQ(in.u8(), 0xfe);
    EXPECT_EQ(in.u16(), 0x1234);
    EXPECT_EQ(in.u32(), 0xdeadbeefu);
    EXPECT_EQ(in.u64(), 0x0102030405060708u);
    EXPECT_EQ(in.text(), "hello");
    EXPECT_TRUE(in.done());
}

TEST(Bytes, a_short_read_is_remembered) {
    Reader in("ab");
    EXPECT_EQ(in.u32(), 0u);
    EXPECT_FALSE(in.ok());
    EXPECT_EQ(in.u8(), 0) << "nothing is read behind a short read";
    EXPECT_FALSE(in.done());
}

TEST(Bytes, a_length_that_lies_is_a_short_read) {
    std::string out;
    put_u32(out, 1000);
    out += "only this";
    Reader in(out);
    EXPECT_EQ(in.text(), "");
    EXPECT_FALSE(in.ok());
}

TEST(Bytes, crc32c_of_the_known_vectors) {
    EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
    EXPECT_EQ(crc32c(""), 0u);
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
    EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
}

TEST(Bytes, crc32c_goes_on_from_a_seed) {
    std::mt19937 random(7);
    std::string data(999, '\0');
    for (auto& c : data)
        c = static_cast<char>(random());
    for (std::size_t cut = 0; cut <= data.size(); cut += 37)
        EXPECT_EQ(crc32c(data.substr(cut), crc32c(data.substr(0, cut))), crc32c(data)) << cut;
}

TEST(Bytes, base64_of_rfc_4648) {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, coded] : vectors) {
        EXPECT_EQ(base64(plain), coded);
        EXPECT_EQ(unbase64(coded), plain);
    }
    EXPECT_EQ(unbase64("Zg"), "f") << "padding may be missing";
    EXPECT_FALSE(unbase64("Z"));
    EXPECT_FALSE(unbase64("Zm9*"));
}

TEST(Bytes, base32_of_16_bytes_has_26_characters_and_no_ambiguous_ones) {
    const std::string text = base32(random_bytes(16));
    EXPECT_EQ(text.size(), 26u);
    EXPECT_EQ(text.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz"), std::string::npos);
    EXPECT_EQ(base32(std::string("\0\0\0\0\0", 5)), "00000000");
    EXPECT_EQ(base32("\xff"), "zw");
}

TEST(Bytes, base36_comes_back) {
    for (const std::uint64_t v : {0ul, 1ul, 35ul, 36ul, 49'999ul, 4'294'967'295ul}) {
        EXPECT_EQ(unbase36(base36(v)), v);
    }
    EXPECT_EQ(base36(35), "z");
    EXPECT_EQ(base36(36), "10");
    EXPECT_FALSE(unbase36(""));
    EXPECT_FALSE(unbase36("A"));
    EXPECT_FALSE(unbase36("1234567890123"));
}

TEST(Bytes, hex_comes_back_and_refuses) {
    EXPECT_EQ(unhex(hex(std::string("\x00\x7f\xff", 3))), std::string("\x00\x7f\xff", 3));
    EXPECT_FALSE(unhex("abc"));
    EXPECT_FALSE(unhex("zz"));
}

}  // namespace
}  // namespace overnight::core
