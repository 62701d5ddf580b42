#include "submitter/row_problems.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace overnight::submitter {
namespace {

core::Error problem(int line) {
    return {core::Errc::invalid_input, "in.csv, line " + std::to_string(line) + ": bad"};
}

TEST(RowProblems, one_stays_one_line) {
    RowProblems problems;
    EXPECT_FALSE(problems.any());
    problems.add(problem(7));
    EXPECT_TRUE(problems.any());
    EXPECT_EQ(problems.error("").message(), "in.csv, line 7: bad");
    EXPECT_EQ(problems.error("do this").message(), "in.csv, line 7: bad; do this");
    EXPECT_EQ(problems.error("").code(), core::Errc::invalid_input);
}

TEST(RowProblems, twenty_are_listed_a_line_each) {
    RowProblems problems;
    for (int line = 1; line <= 20; ++line) {
        EXPECT_FALSE(problems.full());
        problems.add(problem(line));
    }
    EXPECT_TRUE(problems.full());
    const std::string text = problems.error("do this").message();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 21);
    EXPECT_NE(text.find("\n  in.csv, line 20: bad\n  and perhaps more\n  do this"),
              std::string::npos)
        << text;
}

}  // namespace
}  // namespace overnight::submitter
