// Jobs and their rows, from the first row planned to the day they are forgotten.

#include "tests/unit/store/support.hpp"

namespace overnight::store {
namespace {

using namespace testing;
using model::JobState;

TEST(Jobs, begin_with_an_id_and_a_spool_folder) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    auto job = some_job();
    job.state = JobState::finished;  // what the caller says of states and counters does not matter
    job.rows.total = 7;
    job.id = store->begin_job(job).value();
    EXPECT_EQ(job.id.v, 1u);
    EXPECT_TRUE(std::filesystem::is_directory(dir / "spool/1"));
    job.state = JobState::planning;
    job.rows.total = 0;
    EXPECT_EQ(store->job(job.id).value(), job);
    EXPECT_EQ(store->begin_job(some_job()).value().v, 2u);
    EXPECT_EQ(store->jobs().value().size(), 2u);
    EXPECT_EQ(store->jobs().value()[0], job);
    EXPECT_EQ(store->job({3}).value(), std::nullopt);
    EXPECT_EQ(code(store->append_rows({3}, {0}, {})), Errc::not_found);
    EXPECT_CLEAN(*store);
}

TEST(Jobs, a_spool_folder_without_a_job_is_not_taken_over) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    std::filesystem::create_directory(dir / "spool/1");
    std::filesystem::create_directory(dir / "spool/2");
    EXPECT_EQ(store->begin_job(some_job()).value().v, 3u);
}

TEST(Jobs, every_field_survives) {
    const TempDir dir;
    auto job = some_job();
    job.kind = model::JobKind::raw_requests;
    job.recipe_schema = "{}";
    job.row_attempts = 9;
    job.usage = {1, 2, 3};
    job.pack_rows = 20;
    job.note = "a note";
    job.updated = at(5);
    {
        const auto store = open_store(dir.path());
        job.id = store->begin_job(job).value();
    }
    EXPECT_EQ(open_store(dir.path())->job(job.id).value(), job);
}

// Batches of every size against a plain vector, so that blocks are begun, filled up and crossed.
TEST(Rows, are_kept_in_order_whatever_the_batches) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = store->begin_job(some_job()).value();
    std::vector<RowRecord> all;
    for (const std::size_t batch : {1u, 98u, 1u, 1u, 99u, 100u, 101u, 0u, 250u, 7u, 1000u, 42u}) {
        std::vector<RowRecord> rows(batch);
        for (std::size_t i = 0; i < batch; ++i)
            if ((all.size() + i) % 3 == 0) rows[i] = cached(1, all.size() + i);
        store->append_rows(job, {all.size()}, rows).value();
        all.insert(all.end(), rows.begin(), rows.end());
        ASSERT_EQ(counts(*store, job).total, all.size());
    }
    for (const std::size_t first : {0u, 1u, 99u, 100u, 101u, 500u}) {
        for (const std::size_t count : {0u, 1u, 99u, 100u, 101u, 300u}) {
            std::vector<RowRecord> out(count);
            store->read_rows(job, {first}, out).value();
            EXPECT_TRUE(std::equal(out.begin(), out.end(), all.begin() + static_cast<long>(first)))
                << first << "+" << count;
        }
    }
    std::vector<RowRecord> out(2);
    EXPECT_EQ(code(store->read_rows(job, {all.size() - 1}, out)), Errc::not_found);
    EXPECT_EQ(code(store->read_rows(job, {all.size() + 1000}, out)), Errc::not_found);
    EXPECT_EQ(code(store->read_rows({9}, {0}, out)), Errc::not_found);
}

TEST(Rows, of_two_jobs_do_not_mix) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId a = store->begin_job(some_job()).value();
    const JobId b = store->begin_job(some_job()).value();
    // b is behind a in the table, so that a's blocks are not the table's last.
    store->append_rows(b, {0}, std::vector<RowRecord>(150)).value();
    store->append_rows(a, {0}, std::vector<RowRecord>(250, cached(1))).value();
    store->append_rows(b, {150}, std::vector<RowRecord>(70)).value();
    EXPECT_EQ(row(*store, a, 249), cached(1));
    EXPECT_EQ(row(*store, b, 219), waiting());
    std::vector<RowRecord> out(2);
    EXPECT_EQ(code(store->read_rows(a, {249}, out)), Errc::not_found);
}

