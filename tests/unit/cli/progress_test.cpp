#include "cli/progress.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace overnight::cli {
namespace {

using model::AttemptState;
using namespace std::chrono_literals;

ProgressView some_view() {
    ProgressView view;
    view.job.v = 3;
    view.rows.total = 150'000;
    view.rows.answered = 12'222;
    view.rows.cached = 120;
    view.rows.failed = 3;
    view.batches = 5;
    view.batches_done = 2;
    view.rows_per_second = 1'250;
    view.eta = 190s;
    return view;
}

TEST(ProgressLine, says_it_all) {
    EXPECT_EQ(
        progress_line(some_view(), 200),
        "rows 12,345/150,000 (120 cached, 3 failed) · batches 2/5 done · 1,250 rows/s · ETA 03:10");
}

TEST(ProgressLine, leaves_out_what_is_not_known) {
    ProgressView view;
    view.rows.total = 10;
    EXPECT_EQ(progress_line(view, 200), "rows 0/10");
    view.rows.failed = 1;
    view.state = model::JobState::merging;
    EXPECT_EQ(progress_line(view, 200), "rows 1/10 (1 failed) · writing the output");
    view.rows_per_second = 0.5;
    EXPECT_NE(progress_line(view, 200).find("0.5 rows/s"), std::string::npos);
    view.rows_per_second = 0.01;
    EXPECT_NE(progress_line(view, 200).find("0.6 rows/min"), std::string::npos);
}

TEST(ProgressLine, never_wraps_and_never_cuts_a_character) {
    for (std::size_t width = 0; width < 100; ++width) {
        const auto line = progress_line(some_view(), width);
        std::size_t columns = 0;
        for (const char c : line)
            if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++columns;
        EXPECT_LE(columns, width);
        EXPECT_TRUE(line.empty() || static_cast<unsigned char>(line.back()) != 0xc2) << width;
    }
}

TEST(ProgressJson, is_one_object) {
    const auto json = boost::json::parse(progress_json(some_view()));
    EXPECT_EQ(json.at("type").as_string(), "progress");
    EXPECT_EQ(json.at("job").as_int64(), 3);
    EXPECT_EQ(json.at("rows").at("answered").as_int64(), 12'222);
    EXPECT_EQ(json.at("rows").at("waiting").as_int64(), 137'655);
    EXPECT_EQ(json.at("batches_done").as_int64(), 2);
    EXPECT_EQ(json.at("eta_seconds").as_int64(), 190);
    EXPECT_TRUE(boost::json::parse(progress_json(ProgressView{})).at("eta_seconds").is_null());
}

TEST(Look, counts_batches_and_what_the_provider_has_done) {
    model::Job job;
    job.rows.total = 100;
    job.rows.answered = 40;
    job.shards = 3;
    std::vector<model::Attempt> attempts(4);
    attempts[0].state = AttemptState::closed;
    attempts[1].state = AttemptState::voided;
    attempts[1].requests = 1'000;
    attempts[2].state = AttemptState::submitted;
    attempts[2].requests = 10;
    attempts[2].done = 5;
    attempts[3].state = AttemptState::rendered;
    attempts[3].requests = 10;
    const auto view = look(job, attempts);
    EXPECT_EQ(view.batches, 3u);
    EXPECT_EQ(view.batches_done, 1u);
    EXPECT_DOUBLE_EQ(view.at_provider, 15);
    attempts[2].done = 1'000'000;  // the provider's word, which is not to be trusted
    EXPECT_LE(look(job, attempts).at_provider, 60);
}

TEST(RateMeter, measures_since_the_first_look) {
    RateMeter meter;
    ProgressView view;
    view.rows.total = 1'000;
    view.rows.cached = 500;
    meter.measure(view, 10s);
    EXPECT_EQ(view.rows_per_second, 0) << "what was there before is no speed";
    view.rows.answered = 100;
    meter.measure(view, 10s + 100ms);
    EXPECT_EQ(view.rows_per_second, 0) << "too early to tell";
    meter.measure(view, 20s);
    EXPECT_DOUBLE_EQ(view.rows_per_second, 10);
    ASSERT_TRUE(view.eta);
    EXPECT_EQ(*view.eta, 40s);
}

TEST(RateMeter, survives_odd_numbers) {
    RateMeter meter;
    ProgressView view;
    view.rows.total = 1'000'000'000'000;
    meter.measure(view, 0s);
    view.rows.answered = 1;
    meter.measure(view, 24h);
    EXPECT_FALSE(view.eta) << "nobody wants to read that";
    view.rows.total = 0;
    view.eta.reset();
    meter.measure(view, 25h);
    ASSERT_TRUE(view.eta);
    EXPECT_EQ(*view.eta, 0s);
}

}  // namespace
}  // namespace overnight::cli
