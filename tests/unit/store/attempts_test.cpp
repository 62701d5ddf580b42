// Attempts, shards and accounts: every verb, and every way in which it must refuse.

#include "tests/unit/store/support.hpp"

namespace overnight::store {
namespace {

using namespace testing;
using model::JobState;
using model::ShardState;
using S = AttemptState;

std::vector<model::AttemptKey> keys(const std::vector<Attempt>& attempts) {
    std::vector<model::AttemptKey> found;
    for (const Attempt& attempt : attempts)
        found.push_back(attempt.key);
    return found;
}

Attempt full_attempt(Attempt a) {
    a.key_fingerprint = "abcdef01";
    a.file_bytes = 1;
    a.requests = 2;
    a.file.v = "file-1";
    a.status = model::BatchStatus::in_progress;
    a.status_word = "in_progress";
    a.done = 3;
    a.output_file.v = "file-2";
    a.error_file.v = "file-3";
    a.committed = {at(1), core::Duration(2), "boot"};
    a.doubted = {at(3), core::Duration(4), "boot"};
    a.fenced = {at(5), core::Duration(6), "boot"};
    a.empty_scans = 4;
    a.upload_tries = 5;
    a.fetch_tries = 6;
    a.missing_since = at(7);
    a.ended = at(8);
    a.due = at(9);
    a.cancel_wanted = true;
    a.cancel_sent = true;
    a.usage = {10, 11, 12};
    a.evidence = "echoed";
    a.error = "said";
    return a;
}

TEST(Attempts, every_field_survives) {
    const TempDir dir;
    Attempt attempt;
    {
        const auto store = open_store(dir.path());
        const JobId job = running_job(*store, 1);
        attempt = full_attempt(store->attempt({job, {0}, 1}).value().value());
        attempt.state = S::uploading;
        store->advance(attempt, S::rendered).value();
    }
    EXPECT_EQ(open_store(dir.path())->attempt(attempt.key).value(), attempt);
}

// Every pair of states: what model/ allows is written, everything else leaves the attempt alone.
TEST(Attempts, exactly_the_legal_transitions_are_possible) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 1);
    constexpr auto last = static_cast<int>(S::hold);
    // Ways through legal states to each state; settled and what follows it is settle()'s.
    const std::vector<std::vector<S>> ways = {
        {},
        {S::uploading},
        {S::uploading, S::uploaded},
        {S::uploading, S::uploaded, S::committing},
        {S::uploading, S::uploaded, S::committing, S::ambiguous},
        {S::uploading, S::uploaded, S::committing, S::ambiguous, S::fenced},
        {S::uploading, S::uploaded, S::committing, S::submitted},
        {S::uploading, S::uploaded, S::committing, S::submitted, S::terminal},
        {S::uploading, S::uploaded, S::committing, S::submitted, S::terminal, S::fetched},
        {S::uploading, S::uploaded, S::committing, S::ambiguous, S::hold},
        {S::voided}};
    std::uint32_t shard = 0;
    for (const auto& way : ways) {
        for (int to = 1; to <= last; ++to) {
            Attempt attempt = some_attempt(job, ++shard, 1);
            store->add_retry_shard(some_shard(job, shard, 0), attempt, {}).value();
            for (const S step : way) {
                const S before = attempt.state;
                attempt.state = step;
                if (step == S::submitted) attempt.batch.v = "b" + std::to_string(shard);
                store->advance(attempt, before).value();
            }
            const S from = attempt.state;
            Attempt next = attempt;
            next.state = static_cast<S>(to);
            next.batch.v = "b" + std::to_string(shard);
            next.evidence = "changed";
            // Only ordinary calls begin without a create; these batches are not theirs.
            const bool legal = model::may_become(from, next.state) &&
                               (next.state != S::settled || from == S::settled) &&
                               (next.state != S::submitted || from != S::rendered);
            const auto done = store->advance(next, from);
            EXPECT_EQ(done.has_value(), legal) << name(from) << " -> " << name(next.state);
            EXPECT_EQ(store->attempt(attempt.key).value(), legal ? next : attempt);
        }
    }
    EXPECT_CLEAN(*store);
}

