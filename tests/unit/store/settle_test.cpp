// Settling: counters, the first success, what is queued again, and what a late orphan may bring.

#include "tests/unit/store/support.hpp"

#include <chrono>
#include <numeric>

namespace overnight::store {
namespace {

using namespace testing;
using model::JobState;
using model::ShardState;

constexpr JobId first_job{1};
constexpr model::AttemptKey first_attempt{first_job, {0}, 1};

TEST(Settle, applies_everything_at_once) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    running_job(*store, 4);
    Settlement s = answering(*store, first_attempt, {0, 2});
    s.attempt.usage = s.usage = {100, 20, 30};
    s.pack_rows = 7;
    add_failure(s, 3, "content filter");
    add_retry(s, 1, at(77));
    std::vector<IndexEntry> entries{{Fingerprint{1}, s.rows[0].second.place}};
    s.index = write_index(*store, entries).value();
    SettleReport report;
    store->settle(s, &report).value();
    EXPECT_EQ(report.answered, 2u);
    EXPECT_EQ(report.failed, 1u);
    EXPECT_EQ(report.queued, 1u);
    EXPECT_EQ(report.superseded, 0u);
    EXPECT_FALSE(report.answers_only);

    const auto job = store->job(first_job).value().value();
    EXPECT_EQ(job.rows.answered, 2u);
    EXPECT_EQ(job.rows.failed, 1u);
    EXPECT_EQ(job.rows.waiting(), 1u);
    EXPECT_EQ(job.usage, (model::Usage{100, 20, 30}));
    EXPECT_EQ(job.pack_rows, 7u);
    EXPECT_EQ(store->attempt(first_attempt).value(), s.attempt);
    EXPECT_EQ(store->shard({first_job, {0}}).value()->state, ShardState::settled);
    EXPECT_EQ(store->segments().value(), std::vector<Segment>{*s.segment});
    EXPECT_EQ(store->indexes().value(), std::vector<IndexFile>{*s.index});
    EXPECT_EQ(row(*store, first_job, 2), s.rows[1].second);
    EXPECT_EQ(store->failure(first_job, {3}).value()->reason, "content filter");
    EXPECT_EQ(store->failure(first_job, {2}).value(), std::nullopt);
    EXPECT_EQ(store->tries(first_job, {3}).value(), s.tries[0].second);
    EXPECT_EQ(store->tries(first_job, {1}).value(), s.tries[1].second);
    EXPECT_EQ(store->queue(first_job).value().rows, 1u);
    EXPECT_EQ(store->queue(first_job).value().oldest, at(77));
    EXPECT_EQ(store->resubmissions(first_job, {1}).value().size(), 1u);
    EXPECT_EQ(store->count_resubmissions(first_job).value(), 1u);
    EXPECT_CLEAN(*store);
}

TEST(Settle, a_second_time_is_a_conflict_and_changes_nothing) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    running_job(*store, 1);
    Settlement s = answering(*store, first_attempt, {0});
    store->settle(s).value();
    s.usage.output_tokens = 5;
    EXPECT_EQ(code(store->settle(s)), Errc::conflict);
    EXPECT_EQ(counts(*store, first_job).answered, 1u);
    EXPECT_EQ(store->job(first_job).value()->usage.output_tokens, 0u);
}

