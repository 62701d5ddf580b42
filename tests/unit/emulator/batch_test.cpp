// The life of a batch, without threads and files.
#include "emulator/batch.hpp"

#include <gtest/gtest.h>

namespace overnight::emulator {
namespace {

using std::chrono::milliseconds;

const core::TimePoint t0{std::chrono::seconds{1'800'000'000}};

std::optional<BatchError> admit_all(const Batch&) {
    return std::nullopt;
}

Batch fresh(std::uint64_t lines = 100) {
    Batch batch;
    batch.id = "batch_1";
    batch.created = t0;
    batch.expires = t0 + std::chrono::hours{24};
    batch.total = lines;
    return batch;
}

// Lets the workers do at once whatever the batch asks for.
std::vector<BatchStatus> live(Batch& batch,
                              core::TimePoint until,
                              milliseconds step = milliseconds{50}) {
    std::vector<BatchStatus> entered;
    for (core::TimePoint now = t0; now <= until; now += step) {
        for (Step todo = advance(batch, now, admit_all, entered); todo.kind != Step::Kind::none;
             todo = advance(batch, now, admit_all, entered)) {
            if (todo.kind == Step::Kind::validate) batch.validated = true;
            if (todo.kind == Step::Kind::publish) batch.published = true;
            if (todo.kind == Step::Kind::execute) {
                EXPECT_GT(todo.until_line, batch.executed);
                batch.executed = batch.completed = todo.until_line;
            }
        }
    }
    return entered;
}

TEST(BatchLife, completes_by_the_clock) {
    Batch batch = fresh();
    const auto entered = live(batch, t0 + milliseconds{10'000});
    EXPECT_EQ(entered, (std::vector{BatchStatus::in_progress, BatchStatus::finalizing,
                                    BatchStatus::completed}));
    EXPECT_EQ(batch.in_progress_at, t0 + milliseconds{1'000});
    EXPECT_EQ(batch.finalizing_at, t0 + milliseconds{3'000});
    EXPECT_EQ(batch.ended_at, t0 + milliseconds{4'000});
}

TEST(BatchLife, nothing_happens_while_a_worker_has_it) {
    Batch batch = fresh();
    batch.busy = true;
    EXPECT_TRUE(live(batch, t0 + milliseconds{10'000}).empty());
}

TEST(BatchLife, lines_run_in_step_with_time) {
    Batch batch = fresh(100);
    live(batch, t0 + milliseconds{2'000});
    EXPECT_EQ(batch.executed, 50U);
    EXPECT_EQ(batch.status, BatchStatus::in_progress);
}

TEST(BatchLife, errors_of_validation_fail_it) {
    Batch batch = fresh();
    batch.errors.push_back({"invalid_url", "m", "url", 3});
    EXPECT_EQ(live(batch, t0 + milliseconds{2'000}), std::vector{BatchStatus::failed});
    EXPECT_EQ(batch.executed, 0U);
}

TEST(BatchLife, a_refusal_at_admission_fails_it) {
    Batch batch = fresh();
    batch.validated = true;
    std::vector<BatchStatus> entered;
    const auto refuse = [](const Batch&) {
        return std::optional(BatchError{"token_limit_exceeded", "m", "", 0});
    };
    (void)advance(batch, t0 + milliseconds{1'000}, refuse, entered);
    EXPECT_EQ(batch.status, BatchStatus::failed);
    EXPECT_EQ(batch.errors.at(0).code, "token_limit_exceeded");
}

TEST(BatchLife, expires_with_a_part_done) {
    Batch batch = fresh(10);
    batch.behaviour.end = Behaviour::End::expire;
    batch.behaviour.done = 0.3;
    EXPECT_EQ(live(batch, t0 + milliseconds{5'000}),
              (std::vector{BatchStatus::in_progress, BatchStatus::expired}));
    EXPECT_EQ(batch.executed, 3U);
    EXPECT_TRUE(batch.published);
}

TEST(BatchLife, cancel_by_state) {
    struct Row {
        BatchStatus status;
        CancelOutcome outcome;
    };
    for (const Row& row : {Row{BatchStatus::validating, CancelOutcome::accepted},
                           Row{BatchStatus::in_progress, CancelOutcome::accepted},
                           Row{BatchStatus::finalizing, CancelOutcome::accepted},
                           Row{BatchStatus::cancelling, CancelOutcome::already_cancelled},
                           Row{BatchStatus::cancelled, CancelOutcome::already_cancelled},
                           Row{BatchStatus::completed, CancelOutcome::refused},
                           Row{BatchStatus::failed, CancelOutcome::refused},
                           Row{BatchStatus::expired, CancelOutcome::refused}}) {
        Batch batch = fresh();
        batch.status = row.status;
        EXPECT_EQ(cancel(batch, t0), row.outcome) << name(row.status);
    }
}

TEST(BatchLife, a_cancel_that_comes_too_late_completes) {
    Batch batch = fresh(10);
    live(batch, t0 + milliseconds{3'500});
    ASSERT_EQ(batch.status, BatchStatus::finalizing);
    EXPECT_EQ(cancel(batch, t0 + milliseconds{3'500}), CancelOutcome::accepted);
    live(batch, t0 + milliseconds{9'000});
    EXPECT_EQ(batch.status, BatchStatus::completed);
    EXPECT_EQ(batch.executed, 10U);
}

TEST(BatchLife, stuck_for_a_while_and_for_ever) {
    Batch batch = fresh(1);
    batch.behaviour.stuck_state = "finalizing";
    live(batch, t0 + milliseconds{60'000}, milliseconds{500});
    EXPECT_EQ(batch.status, BatchStatus::finalizing);
    batch.behaviour.stuck_for = milliseconds{90'000};
    live(batch, t0 + milliseconds{120'000}, milliseconds{500});
    EXPECT_EQ(batch.status, BatchStatus::completed);
}

TEST(BatchLife, next_due_is_always_ahead) {
    Batch batch = fresh(1'000);
    std::vector<BatchStatus> entered;
    core::TimePoint now = t0;
    for (int i = 0; i < 200 && !is_terminal(batch.status); ++i) {
        const Step step = advance(batch, now, admit_all, entered);
        if (step.kind == Step::Kind::validate) batch.validated = true;
        if (step.kind == Step::Kind::publish) batch.published = true;
        if (step.kind == Step::Kind::execute) batch.executed = step.until_line;
        if (step.kind != Step::Kind::none || is_terminal(batch.status)) continue;
        const core::TimePoint due = next_due(batch, now);
        ASSERT_GT(due, now);
        now = due;
    }
    EXPECT_EQ(batch.status, BatchStatus::completed);
    EXPECT_EQ(now, t0 + milliseconds{4'000});
}

}  // namespace
}  // namespace overnight::emulator
