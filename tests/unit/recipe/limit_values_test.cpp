#include "recipe/limit_values.hpp"

#include "recipe/recipe.hpp"

#include <gtest/gtest.h>

namespace overnight::recipe {
namespace {

using std::chrono::milliseconds;

TEST(Duration, reads_a_number_and_a_unit) {
    EXPECT_EQ(parse_duration("90ms"), milliseconds{90});
    EXPECT_EQ(parse_duration("30s"), milliseconds{30'000});
    EXPECT_EQ(parse_duration("10m"), milliseconds{600'000});
    EXPECT_EQ(parse_duration("24h"), milliseconds{86'400'000});
    EXPECT_EQ(parse_duration("2d"), milliseconds{172'800'000});
    EXPECT_EQ(parse_duration("0s"), milliseconds{0});
    EXPECT_EQ(parse_duration("366d"), milliseconds{366LL * 86'400'000});
}

TEST(Duration, refuses_everything_else) {
    for (const char* text :
         {"", "s", "3", "-3s", "+3s", " 3s", "3 s", "3s ", "3.5s", "3S", "3sec", "1h30m", "0x3s",
          "ms", "-0s", "367d", "99999999999999999999s", "9223372036854775807ms"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}

TEST(Usd, reads_an_amount_with_its_currency) {
    EXPECT_EQ(parse_usd("5.00 USD"), "5.00");
    EXPECT_EQ(parse_usd("5 USD"), "5");
    EXPECT_EQ(parse_usd("0.000001 USD"), "0.000001");
    EXPECT_EQ(parse_usd("123456789012.123456789 USD"), "123456789012.123456789");
}

TEST(Usd, refuses_everything_else) {
    for (const char* text : {"",
                             "USD",
                             " USD",
                             "5",
                             "5USD",
                             "5 usd",
                             "5 EUR",
                             "$5 USD",
                             "-5 USD",
                             "+5 USD",
                             "5. USD",
                             ".5 USD",
                             "5,00 USD",
                             "1e3 USD",
                             "0 USD",
                             "0.000 USD",
                             "5.00 USD ",
                             " 5 USD",
                             "1.2.3 USD",
                             "1 2 USD",
                             "1234567890123 USD",
                             "1.1234567890 USD",
                             "5\tUSD"}) {
        EXPECT_FALSE(parse_usd(text)) << text;
    }
}

TEST(Deadline, is_a_time_of_day_or_a_duration) {
    for (const char* text : {"00:00", "06:00", "23:59", "8h", "90ms", "2d"})
        EXPECT_TRUE(is_deadline(text)) << text;
    for (const char* text : {"", "24:00", "6:00", "06:60", "06:0", "06:00:00", "0h", "0s", "ab:cd",
                             "06-00", "0a:00", "06:0x"}) {
        EXPECT_FALSE(is_deadline(text)) << text;
    }
}

}  // namespace
}  // namespace overnight::recipe