TEST(Settle, refuses_what_does_not_make_sense) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    running_job(*store, 3);
    const Settlement good = answering(*store, first_attempt, {0, 1});
    const auto refused = [&](const char* what, Errc expected, auto change) {
        Settlement s = good;
        change(s);
        const auto settled = store->settle(s);
        EXPECT_FALSE(settled) << what;
        if (!settled) {
            EXPECT_EQ(settled.error().code(), expected) << settled.error().describe();
        }
    };
    refused("no end", Errc::internal, [](auto& s) { s.attempt.state = AttemptState::terminal; });
    refused("open shard", Errc::internal, [](auto& s) { s.shard = ShardState::open; });
    refused("order", Errc::internal, [](auto& s) { std::swap(s.rows[0], s.rows[1]); });
    refused("twice", Errc::internal, [](auto& s) { s.rows[1].first = s.rows[0].first; });
    refused("state", Errc::internal, [](auto& s) { s.rows[0].second.state = RowState::cached; });
    refused("no reason", Errc::internal, [](auto& s) { s.rows[0].second = failed(); });
    refused("no record why", Errc::internal, [](auto& s) {
        add_retry(s, 2, at(1));
        s.resubmissions.clear();
    });
    refused("no such row", Errc::not_found, [](auto& s) { s.rows[1].first.v = 3; });
    refused("no such file", Errc::not_found, [](auto& s) { s.segment->file = "seg-000099.ans"; });
    refused("other size", Errc::corrupt, [](auto& s) { s.segment->bytes += 1; });
    refused("other attempt", Errc::not_found, [](auto& s) { s.attempt.key.shard.v = 5; });
    EXPECT_EQ(counts(*store, first_job).answered, 0u);
    EXPECT_TRUE(store->segments().value().empty());
    store->settle(good).value();
    refused("segment number taken", Errc::conflict, [](auto&) {});
    EXPECT_EQ(counts(*store, first_job).answered, 2u);
}

TEST(Settle, duplicates_settle_with_their_original) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = store->begin_job(some_job()).value();
    const std::vector<RowRecord> rows{waiting(),       waiting(),       duplicate_of(0),
                                      duplicate_of(0), duplicate_of(1), waiting()};
    store->append_rows(job, {0}, rows).value();
    store->add_shard(some_shard(job, 0, 3), some_attempt(job, 0, 1)).value();
    auto facts = some_job();
    facts.id = job;
    store->publish_job(facts).value();
    Settlement s = answering(*store, first_attempt, {0});
    add_failure(s, 1);
    add_retry(s, 5, at(1));
    store->settle(s).value();
    EXPECT_EQ(counts(*store, job).answered, 3u);
    EXPECT_EQ(counts(*store, job).failed, 2u);
    EXPECT_EQ(counts(*store, job).waiting(), 1u);
    EXPECT_EQ(row(*store, job, 3), duplicate_of(0));
    EXPECT_CLEAN(*store);

    // A duplicate itself was never sent.
    store->add_retry_shard(some_shard(job, 1, 1), some_attempt(job, 1, 1), std::vector<RowNo>{{5}})
        .value();
    EXPECT_EQ(code(store->settle(answering(*store, {job, {1}, 1}, {2}))), Errc::internal);

    EXPECT_EQ(store->requeue_failures(job, at(9)).value(), 1u);
    EXPECT_EQ(counts(*store, job).failed, 0u);
    EXPECT_EQ(counts(*store, job).waiting(), 3u);
    EXPECT_CLEAN(*store);
}

