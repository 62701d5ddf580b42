#include "net/classify.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace overnight::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

struct Row {
    const char* name;
    const char* header;
    const char* value;
    std::optional<milliseconds> expected;
};

class RetryAfter : public testing::TestWithParam<Row> {};

TEST_P(RetryAfter, is_read) {
    const Row& row = GetParam();
    const auto now = core::from_unix_seconds(784111770);  // Sun, 06 Nov 1994 08:49:30 GMT
    EXPECT_EQ(retry_after({429, {{row.header, row.value}}, {}}, now), row.expected) << row.value;
}

INSTANTIATE_TEST_SUITE_P(
    table,
    RetryAfter,
    testing::Values(
        Row{"seconds", "Retry-After", "120", 120s},
        Row{"zero", "retry-after", "0", 0ms},
        Row{"spaces", "Retry-After", " \t7 ", 7s},
        Row{"fraction_rounds_up", "Retry-After", "0.0005", 1ms},
        Row{"fraction", "Retry-After", "1.5", 1500ms},
        Row{"a_year_is_capped", "Retry-After", "31536000", retry_after_cap},
        Row{"enormous", "Retry-After", "99999999999999999999999999999999999999999999999",
            retry_after_cap},
        Row{"negative", "Retry-After", "-5", std::nullopt},
        Row{"empty", "Retry-After", "", std::nullopt},
        Row{"words", "Retry-After", "soon", std::nullopt},
        Row{"nan", "Retry-After", "nan", std::nullopt},
        Row{"infinity", "Retry-After", "inf", std::nullopt},
        Row{"exponent", "Retry-After", "1e3", std::nullopt},
        Row{"unit", "Retry-After", "10s", std::nullopt},
        Row{"milliseconds", "retry-after-ms", "250", 250ms},
        Row{"milliseconds_fraction", "retry-after-ms", "250.5", 251ms},
        Row{"milliseconds_negative", "retry-after-ms", "-1", std::nullopt},
        Row{"imf_date", "Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT", 7s},
        Row{"rfc850_date", "Retry-After", "Sunday, 06-Nov-94 08:49:37 GMT", 7s},
        Row{"asctime_date", "Retry-After", "Sun Nov  6 08:49:37 1994", 7s},
        Row{"past_date", "Retry-After", "Sat, 05 Nov 1994 08:49:37 GMT", 0ms},
        Row{"far_date", "Retry-After", "Sat, 05 Nov 2094 08:49:37 GMT", retry_after_cap},
        Row{"no_such_day", "Retry-After", "Sun, 31 Feb 1994 08:49:37 GMT", std::nullopt},
        Row{"no_such_hour", "Retry-After", "Sun, 06 Nov 1994 28:49:37 GMT", std::nullopt},
        Row{"half_a_date", "Retry-After", "Sun, 06 Nov 1994", std::nullopt},
        Row{"iso_date", "Retry-After", "1994-11-06T08:49:37Z", std::nullopt},
        Row{"other_header", "X-Retry", "5", std::nullopt}),
    [](const auto& row) { return row.param.name; });

TEST(RetryAfterHeaders, milliseconds_are_the_more_exact_word) {
    const model::HttpResponse both{429, {{"Retry-After", "1"}, {"Retry-After-Ms", "900"}}, {}};
    EXPECT_EQ(retry_after(both, {}), 900ms);
    const model::HttpResponse broken{429, {{"Retry-After", "1"}, {"Retry-After-Ms", "x"}}, {}};
    EXPECT_EQ(retry_after(broken, {}), 1s);
}

}  // namespace
}  // namespace overnight::net