TEST(Attempts, a_stale_view_is_a_conflict) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 1);
    Attempt attempt = lead(*store, {job, {0}, 1}, S::uploaded);
    attempt.state = S::voided;
    EXPECT_EQ(code(store->advance(attempt, S::uploading)), Errc::conflict);
    EXPECT_EQ(store->attempt(attempt.key).value()->state, S::uploaded);
    attempt.key.attempt = 2;
    EXPECT_EQ(code(store->advance(attempt, S::uploaded)), Errc::not_found);
}

TEST(Attempts, the_identity_cannot_change_and_a_batch_has_an_id) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 1);
    const Attempt attempt = lead(*store, {job, {0}, 1}, S::committing);
    Attempt next = attempt;
    next.intent.v = "other";
    EXPECT_EQ(code(store->advance(next, S::committing)), Errc::internal);
    next = attempt;
    next.account.v = "other";
    EXPECT_EQ(code(store->advance(next, S::committing)), Errc::internal);
    next = attempt;
    next.tag = "other";
    EXPECT_EQ(code(store->advance(next, S::committing)), Errc::internal);
    next = attempt;
    next.state = S::submitted;
    EXPECT_EQ(code(store->advance(next, S::committing)), Errc::internal);
}

TEST(Attempts, batches_count_attempts_that_have_one) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 1);
    Attempt attempt = lead(*store, {job, {0}, 1}, S::submitted);
    EXPECT_EQ(store->job(job).value()->batches, 1u);
    attempt.done = 5;  // bookkeeping within a state
    store->advance(attempt, S::submitted).value();
    attempt.state = S::terminal;
    store->advance(attempt, S::submitted).value();
    attempt.state = S::voided;
    store->advance(attempt, S::terminal).value();
    attempt.state = S::submitted;  // a late orphan: the same batch
    store->advance(attempt, S::voided).value();
    EXPECT_EQ(store->job(job).value()->batches, 1u);
    EXPECT_CLEAN(*store);
}

TEST(Attempts, the_commit_is_refused_when_the_job_was_cancelled_meanwhile) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 1);
    Attempt attempt = lead(*store, {job, {0}, 1}, S::uploaded);
    store->edit_job(job, [](model::Job& j) { j.state = JobState::cancelling; }).value();
    attempt.state = S::committing;
    EXPECT_EQ(code(store->advance(attempt, S::uploaded)), Errc::cancelled);
    EXPECT_EQ(store->attempt(attempt.key).value()->state, S::uploaded);
    // What was created before goes on.
    attempt.state = S::voided;
    store->advance(attempt, S::uploaded).value();
    Attempt second = some_attempt(job, 0, 2);
    EXPECT_EQ(code(store->begin_attempt(second)), Errc::cancelled);
    EXPECT_EQ(code(store->add_retry_shard(some_shard(job, 1, 0), some_attempt(job, 1, 1), {})),
              Errc::cancelled);
}

TEST(Attempts, the_commit_is_refused_while_the_account_is_held) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 1);
    Attempt attempt = lead(*store, {job, {0}, 1}, S::uploaded);
    attempt.state = S::committing;
    attempt.committed.wall = at(100);
    const auto hold = [&](TimePoint until) {
        store
            ->edit_account(attempt.account,
                           [&](Account& a) { a.hold_reason = "quota", a.hold_until = until; })
            .value();
    };
    hold({});
    EXPECT_EQ(code(store->advance(attempt, S::uploaded)), Errc::held);
    hold(at(101));
    EXPECT_EQ(code(store->advance(attempt, S::uploaded)), Errc::held);
    hold(at(100));
    store->advance(attempt, S::uploaded).value();
}

