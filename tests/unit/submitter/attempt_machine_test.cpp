// The attempt machine, step by step: every reply at every state, as SUBMISSION 3.1 has it.
#include "submitter/attempt_machine.hpp"

#include <gtest/gtest.h>

namespace overnight::submitter {
namespace {

using model::AttemptState;
using model::VoidReason;
using providers::ReplyClass;
using std::chrono::milliseconds;

constexpr core::TimePoint start{std::chrono::seconds{1'800'000'000}};

model::Moment at(core::Duration d) {
    return {start + d, std::chrono::hours{1} + d, "boot-1"};
}

model::Attempt make_attempt(AttemptState state) {
    model::Attempt a;
    a.key = {core::JobId{1}, core::ShardNo{0}, 1};
    a.state = state;
    a.intent.v = "abcdefghjkmnpqrstvwxyz0123";
    a.tag = "on1-inst01-abcdefghjkmnpqrstvwxyz0123";
    a.file_bytes = 1000;
    a.key_fingerprint = "cafe0001";
    if (state >= AttemptState::uploaded) a.file.v = "file-1";
    if (state >= AttemptState::committing) a.committed = at(core::Duration{0});
    if (state >= AttemptState::ambiguous) a.doubted = at(core::Duration{0});
    if (state >= AttemptState::fenced) a.fenced = at(core::Duration{0});
    return a;
}

AttemptPolicy policy() {
    AttemptPolicy p;
    p.key_fingerprint = "cafe0001";
    return p;
}

AttemptMachine machine_in(AttemptState state) {
    return AttemptMachine(make_attempt(state), policy());
}

providers::BatchView batch(std::string id, std::int64_t created = 1) {
    providers::BatchView b;
    b.id.v = std::move(id);
    b.status = model::BatchStatus::validating;
    b.tag = make_attempt(AttemptState::rendered).tag;
    b.input_file.v = "file-1";
    b.created_at = created;
    return b;
}

/// Brings a fresh machine to its Create, as committed.
AttemptMachine machine_at_create() {
    auto m = machine_in(AttemptState::uploaded);
    const auto action = m.resume(Start{}, at(core::Duration{0}));
    m.note_committed(std::get<Create>(action).commit);
    return m;
}

TEST(AttemptMachine, takes_the_straight_way) {
    auto m = machine_in(AttemptState::rendered);
    const auto now = at(core::Duration{0});
    auto action = m.resume(Start{}, now);
    EXPECT_EQ(std::get<Save>(action).next.state, AttemptState::uploading);
    EXPECT_EQ(std::get<Save>(action).expected, AttemptState::rendered);
    action = m.resume(Saved{}, now);
    ASSERT_TRUE(std::holds_alternative<Upload>(action));
    action = m.resume(
        UploadReplied{{ReplyClass::ok, "", ""}, providers::FileView{{"file-1"}, 1000, "", 0}, {}},
        now);
    EXPECT_EQ(std::get<Save>(action).next.file.v, "file-1");
    action = m.resume(Saved{}, now);
    ASSERT_TRUE(std::holds_alternative<Create>(action));
    const auto commit = std::get<Create>(action).commit;
    EXPECT_EQ(commit.state, AttemptState::committing);
    EXPECT_EQ(commit.committed, now);
    m.note_committed(commit);
    action = m.resume(CreateReplied{{ReplyClass::ok, "", ""}, batch("batch_1"), {}}, now);
    EXPECT_EQ(std::get<Save>(action).next.state, AttemptState::submitted);
    EXPECT_EQ(std::get<Save>(action).next.batch.v, "batch_1");
    EXPECT_EQ(std::get<Save>(action).expected, AttemptState::committing);
    EXPECT_TRUE(std::holds_alternative<Over>(m.resume(Saved{}, now)));
}

TEST(AttemptMachine, an_upload_found_under_way_is_looked_for_before_it_is_repeated) {
    auto m = machine_in(AttemptState::uploading);
    const auto now = at(core::Duration{0});
    EXPECT_TRUE(std::holds_alternative<SearchUpload>(m.resume(Start{}, now)));
    EXPECT_TRUE(std::holds_alternative<Upload>(m.resume(UploadFound{true, std::nullopt}, now)));
}

TEST(AttemptMachine, an_upload_of_other_size_is_not_used) {
    auto m = machine_in(AttemptState::uploading);
    const auto now = at(core::Duration{0});
    m.resume(Start{}, now);
    const auto found =
        m.resume(UploadFound{true, providers::FileView{{"file-9"}, 999, "", 0}}, now);
    EXPECT_TRUE(std::holds_alternative<Upload>(found));
    const auto action = m.resume(
        UploadReplied{{ReplyClass::ok, "", ""}, providers::FileView{{"file-9"}, 999, "", 0}, {}},
        now);
    EXPECT_EQ(std::get<Save>(action).next.state, AttemptState::uploading);
    EXPECT_TRUE(std::get<Save>(action).next.file.empty());
}

TEST(AttemptMachine, a_create_found_under_way_is_in_doubt) {
    auto m = machine_in(AttemptState::committing);
    const auto action = m.resume(Start{}, at(milliseconds{5}));
    EXPECT_EQ(std::get<Save>(action).next.state, AttemptState::ambiguous);
    EXPECT_EQ(std::get<Save>(action).next.doubted, at(milliseconds{5}));
    EXPECT_TRUE(std::holds_alternative<Scan>(m.resume(Saved{}, at(milliseconds{6}))));
}

struct ReplyCase {
    const char* name;
    ReplyClass what;
    const char* code;
    AttemptState state;
    VoidReason reason;
    bool holds;
};

class CreateReplies : public testing::TestWithParam<ReplyCase> {};

TEST_P(CreateReplies, lead_to) {
    const auto& c = GetParam();
    auto m = machine_at_create();
    const auto action =
        m.resume(CreateReplied{{c.what, c.code, "words"}, std::nullopt, {}}, at(milliseconds{9}));
    ASSERT_TRUE(std::holds_alternative<Save>(action));
    const auto& save = std::get<Save>(action);
    EXPECT_EQ(save.next.state, c.state);
    EXPECT_EQ(save.next.void_reason, c.reason);
    EXPECT_EQ(save.expected, AttemptState::committing);
    EXPECT_EQ(!m.news().hold_reason.empty(), c.holds);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    CreateReplies,
    testing::Values(ReplyCase{"ok_without_id", ReplyClass::ok, "", AttemptState::ambiguous,
                              VoidReason::none, false},
                    ReplyCase{"ambiguous", ReplyClass::ambiguous, "", AttemptState::ambiguous,
                              VoidReason::none, false},
                    ReplyCase{"retry", ReplyClass::retry, "server_error", AttemptState::ambiguous,
                              VoidReason::none, false},
                    ReplyCase{"rejected", ReplyClass::rejected, "invalid_value",
                              AttemptState::voided, VoidReason::rejected, false},
                    ReplyCase{"no_file", ReplyClass::rejected, "file_not_found",
                              AttemptState::voided, VoidReason::later, false},
                    ReplyCase{"not_found", ReplyClass::not_found, "", AttemptState::voided,
                              VoidReason::rejected, false},
                    ReplyCase{"rate", ReplyClass::rate_limited, "", AttemptState::voided,
                              VoidReason::later, false},
                    ReplyCase{"tokens", ReplyClass::token_limit, "", AttemptState::voided,
                              VoidReason::token_limit, false},
                    ReplyCase{"key", ReplyClass::unauthorized, "", AttemptState::voided,
                              VoidReason::later, true},
                    ReplyCase{"quota", ReplyClass::quota, "insufficient_quota",
                              AttemptState::voided, VoidReason::later, true}),
    [](const auto& row) { return row.param.name; });

TEST(AttemptMachine, a_reply_that_names_another_batch_is_in_doubt) {
    auto m = machine_at_create();
    auto other = batch("batch_2");
    other.tag = "somebody-elses";
    other.input_file.v = "file-7";
    const auto action =
        m.resume(CreateReplied{{ReplyClass::ok, "", ""}, other, {}}, at(milliseconds{9}));
    EXPECT_EQ(std::get<Save>(action).next.state, AttemptState::ambiguous);
}

TEST(AttemptMachine, a_dropped_tag_is_known_by_the_input_file) {
    auto m = machine_at_create();
    auto untagged = batch("batch_1");
    untagged.tag.clear();
    const auto action =
        m.resume(CreateReplied{{ReplyClass::ok, "", ""}, untagged, {}}, at(milliseconds{9}));
    EXPECT_EQ(std::get<Save>(action).next.state, AttemptState::submitted);
}

TEST(AttemptMachine, no_reply_is_in_doubt_and_not_sent_is_not) {
    auto lost = machine_at_create();
    EXPECT_EQ(std::get<Save>(lost.resume(CreateUnknown{"reset"}, at(milliseconds{9}))).next.state,
              AttemptState::ambiguous);
    auto unsent = machine_at_create();
    const auto action = unsent.resume(
        CreateNotSent{core::Error(core::Errc::unavailable, "refused")}, at(milliseconds{9}));
    EXPECT_EQ(std::get<Save>(action).next.state, AttemptState::uploaded);
    EXPECT_EQ(std::get<Save>(action).expected, AttemptState::committing);
    EXPECT_GT(std::get<Save>(action).next.due, start);
}

TEST(AttemptMachine, a_scan_that_proves_nothing_changes_nothing) {
    for (const bool complete : {false, true}) {
        auto m = machine_in(AttemptState::ambiguous);
        ASSERT_TRUE(std::holds_alternative<Scan>(m.resume(Start{}, at(std::chrono::hours{9}))));
        const auto action =
            m.resume(Scanned{complete, !complete, {}, "why", false}, at(std::chrono::hours{9}));
        EXPECT_EQ(std::get<Save>(action).next.state, AttemptState::ambiguous);
        EXPECT_EQ(std::get<Save>(action).next.empty_scans, 0);
    }
}

TEST(AttemptMachine, an_empty_trusted_scan_leads_to_the_fence_behind_a_durable_mark) {
    auto m = machine_in(AttemptState::ambiguous);
    m.resume(Start{}, at(milliseconds{1}));
    const auto marked = m.resume(Scanned{true, true, {}, "", false}, at(milliseconds{1}));
    EXPECT_EQ(std::get<Save>(marked).next.state, AttemptState::ambiguous);
    EXPECT_EQ(std::get<Save>(marked).next.empty_scans, 1);
    ASSERT_TRUE(std::holds_alternative<Scan>(m.resume(Saved{}, at(milliseconds{1}))));
    ASSERT_TRUE(std::holds_alternative<DeleteInput>(
        m.resume(Scanned{true, true, {}, "", false}, at(milliseconds{2}))));
    const auto undeleted = m.resume(InputDeleted{false, "busy"}, at(milliseconds{3}));
    EXPECT_EQ(std::get<Save>(undeleted).next.state, AttemptState::ambiguous);
    const auto fenced = m.resume(InputDeleted{true, ""}, at(milliseconds{4}));
    EXPECT_EQ(std::get<Save>(fenced).next.state, AttemptState::fenced);
    EXPECT_EQ(std::get<Save>(fenced).next.fenced, at(milliseconds{4}));
}

TEST(AttemptMachine, the_fence_needs_the_whole_list_lag_and_three_scans) {
    auto m = machine_in(AttemptState::fenced);
    core::Duration t{0};
    int scans = 0;
    while (true) {
        const auto action = m.resume(Start{}, at(t));
        if (const auto* rest = std::get_if<Rest>(&action)) {
            t = rest->until - start;
            continue;
        }
        ASSERT_TRUE(std::holds_alternative<Scan>(action));
        ++scans;
        const auto next = std::get<Save>(m.resume(Scanned{true, true, {}, "", false}, at(t))).next;
        if (next.state == AttemptState::voided) {
            EXPECT_EQ(next.void_reason, VoidReason::absent);
            break;
        }
        ASSERT_LT(scans, 50);
        m = AttemptMachine(next, policy());
    }
    EXPECT_GE(t, policy().list_lag);
    EXPECT_GE(scans, 3);
}

TEST(AttemptMachine, a_jump_of_the_wall_clock_does_not_shorten_the_wait) {
    auto attempt = make_attempt(AttemptState::fenced);
    attempt.empty_scans = 10;
    AttemptMachine m(attempt, policy());
    model::Moment jumped = at(milliseconds{10});
    jumped.wall += std::chrono::hours{24};
    m.resume(Start{}, jumped);
    EXPECT_EQ(std::get<Save>(m.resume(Scanned{true, true, {}, "", false}, jumped)).next.state,
              AttemptState::fenced);
}

TEST(AttemptMachine, of_two_batches_the_earlier_is_adopted_and_the_other_cancelled) {
    auto m = machine_in(AttemptState::ambiguous);
    m.resume(Start{}, at(milliseconds{1}));
    const auto action =
        m.resume(Scanned{true, true, {batch("late", 20), batch("early", 10)}, "", false},
                 at(milliseconds{2}));
    EXPECT_EQ(std::get<Save>(action).next.batch.v, "early");
    ASSERT_EQ(m.news().duplicates.size(), 1u);
    EXPECT_EQ(m.news().duplicates.front().v, "late");
    EXPECT_FALSE(m.news().hold_reason.empty());
}

TEST(AttemptMachine, another_key_resolves_nothing) {
    auto p = policy();
    p.key_fingerprint = "beef0002";
    AttemptMachine m(make_attempt(AttemptState::ambiguous), p);
    EXPECT_TRUE(std::holds_alternative<Rest>(m.resume(Start{}, at(std::chrono::hours{5}))));
    EXPECT_FALSE(m.news().hold_reason.empty());
}

TEST(AttemptMachine, without_a_fence_the_settle_window_counts_from_the_doubt) {
    auto p = policy();
    p.fence = false;
    auto attempt = make_attempt(AttemptState::ambiguous);
    attempt.empty_scans = 10;
    AttemptMachine early(attempt, p);
    early.resume(Start{}, at(p.settle - milliseconds{1}));
    EXPECT_EQ(std::get<Save>(
                  early.resume(Scanned{true, true, {}, "", false}, at(p.settle - milliseconds{1})))
                  .next.state,
              AttemptState::ambiguous);
    AttemptMachine late(attempt, p);
    late.resume(Start{}, at(p.settle));
    EXPECT_EQ(
        std::get<Save>(late.resume(Scanned{true, true, {}, "", false}, at(p.settle))).next.state,
        AttemptState::voided);
}

}  // namespace
}  // namespace overnight::submitter
