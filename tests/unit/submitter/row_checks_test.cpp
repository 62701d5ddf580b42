#include "submitter/row_checks.hpp"

#include <gtest/gtest.h>

#include <string>

namespace overnight::submitter {
namespace {

TEST(RowChecks, knows_the_common_forms_of_keys) {
    EXPECT_TRUE(holds_key("here: sk-proj-" + std::string(30, 'a') + "7 end"));
    EXPECT_TRUE(holds_key("AIza" + std::string(34, 'B') + "4"));
    EXPECT_TRUE(holds_key("AKIAIOSFODNN7EXAMPLE"));
    EXPECT_FALSE(holds_key("sk-short1"));
    EXPECT_FALSE(holds_key("a risk-" + std::string(40, 'a') + "1")) << "within a word";
    EXPECT_FALSE(holds_key("sk-" + std::string(40, 'a'))) << "no digit: a long word";
    EXPECT_FALSE(holds_key(""));
}

TEST(RowChecks, a_clean_table_gives_no_warning) {
    RowChecks checks;
    for (int i = 0; i < 100; ++i) {
        checks.see_id(std::to_string(i));
        checks.see_text("text", static_cast<std::uint64_t>(i) + 2);
    }
    EXPECT_TRUE(checks.warnings("t.csv", "id").empty());
}

TEST(RowChecks, duplicate_ids_missing_ids_and_keys_are_told) {
    RowChecks checks;
    for (const char* id : {"a", "b", "a", "a", "", ""})
        checks.see_id(id);
    checks.see_text("AKIAIOSFODNN7EXAMPLE", 7);
    checks.see_text("AKIAIOSFODNN7EXAMPLE", 9);
    const auto warnings = checks.warnings("t.csv", "id");
    ASSERT_EQ(warnings.size(), 3u);
    EXPECT_EQ(warnings[0], "t.csv: 2 rows without \"id\"; messages name them by number");
    EXPECT_EQ(warnings[1],
              "t.csv: 2 rows with the \"id\" of an earlier row; all are sent, and the output keeps "
              "all");
    EXPECT_EQ(warnings[2],
              "t.csv, line 7: the prompt holds what looks like an API key, as do those of 1 row "
              "more; it will be sent to the provider");
}

}  // namespace
}  // namespace overnight::submitter