TEST(Attempts, live_and_voided_are_listed_by_account) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId a = running_job(*store, 1);
    const JobId b = running_job(*store, 1);
    Attempt other = some_attempt(b, 1, 1);
    other.account.v = "other";
    store->add_retry_shard(some_shard(b, 1, 0), other, {}).value();
    using Keys = std::vector<model::AttemptKey>;
    const model::AttemptKey a1{a, {0}, 1};
    const model::AttemptKey b1{b, {0}, 1};
    EXPECT_EQ(keys(store->live_attempts().value()), (Keys{a1, b1, other.key}));
    EXPECT_EQ(keys(store->live_attempts(core::AccountName{"openai"}).value()), (Keys{a1, b1}));
    EXPECT_EQ(keys(store->live_attempts(core::AccountName{"other"}).value()), Keys{other.key});
    EXPECT_TRUE(store->live_attempts(core::AccountName{"open"}).value().empty());

    void_attempt(*store, a1, at(1000));
    void_attempt(*store, other.key, at(2000));
    EXPECT_EQ(keys(store->live_attempts().value()), Keys{b1});
    const core::AccountName openai{"openai"};
    EXPECT_EQ(keys(store->voided_attempts(openai, at(999)).value()), Keys{a1});
    EXPECT_TRUE(store->voided_attempts(openai, at(1000)).value().empty());
    EXPECT_EQ(keys(store->voided_attempts({"other"}, at(0)).value()), Keys{other.key});
    EXPECT_EQ(store->attempts(b).value().size(), 2u);
    EXPECT_CLEAN(*store);
}

TEST(Attempts, a_voided_one_without_an_end_is_watched_from_its_create) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 1);
    Attempt attempt = lead(*store, {job, {0}, 1}, S::uploaded);
    attempt.state = S::committing;
    attempt.committed.wall = at(5000);
    store->advance(attempt, S::uploaded).value();
    attempt.state = S::voided;
    store->advance(attempt, S::committing).value();
    EXPECT_EQ(store->voided_attempts(attempt.account, at(4999)).value().size(), 1u);
    EXPECT_EQ(store->voided_attempts(attempt.account, at(5000)).value().size(), 0u);
}

TEST(Attempts, the_next_one_waits_for_the_end_of_the_one_before) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 1);
    EXPECT_EQ(code(store->begin_attempt(some_attempt(job, 0, 2))), Errc::conflict);
    lead(*store, {job, {0}, 1}, S::committing);
    EXPECT_EQ(code(store->begin_attempt(some_attempt(job, 0, 2))), Errc::conflict);
    void_attempt(*store, {job, {0}, 1});
    EXPECT_EQ(code(store->begin_attempt(some_attempt(job, 0, 3))), Errc::conflict);
    EXPECT_EQ(code(store->begin_attempt(some_attempt(job, 1, 2))), Errc::not_found);
    Attempt same_intent = some_attempt(job, 0, 2);
    same_intent.intent = store->attempt({job, {0}, 1}).value()->intent;
    EXPECT_EQ(code(store->begin_attempt(same_intent)), Errc::conflict);
    const Attempt second = some_attempt(job, 0, 2);
    store->begin_attempt(second).value();
    EXPECT_EQ(store->find_intent(second.intent).value(), second);
    EXPECT_EQ(store->shard({job, {0}}).value()->attempts, 2u);
    EXPECT_EQ(store->job(job).value()->attempts, 2u);
    EXPECT_CLEAN(*store);
}

TEST(Shards, are_numbered_without_gaps) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = store->begin_job(some_job()).value();
    EXPECT_EQ(code(store->add_shard(some_shard(job, 1, 1), some_attempt(job, 1, 1))),
              Errc::conflict);
    EXPECT_EQ(code(store->add_shard(some_shard(job, 0, 1), some_attempt(job, 1, 1))),
              Errc::internal);
    EXPECT_EQ(code(store->add_shard(some_shard(job, 0, 1), some_attempt(job, 0, 2))),
              Errc::internal);
    store->add_shard(some_shard(job, 0, 1), some_attempt(job, 0, 1)).value();
    EXPECT_EQ(code(store->add_shard(some_shard(job, 0, 1), some_attempt(job, 0, 1))),
              Errc::conflict);
    EXPECT_EQ(store->shards(job).value().size(), 1u);
    EXPECT_EQ(store->shard({job, {0}}).value()->attempts, 1u);
    EXPECT_EQ(store->shard({job, {1}}).value(), std::nullopt);
}