TEST(Settle, a_late_orphan_brings_answers_and_nothing_else) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    running_job(*store, 5);
    void_attempt(*store, first_attempt);
    store->begin_attempt(some_attempt(first_job, 0, 2)).value();
    // The second attempt settles first: row 0 answered, 1 failed, 2 queued again.
    Settlement second = answering(*store, {first_job, {0}, 2}, {0});
    add_failure(second, 1, "the second's reason");
    add_retry(second, 2, at(10));
    add_retry(second, 3, at(11));
    add_failure(second, 4);
    store->settle(second).value();

    // Then the first turns up after all.
    Attempt orphan = store->attempt(first_attempt).value().value();
    orphan.state = AttemptState::submitted;
    orphan.batch.v = "late";
    store->advance(orphan, AttemptState::voided).value();
    Settlement late = answering(*store, first_attempt, {0, 1, 2});
    add_retry(late, 3, at(99));
    add_failure(late, 4, "the orphan's reason");
    SettleReport report;
    store->settle(late, &report).value();
    EXPECT_TRUE(report.answers_only);
    EXPECT_EQ(report.answered, 2u);    // 1 and 2
    EXPECT_EQ(report.upgraded, 1u);    // 1 had failed
    EXPECT_EQ(report.superseded, 1u);  // 0 keeps the first answer
    EXPECT_EQ(report.queued, 0u);
    EXPECT_EQ(row(*store, first_job, 0), second.rows[0].second);
    EXPECT_EQ(row(*store, first_job, 1), late.rows[1].second);
    EXPECT_EQ(store->failure(first_job, {1}).value(), std::nullopt);
    EXPECT_EQ(store->failure(first_job, {4}).value()->reason, "no");
    EXPECT_EQ(store->queue(first_job).value().rows, 1u);  // row 2 left the queue, 3 stays
    EXPECT_EQ(store->queue(first_job).value().oldest, at(11));
    EXPECT_EQ(store->tries(first_job, {3}).value()->queued_at, at(11));
    EXPECT_EQ(store->count_resubmissions(first_job).value(), 2u);
    EXPECT_EQ(counts(*store, first_job).answered, 3u);
    EXPECT_EQ(counts(*store, first_job).failed, 1u);
    EXPECT_CLEAN(*store);
}

TEST(Settle, while_a_later_attempt_runs_its_shard_stays_open) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    running_job(*store, 2);
    void_attempt(*store, first_attempt);
    store->begin_attempt(some_attempt(first_job, 0, 2)).value();
    Attempt orphan = store->attempt(first_attempt).value().value();
    orphan.state = AttemptState::submitted;
    orphan.batch.v = "late";
    store->advance(orphan, AttemptState::voided).value();
    Settlement late = answering(*store, first_attempt, {0});
    add_retry(late, 1, at(1));  // row 1 is in flight in attempt 2: it must not be sent a third time
    store->settle(late).value();
    EXPECT_EQ(store->shard({first_job, {0}}).value()->state, ShardState::open);
    EXPECT_EQ(store->queue(first_job).value().rows, 0u);
    SettleReport report;
    store->settle(answering(*store, {first_job, {0}, 2}, {0, 1}), &report).value();
    EXPECT_EQ(report.superseded, 1u);
    EXPECT_EQ(report.answered, 1u);
    EXPECT_EQ(counts(*store, first_job).waiting(), 0u);
    EXPECT_CLEAN(*store);
}

TEST(Settle, a_refused_batch_is_voided_with_its_rows) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    running_job(*store, 2);
    Settlement s;
    s.attempt = lead(*store, first_attempt, AttemptState::terminal);
    s.expected = AttemptState::terminal;
    s.attempt.state = AttemptState::voided;
    s.attempt.ended = at(5);
    s.shard = ShardState::dropped;
    add_failure(s, 0);
    add_retry(s, 1, at(6));
    store->settle(s).value();
    EXPECT_EQ(store->shard({first_job, {0}}).value()->state, ShardState::dropped);
    EXPECT_TRUE(store->live_attempts().value().empty());
    EXPECT_EQ(store->voided_attempts(s.attempt.account, at(4)).value().size(), 1u);
    EXPECT_EQ(store->queue(first_job).value().rows, 1u);
    EXPECT_CLEAN(*store);
}

TEST(Settle, the_pack_size_only_falls) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    running_job(*store, 2);
    store->edit_job(first_job, [](model::Job& j) { j.pack_rows = 10; }).value();
    Settlement s = answering(*store, first_attempt, {0});
    s.pack_rows = 20;
    store->settle(s).value();
    EXPECT_EQ(store->job(first_job).value()->pack_rows, 10u);
}