TEST(Rows, must_come_in_order_and_make_sense) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = store->begin_job(some_job()).value();
    const std::vector<RowRecord> two(2);
    EXPECT_EQ(code(store->append_rows(job, {1}, two)), Errc::conflict);
    store->append_rows(job, {0}, two).value();
    EXPECT_EQ(code(store->append_rows(job, {0}, two)), Errc::conflict);
    const RowRecord answered{RowState::answered, {}};
    EXPECT_EQ(code(store->append_rows(job, {2}, {&answered, 1})), Errc::internal);
    const RowRecord of_itself = duplicate_of(2);
    EXPECT_EQ(code(store->append_rows(job, {2}, {&of_itself, 1})), Errc::internal);
    const RowRecord no_reason = failed();
    EXPECT_EQ(code(store->append_rows(job, {2}, {&no_reason, 1})), Errc::internal);
    const std::pair<RowNo, model::Failure> reason{{2}, {model::Verdict::permanent, "too long"}};
    EXPECT_EQ(code(store->append_rows(job, {2}, two, {&reason, 1})), Errc::internal);
    store->append_rows(job, {2}, {&no_reason, 1}, {&reason, 1}).value();
    EXPECT_EQ(store->failure(job, {2}).value()->reason, "too long");
    const RowRecord of_row_0 = duplicate_of(0);
    store->append_rows(job, {3}, {&of_row_0, 1}).value();
    const RowRecord of_duplicate = duplicate_of(3);
    EXPECT_EQ(code(store->append_rows(job, {4}, {&of_duplicate, 1})), Errc::internal);
    EXPECT_EQ(counts(*store, job).total, 4u);
    EXPECT_CLEAN(*store);
}

TEST(Rows, duplicates_share_the_outcome_of_their_original) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const auto [segment, places] = write_segment(*store, {1}, {"x"});
    const JobId job = store->begin_job(some_job()).value();
    const RowRecord known{RowState::cached, places[0]};
    std::vector<RowRecord> rows{known, waiting(), duplicate_of(0), duplicate_of(1),
                                duplicate_of(1)};
    store->append_rows(job, {0}, rows).value();
    rows = {duplicate_of(0), duplicate_of(1), waiting()};  // of an earlier call's rows
    store->append_rows(job, {5}, rows).value();
    const auto seen = counts(*store, job);
    EXPECT_EQ(seen.total, 8u);
    EXPECT_EQ(seen.cached, 3u);
    EXPECT_EQ(seen.duplicates, 5u);
    EXPECT_EQ(seen.waiting(), 5u);
}

TEST(Jobs, nothing_of_a_planned_job_can_be_sent_before_it_is_published) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = store->begin_job(some_job()).value();
    store->append_rows(job, {0}, std::vector<RowRecord>(3)).value();
    store->add_shard(some_shard(job, 0, 3), some_attempt(job, 0, 1)).value();
    EXPECT_TRUE(store->live_attempts().value().empty());
    Attempt attempt = store->attempt({job, {0}, 1}).value().value();
    attempt.state = AttemptState::uploading;
    EXPECT_EQ(code(store->advance(attempt, AttemptState::rendered)), Errc::conflict);
    EXPECT_EQ(store->find_intent(attempt.intent).value()->key, attempt.key);
    EXPECT_CLEAN(*store);

    auto facts = some_job();
    facts.id = job;
    facts.input.bytes = 99;
    facts.note = "published";
    facts.rows.total = 1'000'000;  // the store's own counts are kept
    store->publish_job(facts).value();
    const auto now = store->job(job).value().value();
    EXPECT_EQ(now.state, JobState::running);
    EXPECT_EQ(now.rows.total, 3u);
    EXPECT_EQ(now.shards, 1u);
    EXPECT_EQ(now.requests, 3u);
    EXPECT_EQ(now.attempts, 1u);
    EXPECT_EQ(now.input.bytes, 99u);
    EXPECT_EQ(now.note, "published");
    EXPECT_EQ(store->live_attempts().value().size(), 1u);
    store->advance(attempt, AttemptState::rendered).value();

    EXPECT_EQ(code(store->publish_job(facts)), Errc::conflict);
    EXPECT_EQ(code(store->append_rows(job, {3}, std::vector<RowRecord>(1))), Errc::conflict);
    EXPECT_EQ(code(store->add_shard(some_shard(job, 1, 1), some_attempt(job, 1, 1))),
              Errc::conflict);
    EXPECT_EQ(code(store->discard_job(job)), Errc::conflict);
    EXPECT_CLEAN(*store);
}

TEST(Jobs, a_job_with_nothing_to_send_goes_straight_to_merging) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    auto facts = some_job();
    facts.id = store->begin_job(facts).value();
    store->publish_job(facts).value();
    EXPECT_EQ(store->job(facts.id).value()->state, JobState::merging);
}

