// Size: memory does not grow with files, and limits hold.
#include "memory.hpp"
#include "session.hpp"

#include <gtest/gtest.h>

namespace overnight::test {
namespace {

TEST(EmulatorLimits, an_upload_of_60_megabytes_needs_no_memory) {
    Session session;
    session.upload_id(chat_lines(1));  // whatever is needed once
    const std::string line =
        R"({"custom_id":"c","method":"POST","url":"/v1/chat/completions","body":)" +
        chat_body(std::string(900, 'x')) + "}\n";
    const std::uint64_t lines = 60'000'000 / line.size();
    [[maybe_unused]] std::uint64_t before = 0;
    if (OVERNIGHT_MEASURE_MEMORY != 0) {
        forget_peak();
        before = peak_memory();
    }
    const RawReply reply = upload_generated(session.port(), line, lines, "sk-test");
    ASSERT_EQ(reply.status, 200) << reply.wire;
    EXPECT_EQ(number_in(object_of(reply), "/bytes"),
              static_cast<std::int64_t>(lines * line.size()));
    if (OVERNIGHT_MEASURE_MEMORY != 0) {
        EXPECT_LT(peak_memory() - before, 20'000'000U);
    }
}

TEST(EmulatorLimits, a_file_of_more_than_the_batch_limit_is_refused) {
    if (OVERNIGHT_MEASURE_MEMORY == 0) GTEST_SKIP() << "210 MB are slow under a sanitizer";
    Session session;
    const std::string line =
        R"({"custom_id":"c","method":"POST","url":"/v1/chat/completions","body":)" +
        chat_body(std::string(9'000, 'x')) + "}\n";
    const std::uint64_t fits = 209'715'200 / line.size();
    EXPECT_EQ(upload_generated(session.port(), line, fits, "sk-test").status, 200);
    const RawReply refused = upload_generated(session.port(), line, fits + 1, "sk-test");
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(text_in(object_of(refused), "/error/message"), "File is too large.");
}

TEST(EmulatorLimits, fifty_thousand_lines_pass_and_one_more_does_not) {
    Session session;
    const auto status_of = [&](int lines) {
        return session.finish(session.start_batch(chat_lines(lines, "x")));
    };
    const boost::json::object full = status_of(50'000);
    EXPECT_EQ(text_in(full, "/status"), "completed");
    EXPECT_EQ(number_in(full, "/request_counts/completed"), 50'000);
    EXPECT_EQ(session.ledger("billed").size(), 50'000U);
    EXPECT_EQ(text_in(status_of(50'001), "/errors/data/0/code"), "too_many_tasks");
}

}  // namespace
}  // namespace overnight::test