TEST(Queue, gives_rows_in_order_and_lets_them_go_into_shards) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    running_job(*store, 10);
    Settlement s = answering(*store, first_attempt, {0, 1, 2, 4, 6, 8});
    for (const std::uint64_t r : {7u, 3u, 5u, 9u})
        add_retry(s, r, at(100 + r));
    store->settle(s).value();
    const auto rows_of = [&](RowNo from, std::size_t limit) {
        std::vector<std::uint64_t> found;
        const auto queued = store->queued(first_job, from, limit).value();
        for (const auto& [r, record] : queued) {
            EXPECT_TRUE(record.queued);
            EXPECT_EQ(record.request, r.v);
            found.push_back(r.v);
        }
        return found;
    };
    using Rows = std::vector<std::uint64_t>;
    EXPECT_EQ(rows_of({0}, 100), (Rows{3, 5, 7, 9}));
    EXPECT_EQ(rows_of({4}, 2), (Rows{5, 7}));
    EXPECT_EQ(rows_of({10}, 2), Rows{});
    EXPECT_EQ(rows_of({0}, 0), Rows{});

    const std::vector<RowNo> not_queued{{3}, {4}};
    EXPECT_EQ(code(store->add_retry_shard(some_shard(first_job, 1, 2),
                                          some_attempt(first_job, 1, 1), not_queued)),
              Errc::conflict);
    EXPECT_EQ(rows_of({0}, 100), (Rows{3, 5, 7, 9}));
    const std::vector<RowNo> taken{{3}, {7}};
    store->add_retry_shard(some_shard(first_job, 1, 2), some_attempt(first_job, 1, 1), taken)
        .value();
    EXPECT_EQ(rows_of({0}, 100), (Rows{5, 9}));
    EXPECT_FALSE(store->tries(first_job, {3}).value()->queued);
    EXPECT_EQ(store->queue(first_job).value().rows, 2u);
    EXPECT_EQ(store->queue(first_job).value().oldest, at(105));
    EXPECT_EQ(store->job(first_job).value()->shards, 2u);
    EXPECT_EQ(store->job(first_job).value()->requests, 12u);
    EXPECT_CLEAN(*store);
}

TEST(Retry, failed_rows_are_queued_with_a_reason_and_the_job_runs_again) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    running_job(*store, 9000);
    Settlement s = answering(*store, first_attempt, {});
    for (std::uint64_t r = 0; r < 9000; ++r)
        add_failure(s, r, "bad");
    model::TryRecord record;
    record.bad_answers = 3;
    record.shard.v = 0;
    record.attempt = 1;
    record.request = 42;
    record.place = 2;
    record.pack_limit = 1;
    s.tries.push_back({{8999}, record});
    store->settle(s).value();
    EXPECT_EQ(code(store->requeue_failures({9}, at(5))), Errc::not_found);
    store->edit_job(first_job, [](model::Job& j) { j.state = JobState::merging; }).value();
    EXPECT_EQ(code(store->requeue_failures(first_job, at(5))), Errc::conflict);
    store->edit_job(first_job, [](model::Job& j) { j.state = JobState::finished; }).value();

    EXPECT_EQ(store->requeue_failures(first_job, at(5)).value(), 9000u);
    EXPECT_EQ(store->job(first_job).value()->state, JobState::running);
    EXPECT_EQ(counts(*store, first_job).failed, 0u);
    EXPECT_EQ(store->queue(first_job).value().rows, 9000u);
    EXPECT_EQ(store->failure(first_job, {4500}).value(), std::nullopt);
    const auto again = store->tries(first_job, {8999}).value().value();
    EXPECT_EQ(again.bad_answers, 0u);
    EXPECT_EQ(again.request, 42u);  // its text is found where it was
    EXPECT_EQ(again.place, 2u);
    EXPECT_EQ(again.queued_at, at(5));
    EXPECT_NE(store->resubmissions(first_job, {8999}).value().at(0).reason.find("bad"),
              std::string::npos);
    EXPECT_EQ(store->requeue_failures(first_job, at(6)).value(), 0u);
    EXPECT_CLEAN(*store);
}

