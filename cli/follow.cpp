#include "cli/follow.hpp"

#include "cli/progress.hpp"
#include "cli/role_owner.hpp"
#include "cli/time_text.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <utility>

namespace overnight::cli {
namespace {

using core::Result;
using namespace std::chrono_literals;

/// Between two looks at the store: never less than this, nor than 20 times what a look costs.
constexpr std::chrono::milliseconds shortest_gap{100};
constexpr int looks_share = 20;
/// Changes by other processes are found by looking.
constexpr std::chrono::milliseconds longest_gap{1'000};
/// Between two passes of other processes, of a timer perhaps, nobody works; longer is worth a word.
constexpr std::chrono::seconds idle_before_note{10};

struct Look {
    model::Job job;
    std::vector<model::Attempt> attempts;
    store::Account account;
};

Result<Look> look_at(const store::Store& store, core::JobId id) {
    OVERNIGHT_TRY_ASSIGN(auto job, store.job(id));
    if (!job)
        return core::Error(core::Errc::not_found,
                           "job " + std::to_string(id.v) + " was removed by another process");
    OVERNIGHT_TRY_ASSIGN(auto attempts, store.attempts(id));
    OVERNIGHT_TRY_ASSIGN(auto account, store.account(job->account));
    return Look{*std::move(job), std::move(attempts), std::move(account)};
}

/// A hold that ends by itself, for the progress line.
std::string waits_until(const store::Account& account, core::TimePoint now) {
    if (!account.hold_reason.empty() && account.hold_until > now)
        return "held until " + date_text(account.hold_until) + ": " +
               core::printable(account.hold_reason, 120);
    if (account.create_after > now) return "the provider asked to wait";
    return {};
}

/// Says once that the job which is looked at stands still: its process may have died.
class IdleNote {
public:
    IdleNote(const Session& session, const store::Store& store, core::JobId job)
        : session_(session), store_(store), job_(job), worked_(session.clock.since_boot()) {}

    void look() {
        const auto now = session_.clock.since_boot();
        if (said_) return;
        if (anybody_works(store_.state_dir())) worked_ = now;
        if (now - worked_ < idle_before_note) return;
        said_ = true;
        session_.console.note("nothing works on job " + std::to_string(job_.v) +
                              " now; overnight run, pass or daemon goes on with it");
    }

private:
    const Session& session_;
    const store::Store& store_;
    core::JobId job_;
    core::Duration worked_;
    bool said_ = false;
};

}  // namespace

FollowAccount follow_account(const AccountSpec& spec) {
    return {2 * (spec.settle + spec.list_lag), spec.key_fingerprint};
}

Result<FollowEnd> follow(const Session& session,
                         const store::Store& store,
                         core::JobId job,
                         Roles* roles,
                         const FollowAccount& account) {
    ProgressLine progress(session.console, session.clock);
    Wake idle;
    Wake& wake = roles ? roles->wake() : idle;
    IdleNote idle_note(session, store, job);
    const auto started = session.clock.now();
    for (;;) {
        const auto seen = wake.changes();
        const auto began = session.clock.since_boot();
        // A role's error first: what it left behind is found by the look, which is younger.
        const auto error = roles ? roles->error() : std::nullopt;
        OVERNIGHT_TRY_ASSIGN(auto now, look_at(store, job));
        auto view = look(now.job, now.attempts);
        view.held = waits_until(now.account, session.clock.now());
        progress.show(std::move(view));
        FollowEnd end;
        if (model::is_over(now.job.state)) {
            end.job = std::move(now.job);
            return end;
        }
        if (error) return *error;
        if (roles == nullptr) idle_note.look();
        Outlook outlook;
        outlook.now = session.clock.now();
        outlook.started = started;
        if (roles) {
            outlook.sweeps_refused = roles->refused(store::Role::poll, now.job.account);
            outlook.scans_refused = roles->refused(store::Role::submit, now.job.account);
        }
        outlook.resolution = account.resolution;
        OVERNIGHT_TRY_ASSIGN(const auto queue, store.queue(job));
        outlook.rows_queued = queue.rows > 0;
        outlook.key_fingerprint = account.key_fingerprint;
        end.held = held(now.job, now.attempts, now.account, outlook);
        end.output_failed = now.job.state == model::JobState::merging && !now.job.note.empty();
        end.interrupted = session.stop.stop_requested();
        if (end.held || end.output_failed || end.interrupted) {
            end.job = std::move(now.job);
            return end;
        }
        const auto cost = session.clock.since_boot() - began;
        const auto gap = std::max<std::chrono::milliseconds>(shortest_gap, cost * looks_share);
        wake.rest(gap, session.stop);
        wake.wait(seen, std::max(longest_gap - gap, 0ms), session.stop);
    }
}

Result<std::optional<Held>> held_now(const Session& session,
                                     const store::Store& store,
                                     const model::Job& job) {
    OVERNIGHT_TRY_ASSIGN(const auto attempts, store.attempts(job.id));
    OVERNIGHT_TRY_ASSIGN(const auto account, store.account(job.account));
    Outlook outlook;
    outlook.now = session.clock.now();
    OVERNIGHT_TRY_ASSIGN(const auto queue, store.queue(job.id));
    outlook.rows_queued = queue.rows > 0;
    return held(job, attempts, account, outlook);
}

}  // namespace overnight::cli