TEST(Jobs, discarding_leaves_nothing) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId keep = running_job(*store, 3);
    const JobId job = store->begin_job(some_job()).value();
    std::vector<RowRecord> rows(900'000);
    rows[5] = duplicate_of(1);
    store->append_rows(job, {0}, rows).value();
    const Attempt attempt = some_attempt(job, 0, 1);
    store->add_shard(some_shard(job, 0, 3), attempt).value();
    store->discard_job(job).value();
    EXPECT_EQ(store->job(job).value(), std::nullopt);
    EXPECT_TRUE(store->shards(job).value().empty());
    EXPECT_EQ(store->find_intent(attempt.intent).value(), std::nullopt);
    RowRecord record;
    EXPECT_EQ(code(store->read_rows(job, {0}, {&record, 1})), Errc::not_found);
    EXPECT_FALSE(std::filesystem::exists(store->spool_dir(job)));
    EXPECT_EQ(counts(*store, keep).total, 3u);
    EXPECT_CLEAN(*store);
    EXPECT_EQ(store->begin_job(some_job()).value().v, job.v + 1);  // no id is given twice
}

TEST(Jobs, edits_are_legal_or_refused) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 1);
    store->edit_job(job, [](model::Job& j) { j.note = "held", j.usage.output_tokens = 5; }).value();
    EXPECT_EQ(store->job(job).value()->note, "held");
    EXPECT_EQ(store->job(job).value()->usage.output_tokens, 5u);
    const auto edit = [&](auto change) {
        return store->edit_job(job, [&](model::Job& j) { change(j); });
    };
    EXPECT_EQ(code(edit([](auto& j) { j.state = JobState::finished; })), Errc::internal);
    EXPECT_EQ(code(edit([](auto& j) { j.rows.answered = 1; })), Errc::internal);
    EXPECT_EQ(code(edit([](auto& j) { ++j.batches; })), Errc::internal);
    EXPECT_EQ(code(edit([](auto& j) { j.id.v = 9; })), Errc::internal);
    EXPECT_EQ(code(store->edit_job({9}, [](model::Job&) {})), Errc::not_found);
    edit([](auto& j) { j.state = JobState::cancelling, j.recipe_text = "new"; }).value();
    EXPECT_EQ(store->job(job).value()->recipe_text, "new");
    EXPECT_EQ(store->job(job).value()->state, JobState::cancelling);
}

TEST(Jobs, a_planned_job_runs_through_publish_alone) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = store->begin_job(some_job()).value();
    const auto run = [](model::Job& j) { j.state = JobState::running; };
    EXPECT_EQ(code(store->edit_job(job, run)), Errc::internal);
}

TEST(Jobs, forgetting_keeps_the_attempts_known) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 3);
    EXPECT_EQ(code(store->forget_job(job)), Errc::conflict);  // it runs
    Settlement s = answering(*store, {job, {0}, 1}, {0, 1, 2});
    store->settle(s).value();
    for (const auto state : {JobState::merging, JobState::finished})
        store->edit_job(job, [&](model::Job& j) { j.state = state; }).value();
    EXPECT_EQ(code(store->forget_job(job)), Errc::conflict);  // its files are still at the provider
    Attempt attempt = s.attempt;
    attempt.state = AttemptState::closed;
    store->advance(attempt, AttemptState::settled).value();
    store->forget_job(job).value();
    EXPECT_EQ(store->job(job).value(), std::nullopt);
    EXPECT_FALSE(std::filesystem::exists(store->spool_dir(job)));
    EXPECT_EQ(store->find_intent(attempt.intent).value()->key, attempt.key);
    EXPECT_EQ(store->segments().value().size(), 1u);  // the answers stay in the cache
    EXPECT_CLEAN(*store);
    EXPECT_EQ(code(store->forget_job(job)), Errc::not_found);
}

TEST(Jobs, a_late_orphan_of_a_forgotten_job_still_settles_into_the_cache) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 1);
    void_attempt(*store, {job, {0}, 1});
    store->drop_shard({job, {0}}).value();
    for (const auto state : {JobState::cancelling, JobState::cancelled})
        store->edit_job(job, [&](model::Job& j) { j.state = state; }).value();
    store->forget_job(job).value();
    Attempt attempt = store->attempt({job, {0}, 1}).value().value();
    attempt.state = AttemptState::submitted;
    attempt.batch.v = "batch_late";
    store->advance(attempt, AttemptState::voided).value();
    SettleReport report;
    store->settle(answering(*store, {job, {0}, 1}, {0}), &report).value();
    EXPECT_TRUE(report.answers_only);
    EXPECT_EQ(report.answered, 0u);
    EXPECT_EQ(store->segments().value().size(), 1u);
    EXPECT_CLEAN(*store);
}

}  // namespace
}  // namespace overnight::store