TEST(Retry, a_row_that_failed_in_planning_has_no_text_to_send_and_stays_failed) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = store->begin_job(some_job()).value();
    constexpr std::uint64_t bad = 5000;  // more than one transaction handles
    std::vector<RowRecord> rows(bad + 2, failed());
    rows[bad] = waiting();
    rows[bad + 1] = duplicate_of(0);
    std::vector<std::pair<RowNo, model::Failure>> reasons;
    for (std::uint64_t r = 0; r < bad; ++r)
        reasons.push_back({{r}, {model::Verdict::permanent, "too long"}});
    store->append_rows(job, {0}, rows, reasons).value();
    store->add_shard(some_shard(job, 0, 1), some_attempt(job, 0, 1)).value();
    auto facts = some_job();
    facts.id = job;
    store->publish_job(facts).value();
    EXPECT_EQ(store->requeue_failures(job, at(5)).value(), 0u);

    Settlement s = answering(*store, {job, {0}, 1}, {});
    add_failure(s, bad, "bad answer");
    store->settle(s).value();
    for (const JobState next : {JobState::merging, JobState::finished})
        store->edit_job(job, [&](model::Job& j) { j.state = next; }).value();
    EXPECT_EQ(store->requeue_failures(job, at(6)).value(), 1u);
    EXPECT_EQ(store->queued(job, {0}, 10).value().at(0).first.v, bad);
    EXPECT_EQ(store->queue(job).value().rows, 1u);
    EXPECT_EQ(counts(*store, job).failed, bad + 1);
    EXPECT_EQ(store->failure(job, {4999}).value()->reason, "too long");
    EXPECT_CLEAN(*store);
}

TEST(Retry, of_rows_that_all_failed_in_planning_leaves_the_job_finished) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = store->begin_job(some_job()).value();
    const std::vector<RowRecord> rows{failed()};
    const std::pair<RowNo, model::Failure> reason{{0}, {model::Verdict::permanent, "too long"}};
    store->append_rows(job, {0}, rows, {&reason, 1}).value();
    auto facts = some_job();
    facts.id = job;
    store->publish_job(facts).value();
    store->edit_job(job, [](model::Job& j) { j.state = JobState::finished; }).value();
    EXPECT_EQ(store->requeue_failures(job, at(5)).value(), 0u);
    EXPECT_EQ(store->job(job).value()->state, JobState::finished);
    EXPECT_CLEAN(*store);
}

TEST(Failures, are_given_in_order_until_enough) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    running_job(*store, 6000);
    Settlement s = answering(*store, first_attempt, {});
    for (std::uint64_t r = 0; r < 6000; r += 1)
        add_failure(s, r, "r" + std::to_string(r));
    store->settle(s).value();
    std::uint64_t next = 0;
    store
        ->for_each_failure(first_job,
                           [&](RowNo r, const model::Failure& failure) {
                               EXPECT_EQ(r.v, next);
                               EXPECT_EQ(failure.reason, "r" + std::to_string(next));
                               return ++next < 5000;
                           })
        .value();
    EXPECT_EQ(next, 5000u);
}

// 60,000 rows in one transaction; the time is printed for whoever compares.
TEST(Settle, of_sixty_thousand_rows) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    constexpr std::uint64_t rows = 60'000;
    const JobId job = running_job(*store, rows);
    Settlement s = answering(*store, {job, {0}, 1}, {});
    for (std::uint64_t r = 0; r < rows; ++r)
        s.rows.push_back({{r}, {RowState::answered, {s.segment->no, 16, 0}}});
    s.segment->answers = 0;
    const auto begin = std::chrono::steady_clock::now();
    store->settle(s).value();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    RecordProperty("settle_ms", std::to_string(took.count()));
    std::printf("settled 60,000 rows in %.1f ms, fsync included\n", took.count());
    EXPECT_EQ(counts(*store, job).answered, rows);
}

}  // namespace
}  // namespace overnight::store
