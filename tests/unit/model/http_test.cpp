#include "model/http.hpp"

#include <gtest/gtest.h>

namespace overnight::model {
namespace {

TEST(Http, headers_are_found_in_any_case) {
    HttpResponse r;
    r.headers = {{"Retry-After", "3"}, {"retry-after", "9"}};
    EXPECT_EQ(r.header("RETRY-AFTER"), "3");
    EXPECT_FALSE(r.header("x"));
}

TEST(Http, a_body_counts_its_pieces) {
    HttpRequest r;
    r.body = {std::string("abc"), FilePiece{"/nowhere", 10, 500}, std::string("de")};
    EXPECT_EQ(r.body_bytes(), 505u);
}

TEST(Http, everything_but_unreserved_characters_is_encoded) {
    EXPECT_EQ(url_encode("a-Z_0.~"), "a-Z_0.~");
    EXPECT_EQ(url_encode("batches/x y\r\n"), "batches%2Fx%20y%0D%0A");
}

}  // namespace
}  // namespace overnight::model
