#include "core/error.hpp"

#include "core/redacted.hpp"

#include <gtest/gtest.h>

namespace overnight::core {
namespace {

Result<int> half(int n) {
    if (n % 2 != 0) return Error(Errc::invalid_input, "odd");
    return n / 2;
}
Result<int> quarter(int n) {
    OVERNIGHT_TRY_ASSIGN(const int h, half(n));
    return half(h);
}
Result<> check(int n) {
    OVERNIGHT_TRY(quarter(n));
    return {};
}

TEST(Error, try_returns_the_error_or_goes_on) {
    EXPECT_EQ(*quarter(8), 2);
    EXPECT_EQ(quarter(6).error().message(), "odd");
    EXPECT_TRUE(check(8));
    EXPECT_EQ(check(7).error().code(), Errc::invalid_input);
}

TEST(Error, describes_itself_with_its_context_and_without_remote_text) {
    const Error e =
        Error(Errc::unavailable, "no answer").while_("polling").while_("job 3").remote("<script>");
    EXPECT_EQ(e.describe(), "no answer [while polling] [while job 3]");
    EXPECT_EQ(e.remote_detail(), "<script>");
}

TEST(Error, keeps_2_kib_of_remote_text) {
    EXPECT_EQ(Error(Errc::protocol, "x").remote(std::string(9999, 'a')).remote_detail().size(),
              2048u);
}

TEST(Secret, is_taken_out_of_text) {
    const Secret key("sk-CANARY-12345678");
    EXPECT_EQ(redact("key sk-CANARY-12345678 and sk-CANARY-12345678.", key),
              "key [redacted] and [redacted].");
    EXPECT_EQ(redact("nothing here", key), "nothing here");
    EXPECT_EQ(redact("short", Secret("s")), "short");
}

// Looks at the memory of strings that are empty but alive.
TEST(Secret, leaves_nothing_in_what_it_was_moved_from) {
    constexpr std::string_view key = "sk-short";  // kept within the string itself
    Secret from{std::string(key)};
    const char* const memory = from.reveal().data();
    const Secret to = std::move(from);
    EXPECT_EQ(to.reveal(), key);
    EXPECT_EQ(std::string(memory, key.size()), std::string(key.size(), '\0'));
}

TEST(Secret, survives_assignment_from_others_and_itself) {
    Secret a("sk-CANARY-aaaaaaaaaaaaaaaaaaaaaaaa");
    const Secret b("sk-CANARY-b");
    const Secret* const same = &a;
    a = *same;
    EXPECT_EQ(a.reveal(), "sk-CANARY-aaaaaaaaaaaaaaaaaaaaaaaa");
    a = b;
    EXPECT_EQ(a.reveal(), b.reveal());
    a = Secret("sk-CANARY-cccccccccccccccccccccccc");
    EXPECT_EQ(a.reveal(), "sk-CANARY-cccccccccccccccccccccccc");
    EXPECT_EQ(b.reveal(), "sk-CANARY-b");
}

}  // namespace
}  // namespace overnight::core
