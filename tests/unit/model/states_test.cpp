// The tables of legal transitions, pinned: what guards the money must not change by accident.
#include "model/attempt.hpp"
#include "model/job.hpp"
#include "model/shard.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace overnight::model {
namespace {

template <class State>
std::string reachable(State from, State first, State last) {
    std::string text;
    for (int s = static_cast<int>(first); s <= static_cast<int>(last); ++s) {
        const auto to = static_cast<State>(s);
        if (to != from && may_become(from, to))
            text += std::string(text.empty() ? "" : " ") + std::string(name(to));
    }
    return text;
}

TEST(States, of_an_attempt) {
    const std::map<AttemptState, std::string> expected{
        {AttemptState::rendered, "uploading uploaded submitted voided"},
        {AttemptState::uploading, "uploaded voided"},
        {AttemptState::uploaded, "uploading committing voided"},
        {AttemptState::committing, "uploaded ambiguous submitted voided"},
        {AttemptState::ambiguous, "fenced submitted voided hold"},
        {AttemptState::fenced, "submitted voided hold"},
        {AttemptState::submitted, "terminal hold"},
        {AttemptState::terminal, "ambiguous fetched voided hold"},
        {AttemptState::fetched, "terminal settled voided hold"},
        {AttemptState::settled, "closed"},
        {AttemptState::closed, ""},
        {AttemptState::voided, "submitted"},
        {AttemptState::hold, "ambiguous submitted terminal voided"},
    };
    for (const auto& [from, to] : expected)
        EXPECT_EQ(reachable(from, AttemptState::rendered, AttemptState::hold), to) << name(from);
}

TEST(States, nothing_but_committing_leads_a_new_batch_to_submitted_unlooked_at) {
    // From any other state "submitted" means found by looking, or a late orphan; from `rendered`,
    // that its lines are sent one by one, which the store checks (there is no batch).
    for (int s = 1; s <= 13; ++s) {
        const auto from = static_cast<AttemptState>(s);
        const bool may =
            from != AttemptState::submitted && may_become(from, AttemptState::submitted);
        const std::set<AttemptState> allowed{AttemptState::rendered,  AttemptState::committing,
                                             AttemptState::ambiguous, AttemptState::fenced,
                                             AttemptState::voided,    AttemptState::hold};
        EXPECT_EQ(may, allowed.count(from) != 0) << name(from);
    }
}

TEST(States, of_a_job) {
    const std::map<JobState, std::string> expected{
        {JobState::planning, "running merging"},    {JobState::running, "merging cancelling"},
        {JobState::merging, "finished cancelling"}, {JobState::finished, "running"},
        {JobState::cancelling, "cancelled"},        {JobState::cancelled, ""},
    };
    for (const auto& [from, to] : expected)
        EXPECT_EQ(reachable(from, JobState::planning, JobState::cancelled), to) << name(from);
}

TEST(States, of_a_shard) {
    EXPECT_TRUE(may_become(ShardState::open, ShardState::settled));
    EXPECT_TRUE(may_become(ShardState::open, ShardState::dropped));
    EXPECT_FALSE(may_become(ShardState::settled, ShardState::open));
    EXPECT_FALSE(may_become(ShardState::dropped, ShardState::settled));
}

}  // namespace
}  // namespace overnight::model
