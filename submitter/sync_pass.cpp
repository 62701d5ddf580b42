#include "submitter/sync_pass.hpp"

#include "submitter/remote.hpp"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

namespace overnight::submitter {
namespace {

using core::Errc;
using core::Error;
using model::AttemptState;
using model::BatchStatus;
using model::JobState;

constexpr core::Duration look_again{200};        // at jobs, accounts and new attempts
constexpr core::Duration sync_again{1'000};      // what no claim has made durable
constexpr core::Duration tell_again{2'000};      // how far an attempt is
constexpr core::Duration longest_pause{10'000};  // a longer one is waited for outside the pass
constexpr std::chrono::milliseconds nap{50};
/// After a stop, what is in flight has as long as a create; systemd kills after 150 s.
constexpr core::Duration stop_grace{120'000};
constexpr std::size_t opened_ahead = 2;  // attempts with lines to take

/// Somebody else moved the attempt: the next look sees it.
core::Result<> unless_overtaken(core::Result<> done) {
    if (!done && done.error().code() == Errc::conflict) return {};
    return done;
}

}  // namespace

model::Attempt begun_line_by_line(model::Attempt rendered,
                                  const core::Clock& clock,
                                  const providers::Account& account) {
    rendered.state = AttemptState::submitted;
    rendered.batch = model::ordinary_batch(rendered.intent);
    rendered.status = BatchStatus::in_progress;
    rendered.committed = moment(clock);
    rendered.key_fingerprint = account.key_fingerprint;
    rendered.evidence = "sent line by line";
    rendered.due = {};
    return rendered;
}

SyncPass::~SyncPass() {
    for (auto& [name, run] : runs_)
        run->calls.wind_down();
    for (auto& [name, run] : runs_) {
        for (const auto& active : run->active)
            while (!run->calls.is_idle(active.attempt.key)) {
                look_after_end(accounts_.at(name), *run);
                run->calls.wait(nap);
            }
        for (const auto& active : run->active)
            (void)active.shard->sync();
    }
}

void SyncPass::wait() {
    if (runs_.empty()) return;
    const auto until = clock_.since_boot() + look_again;
    do {
        runs_.begin()->second->calls.wait(nap);
        for (const auto& [name, run] : runs_)
            for (const auto& active : run->active)
                if (run->calls.is_idle(active.attempt.key)) return;
    } while (clock_.since_boot() < until && !stop_.stop_requested());
}

core::Result<> SyncPass::step() {
    for (const auto& [name, account] : accounts_)
        OVERNIGHT_TRY(step(account));
    return {};
}

core::Result<core::TimePoint> SyncPass::open_at(const providers::Account& account) const {
    OVERNIGHT_TRY_ASSIGN(const auto known, store_.account(account.name));
    if (known.hold_reason.empty()) return known.create_after;
    if (known.hold_until == core::TimePoint{}) return core::TimePoint::max();
    return std::max(known.hold_until, known.create_after);
}

core::Result<> SyncPass::step(const providers::Account& account) {
    OVERNIGHT_TRY_ASSIGN(const auto live, store_.live_attempts(account.name));
    for (const auto& attempt : live) {
        if (!model::is_ordinary(attempt)) continue;
        if (attempt.state == AttemptState::terminal) OVERNIGHT_TRY(fetch(attempt));
        if (attempt.state == AttemptState::hold) OVERNIGHT_TRY(give_up_cancelled(attempt));
        if (attempt.state == AttemptState::submitted && !stop_.stop_requested())
            OVERNIGHT_TRY(start(account, attempt));
    }
    const auto found = runs_.find(account.name);
    if (found == runs_.end()) return {};
    Run& run = *found->second;
    OVERNIGHT_TRY(look_after(account, run));
    const auto view = run.calls.view();
    const bool idle = std::all_of(run.active.begin(), run.active.end(), [&](const auto& active) {
        return run.calls.is_idle(active.attempt.key);
    });
    if (!run.active.empty() && !(view.winding_down && idle)) return {};
    auto ended = end(account, run);
    runs_.erase(found);
    return ended;
}

core::Result<> SyncPass::start(const providers::Account& account, const model::Attempt& attempt) {
    const auto found = runs_.find(account.name);
    if (found != runs_.end()) {
        const auto& active = found->second->active;
        const bool mine = std::any_of(active.begin(), active.end(), [&](const auto& one) {
            return one.attempt.key == attempt.key;
        });
        // One after the other, the next of them ready, so that no worker waits for it.
        const auto open = std::count_if(active.begin(), active.end(), [&](const auto& one) {
            return found->second->calls.has_more(one.attempt.key);
        });
        const bool busy = static_cast<std::size_t>(open) >= opened_ahead;
        if (mine || busy || found->second->calls.view().winding_down) return {};
    }
    OVERNIGHT_TRY_ASSIGN(const auto job, store_.job(attempt.key.job));
    if (!job) return {};
    const bool cancelled = job->state == JobState::cancelling;
    if (!cancelled) {
        if (account.calls == nullptr || job->state != JobState::running) return {};
        if (const auto& doubt = store_.installation().doubt; !doubt.empty())
            return Error(Errc::held, "nothing is sent: " + doubt);
        OVERNIGHT_TRY_ASSIGN(const auto open, open_at(account));
        if (open > clock_.now()) {
            due(open);
            return {};
        }
    }
    auto opened = SyncShard::open(store_, attempt, *job, *account.adapter);
    if (!opened) {
        const auto code = opened.error().code();
        if (code == Errc::out_of_space || code == Errc::unavailable)
            return std::move(opened).error();
        return hold(attempt, "its files in the spool are not as they were left: " +
                                 opened.error().describe());
    }
    std::shared_ptr<SyncShard> shard = *std::move(opened);
    if (cancelled || shard->done() == shard->lines()) return finish(attempt, *shard);
    if (shard->ended())  // of a job that goes on: every line had its result
        return hold(attempt, "its results in the spool are not as they were left: of " +
                                 std::to_string(shard->lines()) + " lines " +
                                 std::to_string(shard->done()) + " have one");
    auto& run = runs_[account.name];
    const auto outlook = attempt.error.empty() ? Outlook::good : Outlook::trouble;
    if (!run) run = std::make_unique<Run>(account, clock_, outlook);
    run->active.push_back({attempt, shard});
    run->calls.add(std::move(shard));
    result_.worked = true;
    return {};
}

/// While the last calls end: the bounds of the wait, and what people should know meanwhile.
void SyncPass::look_after_end(const providers::Account& account, Run& run) {
    (void)clock_.now();  // a sign of life: the calls may take longer than a watchdog
    const auto view = run.calls.view();
    if (view.unkept > 0 && !std::exchange(run.short_of_room, true) && account.tell)
        account.tell("[provider." + account.name.v + "] " + view.trouble);
    if (!stop_.stop_requested()) return;
    const auto now = clock_.since_boot();
    if (!run.stopping) {
        run.stopping = now;
        run.calls.wind_down();
    }
    if (now - *run.stopping >= stop_grace) run.calls.abandon();
}

core::Result<> SyncPass::look_after(const providers::Account& account, Run& run) {
    look_after_end(account, run);
    const auto now = clock_.since_boot();
    const auto view = run.calls.view();
    if (!view.winding_down && view.in_flight == 0 && view.paused_until > now + longest_pause)
        OVERNIGHT_TRY(rest(account, view.paused_until - now));
    if (now - run.looked >= look_again) {
        run.looked = now;
        OVERNIGHT_TRY(look_at_jobs(account, run));
    }
    if (now - run.synced >= sync_again) {
        run.synced = now;
        // A failure ends the run by itself, at the next claim.
        for (const auto& active : run.active)
            (void)active.shard->sync();
    }
    if (now - run.told >= tell_again) {
        run.told = now;
        auto told = tell(run);
        // While replies wait for room, so does what is told of them.
        if (!told && view.unkept == 0) return told;
    }
    return close_ended(run);
}

core::Result<> SyncPass::look_at_jobs(const providers::Account& account, Run& run) {
    OVERNIGHT_TRY_ASSIGN(const auto open, open_at(account));
    if (open > clock_.now()) run.calls.wind_down();
    for (const auto& active : run.active) {
        OVERNIGHT_TRY_ASSIGN(const auto job, store_.job(active.attempt.key.job));
        if (!job || job->state != JobState::running) run.calls.drop(active.attempt.key);
    }
    return {};
}

/// Closes every attempt that is done with, while others of the account go on.
core::Result<> SyncPass::close_ended(Run& run) {
    std::vector<Active> left;
    for (auto& active : run.active) {
        bool over = false;
        if (run.calls.is_idle(active.attempt.key)) {
            OVERNIGHT_TRY_ASSIGN(const auto job, store_.job(active.attempt.key.job));
            over = active.shard->done() == active.shard->lines() ||
                   (job && job->state == JobState::cancelling);
        }
        if (over) {
            OVERNIGHT_TRY(finish(active.attempt, *active.shard));
        } else {
            left.push_back(std::move(active));
        }
    }
    run.active = std::move(left);
    return {};
}

/// Nothing of the run is in flight any more.
core::Result<> SyncPass::end(const providers::Account& account, Run& run) {
    for (const auto& active : run.active)
        OVERNIGHT_TRY(active.shard->sync());
    OVERNIGHT_TRY(tell(run));
    const auto view = run.calls.view();
    if (!view.hold_reason.empty())
        OVERNIGHT_TRY(store_.edit_account(account.name, [&](store::Account& a) {
            a.hold_reason = view.hold_reason;
            a.hold_until = {};
        }));
    if (view.error) return *view.error;
    return {};
}

/// The account remembers how long to wait, also for another process.
core::Result<> SyncPass::rest(const providers::Account& account, core::Duration pause) {
    const auto until = clock_.now() + pause;
    due(until);
    OVERNIGHT_TRY(store_.edit_account(account.name, [&](store::Account& a) {
        a.create_after = std::max(a.create_after, until);
    }));
    auto& run = *runs_.at(account.name);
    run.rests_until = until;
    run.calls.wind_down();
    return {};
}

core::Result<> SyncPass::tell(Run& run) {
    const auto trouble = run.calls.view().trouble;
    for (auto& active : run.active) {
        model::Attempt next = active.attempt;
        next.done = active.shard->done();
        next.error = trouble;
        next.due = run.rests_until;
        if (next == active.attempt) continue;
        OVERNIGHT_TRY(unless_overtaken(store_.advance(next, AttemptState::submitted)));
        active.attempt = std::move(next);
    }
    return {};
}

core::Result<> SyncPass::finish(model::Attempt attempt, SyncShard& shard) {
    OVERNIGHT_TRY(shard.finish());
    const auto done = shard.done();
    attempt.state = AttemptState::terminal;
    attempt.status = done == shard.lines() ? BatchStatus::completed : BatchStatus::cancelled;
    attempt.status_word = model::name(attempt.status);
    attempt.done = done;
    attempt.output_file = core::RemoteFileId{attempt.batch.v};
    attempt.ended = clock_.now();
    attempt.due = {};
    attempt.error.clear();
    result_.worked = true;
    OVERNIGHT_TRY(unless_overtaken(store_.advance(attempt, AttemptState::submitted)));
    return fetch(attempt);
}

/// One whose files are not as they were left is held, because what it sent is not known. Once its
/// job is cancelled nothing of it will be sent again, so that there is nothing left to know.
core::Result<> SyncPass::give_up_cancelled(model::Attempt attempt) {
    if (!attempt.output_file.empty()) return {};  // it had ended: held for another reason
    OVERNIGHT_TRY_ASSIGN(const auto job, store_.job(attempt.key.job));
    if (!job || job->state != JobState::cancelling) return {};
    OVERNIGHT_TRY(SyncShard::salvage(store_, attempt.key));
    attempt.state = AttemptState::terminal;
    attempt.status = BatchStatus::cancelled;
    attempt.status_word = model::name(attempt.status);
    attempt.output_file = core::RemoteFileId{attempt.batch.v};
    attempt.ended = clock_.now();
    attempt.due = {};
    result_.worked = true;
    OVERNIGHT_TRY(unless_overtaken(store_.advance(attempt, AttemptState::hold)));
    return fetch(attempt);
}

/// Its results are in the spool since it ended, unless somebody removed them.
core::Result<> SyncPass::fetch(const model::Attempt& attempt) {
    if (attempt.due > clock_.now()) {
        due(attempt.due);
        return {};
    }
    std::error_code ignored;
    if (!std::filesystem::exists(store_.output_file(attempt.key), ignored))
        return hold(attempt, "its results are gone from the spool, and nobody else has them");
    model::Attempt next = attempt;
    next.state = AttemptState::fetched;
    next.due = {};
    result_.worked = true;
    return unless_overtaken(store_.advance(next, AttemptState::terminal));
}

core::Result<> SyncPass::hold(model::Attempt attempt, std::string why) {
    const auto before = attempt.state;
    attempt.state = AttemptState::hold;
    attempt.evidence = std::move(why);
    return unless_overtaken(store_.advance(attempt, before));
}

}  // namespace overnight::submitter
