// The attempt machine where lists show no tag and no file stops a late create (SUBMISSION 3.4): a
// baseline before the create, candidates behind it, and a settle time where nothing is found.
#include "submitter/attempt_machine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace overnight::submitter {
namespace {

using model::AttemptState;
using model::VoidReason;
using providers::Lost;
using providers::ReplyClass;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr core::TimePoint start{std::chrono::seconds{1'800'000'000}};
constexpr std::uint32_t requests = 97;

model::Moment at(core::Duration d) {
    return {start + d, hours{1} + d, "boot-1"};
}

model::Attempt make_attempt(AttemptState state) {
    model::Attempt a;
    a.key = {core::JobId{1}, core::ShardNo{0}, 1};
    a.account.v = "claude";
    a.state = state;
    a.intent.v = "abcdefghjkmnpqrstvwxyz0123";
    a.tag = "on1-inst01-abcdefghjkmnpqrstvwxyz0123";
    a.file_bytes = 1000;
    a.requests = requests;
    a.key_fingerprint = "cafe0001";
    if (state < AttemptState::committing) return a;
    a.committed = at(core::Duration{0});
    a.lookout.taken = true;
    a.lookout.baseline.v = "batch_0";
    if (state >= AttemptState::ambiguous) a.doubted = at(core::Duration{0});
    return a;
}

AttemptPolicy policy() {
    AttemptPolicy p;
    p.fence = false;
    p.inline_body = true;
    p.tagged = false;
    p.key_fingerprint = "cafe0001";
    p.lost.most_exposed_tokens = 1000;
    p.exposed_tokens = 1000;
    return p;
}
AttemptPolicy resubmitting() {
    auto p = policy();
    p.lost.dedicated = true;
    p.lost.policy = Lost::Policy::resubmit;
    return p;
}

providers::BatchView batch(std::string id, std::uint64_t total = requests) {
    providers::BatchView b;
    b.id.v = std::move(id);
    b.status = model::BatchStatus::in_progress;
    b.total = total;
    b.created_at = 1'800'000'001;
    return b;
}

Scanned empty_scan() {
    return {true, true, {}, "", false};
}
Scanned untrusted_scan() {
    return {true, false, {}, "it does not show batch batch_0, which exists", false};
}
Scanned with_candidates(std::vector<providers::BatchView> candidates) {
    auto s = empty_scan();
    s.candidates = std::move(candidates);
    return s;
}

/// What a machine in doubt, begun at `t`, makes of one scan.
model::Attempt after_scan(const model::Attempt& attempt,
                          const AttemptPolicy& p,
                          const Scanned& scanned,
                          core::Duration t) {
    AttemptMachine m(attempt, p);
    EXPECT_TRUE(std::holds_alternative<Scan>(m.resume(Start{}, at(t))));
    const auto action = m.resume(scanned, at(t));
    EXPECT_TRUE(std::holds_alternative<Save>(action));
    EXPECT_EQ(std::get<Save>(action).expected, attempt.state);
    return std::get<Save>(action).next;
}

AttemptMachine machine_at_create(const AttemptPolicy& p) {
    AttemptMachine m(make_attempt(AttemptState::uploaded), p);
    m.resume(Start{}, at(core::Duration{0}));
    const auto action = m.resume(BaselineTaken{true, {"batch_0"}, ""}, at(core::Duration{0}));
    m.note_committed(std::get<Create>(action).commit);
    return m;
}

// --- the baseline

TEST(LostCreate, the_straight_way_has_no_upload_and_takes_a_baseline) {
    AttemptMachine m(make_attempt(AttemptState::rendered), policy());
    const auto now = at(core::Duration{0});
    auto action = m.resume(Start{}, now);
    EXPECT_EQ(std::get<Save>(action).next.state, AttemptState::uploaded);
    EXPECT_EQ(std::get<Save>(action).expected, AttemptState::rendered);
    ASSERT_TRUE(std::holds_alternative<TakeBaseline>(m.resume(Saved{}, now)));
    action = m.resume(BaselineTaken{true, {"batch_0"}, ""}, now);
    ASSERT_TRUE(std::holds_alternative<Create>(action));
    const auto commit = std::get<Create>(action).commit;
    EXPECT_EQ(commit.state, AttemptState::committing);
    EXPECT_TRUE(commit.lookout.taken);
    EXPECT_EQ(commit.lookout.baseline.v, "batch_0");  // durable before the last byte goes
    m.note_committed(commit);
    action = m.resume(CreateReplied{{ReplyClass::ok, "", ""}, batch("batch_1"), {}}, now);
    EXPECT_EQ(std::get<Save>(action).next.state, AttemptState::submitted);
    EXPECT_EQ(std::get<Save>(action).next.batch.v, "batch_1");
    EXPECT_FALSE(std::get<Save>(action).next.lookout.provisional);
}

TEST(LostCreate, nothing_is_sent_before_a_baseline_is_there) {
    AttemptMachine m(make_attempt(AttemptState::uploaded), policy());
    const auto now = at(core::Duration{0});
    ASSERT_TRUE(std::holds_alternative<TakeBaseline>(m.resume(Start{}, now)));
    const auto action = m.resume(BaselineTaken{false, {}, "a page failed"}, now);
    const auto& save = std::get<Save>(action);
    EXPECT_EQ(save.next.state, AttemptState::uploaded);
    EXPECT_TRUE(model::may_become(save.expected, save.next.state));
    EXPECT_FALSE(save.next.lookout.taken);
    EXPECT_GT(save.next.due, now.wall);
    EXPECT_TRUE(std::holds_alternative<Rest>(m.resume(Saved{}, now)));
    EXPECT_EQ(m.news().hold_reason, "");
    AttemptMachine later(save.next, policy());
    EXPECT_TRUE(std::holds_alternative<TakeBaseline>(later.resume(Start{}, at(hours{1}))));
}

TEST(LostCreate, a_refused_key_at_the_baseline_holds_the_account) {
    AttemptMachine m(make_attempt(AttemptState::uploaded), policy());
    m.resume(Start{}, at(core::Duration{0}));
    const auto action =
        m.resume(BaselineTaken{false, {}, "a page could not be read", true}, at(core::Duration{0}));
    EXPECT_EQ(std::get<Save>(action).next.state, AttemptState::uploaded);
    EXPECT_NE(m.news().hold_reason.find("--release claude"), std::string::npos);
}

TEST(LostCreate, an_empty_list_is_a_baseline_too) {
    AttemptMachine m(make_attempt(AttemptState::uploaded), policy());
    m.resume(Start{}, at(core::Duration{0}));
    const auto action = m.resume(BaselineTaken{true, {}, ""}, at(core::Duration{0}));
    ASSERT_TRUE(std::holds_alternative<Create>(action));
    EXPECT_TRUE(std::get<Create>(action).commit.lookout.taken);
    EXPECT_TRUE(std::get<Create>(action).commit.lookout.baseline.empty());
}

TEST(LostCreate, a_create_that_was_not_sent_takes_a_new_baseline) {
    for (const auto code : {core::Errc::unavailable, core::Errc::cancelled}) {
        auto m = machine_at_create(policy());
        const auto action =
            m.resume(CreateNotSent{core::Error(code, "refused")}, at(milliseconds{9}));
        const auto& next = std::get<Save>(action).next;
        EXPECT_EQ(next.state, AttemptState::uploaded);
        EXPECT_EQ(next.lookout, model::Lookout{});
        AttemptMachine again(next, policy());
        EXPECT_TRUE(std::holds_alternative<TakeBaseline>(again.resume(Start{}, at(hours{1}))));
    }
}

TEST(LostCreate, a_crash_in_the_create_keeps_the_baseline) {
    AttemptMachine m(make_attempt(AttemptState::committing), policy());
    const auto action = m.resume(Start{}, at(milliseconds{5}));
    EXPECT_EQ(std::get<Save>(action).next.state, AttemptState::ambiguous);
    EXPECT_EQ(std::get<Save>(action).next.lookout.baseline.v, "batch_0");
    EXPECT_TRUE(std::holds_alternative<Scan>(m.resume(Saved{}, at(milliseconds{6}))));
}

// --- the reply

TEST(LostCreate, a_reply_is_known_by_its_count_and_its_newness) {
    struct Row {
        providers::BatchView batch;
        AttemptState state;
    };
    const Row rows[] = {{batch("batch_1"), AttemptState::submitted},
                        {batch("batch_1", requests + 1), AttemptState::ambiguous},
                        {batch("batch_1", 0), AttemptState::ambiguous},
                        {batch("batch_0"), AttemptState::ambiguous}};
    for (const auto& row : rows) {
        auto m = machine_at_create(policy());
        const auto action =
            m.resume(CreateReplied{{ReplyClass::ok, "", ""}, row.batch, {}}, at(milliseconds{9}));
        EXPECT_EQ(std::get<Save>(action).next.state, row.state) << row.batch.id.v;
    }
}

TEST(LostCreate, a_route_that_is_not_there_costs_no_row) {
    auto m = machine_at_create(policy());
    const auto action =
        m.resume(CreateReplied{{ReplyClass::not_found, "not_found_error", "no"}, {}, {}},
                 at(milliseconds{9}));
    EXPECT_EQ(std::get<Save>(action).next.state, AttemptState::voided);
    EXPECT_EQ(std::get<Save>(action).next.void_reason, VoidReason::later);
    EXPECT_NE(m.news().hold_reason.find("base_url"), std::string::npos);
}

// --- candidates

TEST(LostCreate, the_one_candidate_of_a_dedicated_workspace_is_adopted_until_proven) {
    const auto next = after_scan(make_attempt(AttemptState::ambiguous), resubmitting(),
                                 with_candidates({batch("batch_1")}), milliseconds{5});
    EXPECT_EQ(next.state, AttemptState::submitted);
    EXPECT_EQ(next.batch.v, "batch_1");
    EXPECT_TRUE(next.lookout.provisional);
    EXPECT_NE(next.evidence.find("since the baseline"), std::string::npos);
}

TEST(LostCreate, one_candidate_of_a_shared_workspace_waits_for_its_results) {
    const auto next = after_scan(make_attempt(AttemptState::ambiguous), policy(),
                                 with_candidates({batch("batch_1")}), policy().settle + hours{20});
    EXPECT_EQ(next.state, AttemptState::ambiguous);
    EXPECT_TRUE(next.batch.empty());
    EXPECT_GT(next.due, at(policy().settle + hours{20}).wall);
    EXPECT_EQ(next.empty_scans, 0);
}

TEST(LostCreate, several_candidates_wait_also_in_a_dedicated_workspace) {
    auto attempt = make_attempt(AttemptState::ambiguous);
    attempt.empty_scans = 10;
    const auto next =
        after_scan(attempt, resubmitting(), with_candidates({batch("batch_1"), batch("batch_2")}),
                   resubmitting().settle + hours{20});
    EXPECT_EQ(next.state, AttemptState::ambiguous);
    EXPECT_NE(next.evidence.find("2 batches"), std::string::npos);
}

TEST(LostCreate, results_with_our_ids_prove_a_batch) {
    auto scanned = with_candidates({batch("batch_3")});
    scanned.hits.push_back(batch("batch_1"));
    scanned.strangers = {"batch_2"};
    const auto next =
        after_scan(make_attempt(AttemptState::ambiguous), policy(), scanned, hours{30});
    EXPECT_EQ(next.state, AttemptState::submitted);
    EXPECT_EQ(next.batch.v, "batch_1");
    EXPECT_FALSE(next.lookout.provisional);
    EXPECT_EQ(next.evidence, "found by its custom_ids");
    EXPECT_EQ(next.lookout.strangers, std::vector<std::string>{"batch_2"});
}

TEST(LostCreate, strangers_are_remembered_and_leave_the_scan_empty) {
    auto attempt = make_attempt(AttemptState::ambiguous);
    attempt.lookout.strangers = {"batch_1"};
    auto scanned = empty_scan();
    scanned.strangers = {"batch_2"};
    const auto next = after_scan(attempt, policy(), scanned, minutes{1});
    EXPECT_EQ(next.state, AttemptState::ambiguous);
    EXPECT_EQ(next.lookout.strangers, (std::vector<std::string>{"batch_1", "batch_2"}));
    EXPECT_EQ(next.empty_scans, 1);
}

TEST(LostCreate, candidates_that_never_show_their_results_are_held_at_last) {
    const auto attempt = make_attempt(AttemptState::ambiguous);
    const auto candidates = with_candidates({batch("batch_1"), batch("batch_2")});
    const auto limit = policy().settle + hours{48};
    EXPECT_EQ(after_scan(attempt, policy(), candidates, limit - milliseconds{1}).state,
              AttemptState::ambiguous);
    const auto next = after_scan(attempt, policy(), candidates, limit);
    EXPECT_EQ(next.state, AttemptState::hold);
    EXPECT_NE(next.evidence.find("2 batches"), std::string::npos);
}

// --- nothing is found

/// Scans that find nothing, whenever they are due, until the attempt leaves its doubt.
struct Waited {
    model::Attempt last;
    core::Duration time{0};
    int scans = 0;
};
Waited scan_until_resolved(const AttemptPolicy& p, const Scanned& scanned) {
    Waited w{make_attempt(AttemptState::ambiguous), {}, 0};
    while (w.last.state == AttemptState::ambiguous && w.scans < 1000) {
        w.time = std::max(w.time, w.last.due - start);
        w.last = after_scan(w.last, p, scanned, w.time);
        ++w.scans;
    }
    return w;
}

TEST(LostCreate, it_is_held_behind_the_settle_time_and_six_scans) {
    const auto w = scan_until_resolved(policy(), empty_scan());
    EXPECT_EQ(w.last.state, AttemptState::hold);
    EXPECT_GE(w.time, policy().settle);
    EXPECT_GE(w.scans, 6);
    EXPECT_LE(w.scans, 20);
    EXPECT_TRUE(model::may_become(AttemptState::ambiguous, AttemptState::hold));
    EXPECT_NE(w.last.evidence.find("on_ambiguous"), std::string::npos);
}

TEST(LostCreate, it_is_sent_again_where_the_account_says_so) {
    const auto w = scan_until_resolved(resubmitting(), empty_scan());
    EXPECT_EQ(w.last.state, AttemptState::voided);
    EXPECT_EQ(w.last.void_reason, VoidReason::absent);
    EXPECT_GE(w.time, resubmitting().settle);
    EXPECT_GE(w.scans, 6);
}

TEST(LostCreate, more_than_the_exposure_cap_is_held_whatever_the_policy) {
    auto p = resubmitting();
    p.exposed_tokens = p.lost.most_exposed_tokens + 1;
    const auto w = scan_until_resolved(p, empty_scan());
    EXPECT_EQ(w.last.state, AttemptState::hold);
    EXPECT_NE(w.last.evidence.find("1001"), std::string::npos);
}

TEST(LostCreate, six_scans_are_not_enough_and_neither_is_the_time) {
    auto scanned_often = make_attempt(AttemptState::ambiguous);
    scanned_often.empty_scans = 100;
    EXPECT_EQ(after_scan(scanned_often, resubmitting(), empty_scan(),
                         resubmitting().settle - milliseconds{1})
                  .state,
              AttemptState::ambiguous);
    auto waited_long = make_attempt(AttemptState::ambiguous);
    waited_long.empty_scans = 4;
    EXPECT_EQ(after_scan(waited_long, resubmitting(), empty_scan(), hours{100}).state,
              AttemptState::ambiguous);
    waited_long.empty_scans = 5;
    EXPECT_EQ(after_scan(waited_long, resubmitting(), empty_scan(), hours{100}).state,
              AttemptState::voided);
}

TEST(LostCreate, a_list_that_proves_nothing_is_never_a_reason_to_send_again) {
    const auto w = scan_until_resolved(resubmitting(), untrusted_scan());
    EXPECT_EQ(w.last.state, AttemptState::hold);
    EXPECT_GE(w.time, resubmitting().settle);
    EXPECT_EQ(w.last.empty_scans, 0);
    EXPECT_NE(w.last.evidence.find("batch_0"), std::string::npos);
    // One that cannot be read says even less: it is read again, for ever.
    const auto next = after_scan(make_attempt(AttemptState::ambiguous), resubmitting(),
                                 Scanned{false, false, {}, "a page failed", false}, hours{100});
    EXPECT_EQ(next.state, AttemptState::ambiguous);
    EXPECT_EQ(next.empty_scans, 0);
}

TEST(LostCreate, one_unproven_list_behind_a_suspended_night_is_not_enough) {
    auto next = make_attempt(AttemptState::ambiguous);
    for (int scan = 1; scan <= 5; ++scan) {
        next = after_scan(next, policy(), untrusted_scan(), hours{9} + scan * policy().poll);
        EXPECT_EQ(next.state, AttemptState::ambiguous) << scan;
        EXPECT_EQ(next.lookout.unproven_scans, scan);
    }
    next = after_scan(next, policy(), untrusted_scan(), hours{10});
    EXPECT_EQ(next.state, AttemptState::hold);
    // A new doubt begins to count anew.
    next.state = AttemptState::committing;
    AttemptMachine again(next, policy());
    EXPECT_EQ(std::get<Save>(again.resume(Start{}, at(hours{11}))).next.lookout.unproven_scans, 0);
}

TEST(LostCreate, another_key_resolves_nothing) {
    auto p = resubmitting();
    p.key_fingerprint = "beef0002";
    AttemptMachine m(make_attempt(AttemptState::ambiguous), p);
    EXPECT_TRUE(std::holds_alternative<Rest>(m.resume(Start{}, at(hours{100}))));
    EXPECT_FALSE(m.news().hold_reason.empty());
}

TEST(LostCreate, a_key_that_is_refused_while_looking_holds_the_account) {
    AttemptMachine m(make_attempt(AttemptState::ambiguous), policy());
    m.resume(Start{}, at(hours{1}));
    const auto action = m.resume(Scanned{false, false, {}, "401", true}, at(hours{1}));
    EXPECT_EQ(std::get<Save>(action).next.state, AttemptState::ambiguous);
    EXPECT_FALSE(m.news().hold_reason.empty());
}

// --- the whole, against a provider that loses, delays and hides

/// Within the assumptions: a lost create is applied within `late`, a batch is listed within `lag`,
/// and both together are within the settle time.
constexpr milliseconds late{minutes{40}}, lag{minutes{15}};

class World {
public:
    World(unsigned seed, bool shared) : random_(seed), shared_(shared) {
        add("nobody", 7);  // the account is not new
    }
    bool chance(double p) { return std::uniform_real_distribution<>(0, 1)(random_) < p; }
    milliseconds some(milliseconds most) {
        return milliseconds(std::uniform_int_distribution<std::int64_t>(0, most.count())(random_));
    }
    model::Moment now() const { return {start + time_, time_, "boot"}; }

    void advance(milliseconds d) {
        const auto end = time_ + d;
        for (auto it = travelling_.begin(); it != travelling_.end();) {
            if (it->when > end) {
                ++it;
                continue;
            }
            time_ = std::max(time_, it->when);
            add(it->intent, requests);
            it = travelling_.erase(it);
        }
        time_ = end;
        if (shared_ && chance(0.02)) add("somebody else", chance(0.7) ? requests : 8);
    }
    BaselineTaken baseline() {
        if (chance(0.1)) return {false, {}, "a page failed"};
        const auto seen = visible();
        return {true, {seen.front().id}, ""};
    }
    Event create(const model::Attempt& a) {
        if (chance(0.1)) return CreateNotSent{core::Error(core::Errc::unavailable, "refused")};
        if (chance(0.3)) {  // lost, or late, also after the process that sent it has ended
            if (chance(0.6)) travelling_.push_back({a.intent.v, time_ + some(late)});
            return CreateUnknown{"timed out"};
        }
        add(a.intent.v, requests);
        if (chance(0.3)) return CreateUnknown{"the reply was lost"};
        return CreateReplied{{ReplyClass::ok, "", ""}, view(batches_.back()), {}};
    }
    /// As Remote reads a list.
    Scanned scan(const model::Attempt& a, bool dedicated) {
        if (chance(0.1)) return {false, false, {}, "a page failed", false};
        Scanned s = untrusted_scan();
        for (const auto& b : visible()) {
            s.trusted = s.trusted || b.id == a.lookout.baseline.v;
            const auto& strangers = a.lookout.strangers;
            const bool stranger =
                std::find(strangers.begin(), strangers.end(), b.id) != strangers.end();
            if (!s.trusted && !stranger && b.total == a.requests) s.candidates.push_back(view(b));
            if (s.trusted) break;
        }
        if (dedicated && s.candidates.size() == 1) return s;
        std::vector<providers::BatchView> left;
        for (auto& candidate : s.candidates) {
            const auto& b = *std::find_if(batches_.begin(), batches_.end(),
                                          [&](const auto& x) { return x.id == candidate.id.v; });
            if (time_ - b.created < hours{24}) {
                left.push_back(std::move(candidate));
            } else if (b.intent == a.intent.v) {
                s.hits.push_back(std::move(candidate));
            } else {
                s.strangers.push_back(b.id);
            }
        }
        s.candidates = std::move(left);
        return s;
    }
    /// Batches that were made of attempts of ours.
    std::vector<std::string> ours() const {
        std::vector<std::string> ids;
        for (const auto& b : batches_)
            if (b.intent.starts_with("intent-")) ids.push_back(b.id);
        return ids;
    }

private:
    struct Batch {
        std::string id;
        std::string intent;
        std::uint64_t total = 0;
        milliseconds created{};
        milliseconds listed{};
    };
    struct Travelling {
        std::string intent;
        milliseconds when{};
    };

    void add(std::string intent, std::uint64_t total) {
        const auto listed = batches_.empty() ? time_ : time_ + some(lag);
        batches_.push_back(
            {"batch_" + std::to_string(batches_.size()), std::move(intent), total, time_, listed});
    }
    /// Newest first; what was made a short while ago may be missing.
    std::vector<Batch> visible() const {
        std::vector<Batch> seen;
        for (auto it = batches_.rbegin(); it != batches_.rend(); ++it)
            if (it->listed <= time_) seen.push_back(*it);
        return seen;
    }
    static providers::BatchView view(const Batch& b) { return batch(b.id, b.total); }

    std::mt19937 random_;
    bool shared_;
    milliseconds time_{0};
    std::vector<Batch> batches_;
    std::vector<Travelling> travelling_;
};

/// Runs one shard until it is submitted or held. Crashes lose the machine, never the store.
model::Attempt run_shard(World& world, const AttemptPolicy& p) {
    model::Attempt stored = make_attempt(AttemptState::rendered);
    stored.intent.v = "intent-1";
    int crashes = 6;
    for (int pass = 0; pass < 20'000; ++pass) {
        if (stored.state == AttemptState::submitted || stored.state == AttemptState::hold)
            return stored;
        if (stored.state == AttemptState::voided) {
            EXPECT_EQ(stored.void_reason, VoidReason::absent);
            model::Attempt next = make_attempt(AttemptState::rendered);
            next.key.attempt = static_cast<std::uint16_t>(stored.key.attempt + 1);
            next.intent.v = "intent-" + std::to_string(next.key.attempt);
            stored = next;
        }
        AttemptMachine machine(stored, p);
        Event event = Start{};
        for (bool going = true; going;) {
            if (crashes > 0 && world.chance(0.05)) {
                --crashes;
                break;
            }
            const Action action = machine.resume(event, world.now());
            if (const auto* save = std::get_if<Save>(&action)) {
                EXPECT_EQ(save->expected, stored.state);
                EXPECT_TRUE(model::may_become(stored.state, save->next.state))
                    << name(stored.state) << " -> " << name(save->next.state);
                stored = save->next;
                event = Saved{};
            } else if (std::holds_alternative<TakeBaseline>(action)) {
                event = world.baseline();
            } else if (const auto* create = std::get_if<Create>(&action)) {
                EXPECT_TRUE(create->commit.lookout.taken);
                stored = create->commit;
                machine.note_committed(stored);
                event = world.create(stored);
            } else if (std::holds_alternative<Scan>(action)) {
                event = world.scan(machine.attempt(), p.lost.dedicated);
            } else {
                EXPECT_FALSE(std::holds_alternative<Upload>(action));
                EXPECT_FALSE(std::holds_alternative<DeleteInput>(action));
                going = false;
            }
            world.advance(world.some(milliseconds{2000}));
        }
        world.advance(world.some(minutes{3}));
    }
    ADD_FAILURE() << "no end";
    return stored;
}

TEST(LostCreateModel, a_dedicated_workspace_pays_once_and_always_ends) {
    auto p = resubmitting();
    int again = 0;
    for (unsigned seed = 1; seed <= 5'000; ++seed) {
        World world(seed, false);
        const auto ended = run_shard(world, p);
        world.advance(hours{48});
        ASSERT_EQ(ended.state, AttemptState::submitted) << "seed " << seed;
        ASSERT_EQ(world.ours(), std::vector<std::string>{ended.batch.v}) << "seed " << seed;
        again += ended.key.attempt > 1 ? 1 : 0;
    }
    EXPECT_GT(again, 100);  // creates that never took effect were made again
}

TEST(LostCreateModel, a_shared_workspace_takes_no_batch_of_anybody_else) {
    auto p = resubmitting();
    p.lost.dedicated = false;
    int again = 0, ended_early = 0;
    for (unsigned seed = 1; seed <= 100; ++seed) {
        World world(seed, true);
        const auto ended = run_shard(world, p);
        world.advance(hours{48});
        if (ended.state == AttemptState::hold) continue;  // strangers came and came
        ++ended_early;
        ASSERT_EQ(world.ours(), std::vector<std::string>{ended.batch.v}) << "seed " << seed;
        ASSERT_FALSE(ended.lookout.provisional) << "seed " << seed;
        again += ended.key.attempt > 1 ? 1 : 0;
    }
    EXPECT_GT(ended_early, 50);
    EXPECT_GT(again, 5);
}

TEST(LostCreateModel, where_a_person_decides_nothing_is_sent_twice) {
    for (unsigned seed = 1; seed <= 500; ++seed) {
        World world(seed, false);
        const auto ended = run_shard(world, policy());
        world.advance(hours{48});
        ASSERT_EQ(ended.key.attempt, 1) << "seed " << seed;
        ASSERT_LE(world.ours().size(), 1u) << "seed " << seed;
        if (ended.state == AttemptState::submitted) {
            ASSERT_EQ(world.ours(), std::vector<std::string>{ended.batch.v}) << "seed " << seed;
        }
    }
}

}  // namespace
}  // namespace overnight::submitter