TEST(Shards, are_dropped_only_when_nothing_of_them_can_run) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 2);
    EXPECT_EQ(code(store->drop_shard({job, {0}})), Errc::conflict);
    EXPECT_EQ(code(store->drop_shard({job, {1}})), Errc::not_found);
    const Attempt live = store->attempt({job, {0}, 1}).value().value();
    EXPECT_EQ(code(store->requeue_shard(live, {}, {})), Errc::conflict);
    void_attempt(*store, live.key);
    store->drop_shard({job, {0}}).value();
    EXPECT_EQ(store->shard({job, {0}}).value()->state, ShardState::dropped);
    EXPECT_EQ(code(store->drop_shard({job, {0}})), Errc::conflict);
    EXPECT_EQ(code(store->begin_attempt(some_attempt(job, 0, 2))), Errc::conflict);
}

TEST(Shards, requeueing_records_why_and_skips_settled_rows) {
    const TempDir dir;
    const auto store = open_store(dir.path());
    const JobId job = running_job(*store, 3);
    // Attempt 1 is voided, and turns out to have run: a late orphan answers row 1.
    void_attempt(*store, {job, {0}, 1});
    store->begin_attempt(some_attempt(job, 0, 2)).value();
    Attempt orphan = store->attempt({job, {0}, 1}).value().value();
    orphan.state = S::submitted;
    orphan.batch.v = "late";
    store->advance(orphan, S::voided).value();
    store->settle(answering(*store, orphan.key, {1})).value();
    EXPECT_EQ(store->shard({job, {0}}).value()->state, ShardState::open);

    const Attempt second = void_attempt(*store, {job, {0}, 2});
    EXPECT_EQ(code(store->requeue_shard(orphan, {}, {})), Errc::conflict);  // not the latest
    std::vector<std::pair<RowNo, model::TryRecord>> rows(3);
    for (std::uint32_t i = 0; i < 3; ++i) {
        rows[i].first.v = i;
        rows[i].second.request = 10 + i;
        rows[i].second.queued_at = at(50 + i);
    }
    model::Resubmission why;
    why.reason = "over the token limit";
    why.verdict = model::Verdict::never_ran;
    why.at = at(50);
    store->requeue_shard(second, rows, why).value();
    EXPECT_EQ(store->shard({job, {0}}).value()->state, ShardState::dropped);
    EXPECT_EQ(store->queue(job).value().rows, 2u);
    EXPECT_EQ(store->queue(job).value().oldest, at(50));
    const auto reasons = store->resubmissions(job, {2}).value();
    ASSERT_EQ(reasons.size(), 1u);
    EXPECT_EQ(reasons[0].attempt, 2u);
    EXPECT_EQ(reasons[0].request, 12u);
    EXPECT_EQ(reasons[0].reason, "over the token limit");
    EXPECT_TRUE(store->resubmissions(job, {1}).value().empty());
    EXPECT_CLEAN(*store);
}

TEST(Accounts, are_empty_until_written) {
    const TempDir dir;
    Account written;
    {
        const auto store = open_store(dir.path());
        Account none;
        none.name.v = "x";
        EXPECT_EQ(store->account({"x"}).value(), none);
        store
            ->edit_account({"x"},
                           [](Account& a) {
                               a.hold_reason = "why";
                               a.hold_until = at(1);
                               a.key_fingerprint = "k";
                               a.last_sweep = at(2);
                               a.create_after = at(-3);
                               a.token_limits = {{"m1", 5}, {"m2", 6}};
                           })
            .value();
        written = store->account({"x"}).value();
        EXPECT_EQ(code(store->edit_account({"x"}, [](Account& a) { a.name.v = "y"; })),
                  Errc::internal);
        EXPECT_EQ(code(store->account({std::string(201, 'a')})), Errc::invalid_input);
    }
    const auto store = open_store(dir.path());
    EXPECT_EQ(store->account({"x"}).value(), written);
    EXPECT_EQ(written.token_limits.at("m2"), 6u);
    EXPECT_EQ(written.create_after, at(-3));
    EXPECT_CLEAN(*store);
}

}  // namespace
}  // namespace overnight::store
