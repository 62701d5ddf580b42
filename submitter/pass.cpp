#include "submitter/pass.hpp"

#include "submitter/attempt_machine.hpp"
#include "submitter/remote.hpp"
#include "submitter/resend.hpp"
#include "submitter/shard_writer.hpp"
#include "submitter/sync_pass.hpp"

#include <algorithm>
#include <chrono>
#include <map>

namespace overnight::submitter {
namespace {

using model::AttemptState;
using model::VoidReason;

constexpr int gather_polls =
    20;  // queued rows wait that long for company while batches are under way
constexpr int most_steps = 64;  // of one attempt in one pass: a machine that circles is a bug
constexpr std::chrono::hours watched{24 * 40};

bool before_create(AttemptState s) {
    return s == AttemptState::rendered || s == AttemptState::uploading ||
           s == AttemptState::uploaded;
}
bool in_doubt(AttemptState s) {
    return s == AttemptState::committing || s == AttemptState::ambiguous ||
           s == AttemptState::fenced;
}

/// Somebody cancelled the job or held the account while we were at it: the next pass sees it.
core::Result<> unless_overtaken(core::Result<> done) {
    if (done) return {};
    const auto code = done.error().code();
    if (code == core::Errc::cancelled || code == core::Errc::conflict) return {};
    return done;
}

core::Duration shortest_poll(const providers::Accounts& accounts) {
    core::Duration shortest{1'000};
    for (const auto& [name, account] : accounts)
        shortest = std::min<core::Duration>(shortest, account.poll);
    return shortest;
}

class SubmitPass {
public:
    SubmitPass(store::Store& store,
               const core::Clock& clock,
               const providers::Accounts& accounts,
               std::stop_token stop)
        : store_(store), clock_(clock), accounts_(accounts), stop_(std::move(stop)) {}

    core::Result<PassResult> run();

private:
    core::Result<> resend(const model::Job& job);
    core::Result<> attempt_voided_again(const providers::Account& account);
    core::Result<> drive_account(const providers::Account& account);
    /// Whether creates may go out, as far as the provider's lists can tell: asked once a pass,
    /// before the first.
    core::Result<bool> nothing_forgotten(const providers::Account& account);
    core::Result<> hold(const providers::Account& account, std::string reason);
    core::Result<> drive(const providers::Account& account, model::Attempt attempt);
    core::Result<> begin_line_by_line(const providers::Account& account,
                                      const model::Attempt& attempt);
    core::Result<std::optional<Event>> perform(const providers::Account& account,
                                               AttemptMachine& machine,
                                               const Action& action);
    core::Result<Event> create(const providers::Account& account,
                               AttemptMachine& machine,
                               const Create& action);
    core::Result<> spread(const providers::Account& account, const AttemptMachine& machine);
    core::Result<> cancel_unsent(const model::Attempt& attempt);
    /// When creates may go on: now, later, or (max) when somebody acts.
    core::Result<core::TimePoint> open_at(const providers::Account& account);
    core::Result<bool> has_room(const model::Attempt& attempt);

    void due(core::TimePoint when) { result_.due = std::min(result_.due, when); }
    const model::Job* job_of(const model::Attempt& attempt) const;

    store::Store& store_;
    const core::Clock& clock_;
    const providers::Accounts& accounts_;
    std::stop_token stop_;
    std::map<core::JobId, model::Job> jobs_;
    std::map<core::AccountName, bool> nothing_forgotten_;
    PassResult result_;
};

const model::Job* SubmitPass::job_of(const model::Attempt& attempt) const {
    const auto found = jobs_.find(attempt.key.job);
    return found == jobs_.end() ? nullptr : &found->second;
}

core::Result<PassResult> SubmitPass::run() {
    OVERNIGHT_TRY_ASSIGN(auto jobs, store_.jobs());
    for (auto& job : jobs)
        if (job.state == model::JobState::running || job.state == model::JobState::cancelling)
            jobs_.emplace(job.id, std::move(job));
    for (const auto& [id, job] : jobs_) {
        if (stop_.stop_requested()) return result_;
        if (job.state == model::JobState::running) OVERNIGHT_TRY(unless_overtaken(resend(job)));
    }
    for (const auto& [name, account] : accounts_) {
        OVERNIGHT_TRY(attempt_voided_again(account));
        OVERNIGHT_TRY(drive_account(account));
    }
    return result_;
}

// Rows to be sent again wait until nothing of their job is under way, or a while: few batches are
// better than many.
core::Result<> SubmitPass::resend(const model::Job& job) {
    const auto account = accounts_.find(job.account);
    if (account == accounts_.end()) return {};
    OVERNIGHT_TRY_ASSIGN(const auto queue, store_.queue(job.id));
    if (queue.rows == 0) return {};
    OVERNIGHT_TRY_ASSIGN(const auto live, store_.live_attempts(job.account));
    const bool company = std::any_of(live.begin(), live.end(), [&](const auto& a) {
        return a.key.job == job.id && a.state != AttemptState::settled;
    });
    const auto until = queue.oldest + gather_polls * account->second.poll;
    if (company && until > clock_.now()) {
        due(until);
        return {};
    }
    OVERNIGHT_TRY_ASSIGN(
        const auto made,
        resend_queued_rows(store_, job,
                           calls_at_once(account->second.tier, account->second.concurrency)));
    result_.worked = result_.worked || made > 0;
    return {};
}

core::Result<core::TimePoint> SubmitPass::open_at(const providers::Account& account) {
    OVERNIGHT_TRY_ASSIGN(const auto known, store_.account(account.name));
    if (known.hold_reason.empty()) return std::max(known.create_after, core::TimePoint{});
    if (known.hold_until == core::TimePoint{}) return core::TimePoint::max();
    if (known.hold_until > clock_.now()) return known.hold_until;
    OVERNIGHT_TRY(
        store_.edit_account(account.name, [](store::Account& a) { a.hold_reason.clear(); }));
    return known.create_after;
}

core::Result<> SubmitPass::attempt_voided_again(const providers::Account& account) {
    OVERNIGHT_TRY_ASSIGN(const auto voided,
                         store_.voided_attempts(account.name, clock_.now() - watched));
    if (voided.empty()) return {};
    OVERNIGHT_TRY_ASSIGN(const auto open, open_at(account));
    for (const auto& attempt : voided) {
        const bool again = attempt.void_reason == VoidReason::absent ||
                           attempt.void_reason == VoidReason::later ||
                           attempt.void_reason == VoidReason::token_limit;
        const auto* job = job_of(attempt);
        if (!again || job == nullptr || job->state != model::JobState::running) continue;
        OVERNIGHT_TRY_ASSIGN(const auto shard, store_.shard(attempt.key.shard_key()));
        if (!shard || shard->state != model::ShardState::open ||
            shard->attempts != attempt.key.attempt)
            continue;
        const auto when = std::max(attempt.due, open);
        if (when > clock_.now()) {
            due(when);
            continue;
        }
        OVERNIGHT_TRY(unless_overtaken(attempt_again(store_, attempt)));
        result_.worked = true;
    }
    return {};
}

core::Result<> SubmitPass::drive_account(const providers::Account& account) {
    OVERNIGHT_TRY_ASSIGN(const auto live, store_.live_attempts(account.name));
    const bool tagged = account.adapter->caps(account.adapter->default_endpoint()).tagged;
    bool doubt = std::any_of(live.begin(), live.end(),
                             [](const auto& attempt) { return in_doubt(attempt.state); });
    for (const auto& attempt : live) {
        if (stop_.stop_requested()) return {};
        if (!before_create(attempt.state) && !in_doubt(attempt.state)) continue;
        // Where batches have no names, a second one under way would hide a lost one.
        if (doubt && !tagged && before_create(attempt.state)) {
            due(clock_.now() + account.poll);
            continue;
        }
        const auto* job = job_of(attempt);
        if (before_create(attempt.state)) {
            if (job == nullptr) continue;
            if (job->state == model::JobState::cancelling) {
                OVERNIGHT_TRY(cancel_unsent(attempt));
                continue;
            }
            OVERNIGHT_TRY_ASSIGN(const auto open, open_at(account));
            if (open > clock_.now()) {
                due(open);
                continue;
            }
        }
        if (account.tier == providers::Tier::sync && before_create(attempt.state)) {
            OVERNIGHT_TRY(begin_line_by_line(account, attempt));
            continue;
        }
        OVERNIGHT_TRY(drive(account, attempt));
        if (tagged) continue;
        OVERNIGHT_TRY_ASSIGN(const auto after, store_.live_attempts(account.name));
        doubt = std::any_of(after.begin(), after.end(),
                            [](const auto& a) { return in_doubt(a.state); });
    }
    return {};
}

core::Result<> SubmitPass::hold(const providers::Account& account, std::string reason) {
    return store_.edit_account(account.name, [&](store::Account& a) {
        a.hold_reason = reason;
        a.hold_until = {};
    });
}

// A state that was set back in place (a snapshot of the machine, a restored backup) does not know
// what it sent since: the tags in the provider's list do.
core::Result<bool> SubmitPass::nothing_forgotten(const providers::Account& account) {
    if (!account.adapter->caps(account.adapter->default_endpoint()).tagged) return true;
    if (const auto known = nothing_forgotten_.find(account.name); known != nothing_forgotten_.end())
        return known->second;
    OVERNIGHT_TRY_ASSIGN(const auto live, store_.live_attempts(account.name));
    std::vector<model::Attempt> unsent;
    for (const auto& attempt : live)
        if (before_create(attempt.state)) unsent.push_back(attempt);
    Remote remote(store_, clock_, account, stop_);
    OVERNIGHT_TRY_ASSIGN(const auto found, remote.look_for_forgotten(unsent));
    if (!found.unknown.empty())
        OVERNIGHT_TRY(hold(account, "batch " + found.unknown.front().v +
                                        " carries this installation's tag and is not in the store: "
                                        "was the state restored from a backup? Cancel that batch, "
                                        "then: overnight doctor --release " +
                                        account.name.v));
    for (const auto& attempt : unsent) {
        const bool sent =
            std::find(found.sent.begin(), found.sent.end(), attempt.intent) != found.sent.end();
        if (!sent || attempt.state != AttemptState::uploaded) continue;
        // As after a crash in the middle of its create: it is looked for, and found.
        model::Attempt next = attempt;
        next.state = AttemptState::committing;
        next.committed = moment(clock_);
        next.key_fingerprint = account.key_fingerprint;
        next.due = {};
        OVERNIGHT_TRY(store_.advance(next, attempt.state));
        result_.worked = true;
    }
    // A list that cannot be read stops nothing: this is the second line of defence, behind the
    // store's own knowledge of what was sent (and of its inode and epoch, which tell a copy).
    const bool clear = found.unknown.empty() && found.sent.empty();
    if (!clear) due(clock_.now() + account.poll);
    nothing_forgotten_.emplace(account.name, clear);
    return clear;
}

/// SyncPass sends it from then on. What was on its way to be a batch begins anew: its account was
/// one for batches before.
core::Result<> SubmitPass::begin_line_by_line(const providers::Account& account,
                                              const model::Attempt& attempt) {
    model::Attempt next = begun_line_by_line(attempt, clock_, account);
    if (attempt.state != AttemptState::rendered) {
        next = attempt;
        next.state = AttemptState::voided;
        next.void_reason = VoidReason::later;
        next.ended = clock_.now();
        next.due = {};
        next.evidence = "never created: its account sends line by line now";
    }
    auto begun = store_.advance(next, attempt.state);
    result_.worked = result_.worked || begun.has_value();
    const bool held = !begun && begun.error().code() == core::Errc::held;
    if (held && store_.installation().doubt.empty()) return {};
    return unless_overtaken(std::move(begun));
}

core::Result<> SubmitPass::cancel_unsent(const model::Attempt& attempt) {
    model::Attempt next = attempt;
    next.state = AttemptState::voided;
    next.void_reason = VoidReason::cancelled;
    next.ended = clock_.now();
    next.evidence = "cancelled before it was sent";
    OVERNIGHT_TRY(store_.advance(next, attempt.state));
    result_.worked = true;
    return store_.drop_shard(attempt.key.shard_key());
}

core::Result<bool> SubmitPass::has_room(const model::Attempt& attempt) {
    const auto* job = job_of(attempt);
    OVERNIGHT_TRY_ASSIGN(const auto known, store_.account(attempt.account));
    const auto limit = job ? known.token_limits.find(job->model) : known.token_limits.end();
    if (limit == known.token_limits.end()) return true;
    std::uint64_t enqueued = 0;
    OVERNIGHT_TRY_ASSIGN(const auto live, store_.live_attempts(attempt.account));
    for (const auto& other : live) {
        if (!model::is_in_flight(other.state) || model::is_ordinary(other)) continue;
        OVERNIGHT_TRY_ASSIGN(const auto shard, store_.shard(other.key.shard_key()));
        if (shard) enqueued += shard->input_tokens;
    }
    OVERNIGHT_TRY_ASSIGN(const auto mine, store_.shard(attempt.key.shard_key()));
    return enqueued == 0 || !mine || enqueued + mine->input_tokens <= limit->second;
}

core::Result<Event> SubmitPass::create(const providers::Account& account,
                                       AttemptMachine& machine,
                                       const Create& action) {
    Remote remote(store_, clock_, account, stop_);
    const model::Job& job = *job_of(action.commit);
    core::Result<> failed;
    auto event = remote.create(action.commit, job, [&]() -> core::Result<> {
        if (stop_.stop_requested()) return core::Error(core::Errc::cancelled, "stopping");
        OVERNIGHT_TRY_ASSIGN(const auto now_job, store_.job(job.id));
        if (!now_job || now_job->state != model::JobState::running)
            return core::Error(core::Errc::cancelled, "the job was cancelled");
        if (auto saved = store_.advance(action.commit, AttemptState::uploaded); !saved) {
            // Cancelled or held in between: refused, and no trouble of ours. A doubt about the
            // store itself is.
            const auto code = saved.error().code();
            const bool refused = code == core::Errc::cancelled ||
                                 (code == core::Errc::held && store_.installation().doubt.empty());
            if (!refused) failed = saved;
            return std::move(saved).error();
        }
        machine.note_committed(action.commit);
        return {};
    });
    if (!failed) return std::move(failed).error();
    return event;
}

core::Result<std::optional<Event>> SubmitPass::perform(const providers::Account& account,
                                                       AttemptMachine& machine,
                                                       const Action& action) {
    using Next = std::optional<Event>;
    Remote remote(store_, clock_, account, stop_);
    if (const auto* save = std::get_if<Save>(&action)) {
        OVERNIGHT_TRY(store_.advance(save->next, save->expected));
        result_.worked = true;
        return Next(Saved{});
    }
    if (std::holds_alternative<Upload>(action)) return Next(remote.upload(machine.attempt()));
    if (std::holds_alternative<SearchUpload>(action))
        return Next(remote.search_upload(machine.attempt()));
    if (const auto* wanted = std::get_if<Create>(&action)) {
        OVERNIGHT_TRY_ASSIGN(const bool room, has_room(machine.attempt()));
        if (!room) {
            due(clock_.now() + 10 * account.poll);
            return Next();
        }
        OVERNIGHT_TRY_ASSIGN(const bool clear, nothing_forgotten(account));
        if (!clear) return Next();
        OVERNIGHT_TRY_ASSIGN(auto event, create(account, machine, *wanted));
        return Next(std::move(event));
    }
    if (std::holds_alternative<TakeBaseline>(action)) {
        OVERNIGHT_TRY_ASSIGN(auto event, remote.baseline());
        return Next(std::move(event));
    }
    if (std::holds_alternative<Scan>(action)) {
        OVERNIGHT_TRY_ASSIGN(auto event, remote.scan(machine.attempt()));
        return Next(std::move(event));
    }
    if (std::holds_alternative<DeleteInput>(action))
        return Next(remote.delete_input(machine.attempt()));
    if (const auto* rest = std::get_if<Rest>(&action)) due(rest->until);
    return Next();
}

core::Result<> SubmitPass::spread(const providers::Account& account,
                                  const AttemptMachine& machine) {
    const AccountNews& news = machine.news();
    Remote remote(store_, clock_, account, stop_);
    for (const auto& duplicate : news.duplicates)
        remote.cancel(duplicate);
    const bool limit = machine.attempt().void_reason == VoidReason::token_limit;
    std::optional<std::uint64_t> learned;
    if (limit) learned = account.adapter->token_limit_of(machine.attempt().error);
    if (news.hold_reason.empty() && news.create_after == core::TimePoint{} && !learned) return {};
    const auto* job = job_of(machine.attempt());
    return store_.edit_account(account.name, [&](store::Account& a) {
        if (!news.hold_reason.empty()) {
            a.hold_reason = news.hold_reason;
            a.hold_until = news.hold_until;
        }
        a.create_after = std::max(a.create_after, news.create_after);
        if (learned && job != nullptr) a.token_limits[job->model] = *learned;
    });
}

core::Result<> SubmitPass::drive(const providers::Account& account, model::Attempt attempt) {
    AttemptPolicy policy;
    policy.poll = account.poll;
    policy.list_lag = account.list_lag;
    policy.settle = account.settle;
    policy.key_fingerprint = account.key_fingerprint;
    const auto* job = job_of(attempt);
    const auto caps = account.adapter->caps(job ? std::string_view(job->endpoint)
                                                : account.adapter->default_endpoint());
    policy.fence = caps.fence_by_file;
    policy.inline_body = caps.input == providers::InputMode::inline_body;
    policy.tagged = caps.tagged;
    policy.lost = account.lost;
    if (!policy.tagged) {
        OVERNIGHT_TRY_ASSIGN(const auto shard, store_.shard(attempt.key.shard_key()));
        if (shard) policy.exposed_tokens = shard->input_tokens;
    }
    AttemptMachine machine(std::move(attempt), policy);
    std::optional<Event> event{Start{}};
    for (int step = 0; event && step < most_steps; ++step) {
        const Action action = machine.resume(*event, moment(clock_));
        OVERNIGHT_TRY_ASSIGN(event, perform(account, machine, action));
        if (stop_.stop_requested() && event && std::holds_alternative<Saved>(*event) &&
            !in_doubt(machine.attempt().state))
            break;
    }
    return spread(account, machine);
}

}  // namespace

core::Result<PassResult> pass(store::Store& store,
                              const core::Clock& clock,
                              const providers::Accounts& accounts,
                              std::stop_token stop) {
    SyncPass calls(store, clock, accounts, stop);
    PassResult all;
    core::Duration next{0};
    do {
        // While ordinary calls are made, for hours perhaps, everything else goes on.
        if (const auto now = clock.since_boot(); now >= next || !calls.running()) {
            next = now + shortest_poll(accounts);
            OVERNIGHT_TRY_ASSIGN(const auto rest, SubmitPass(store, clock, accounts, stop).run());
            all.worked = all.worked || rest.worked;
            all.due = rest.due;
        }
        OVERNIGHT_TRY(calls.step());
        calls.wait();
    } while (calls.running());
    all.worked = all.worked || calls.result().worked;
    all.due = std::min(all.due, calls.result().due);
    return all;
}

}  // namespace overnight::submitter
