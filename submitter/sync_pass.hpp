// What is sent line by line, as part of the submitter's pass: attempts are opened, worked off by
// their account's run, and closed with their results in the spool.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "providers/account.hpp"
#include "store/store.hpp"
#include "submitter/pass.hpp"
#include "submitter/sync_run.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace overnight::submitter {

/// An attempt that was rendered, as it is when its lines may be sent one by one.
model::Attempt begun_line_by_line(model::Attempt rendered,
                                  const core::Clock& clock,
                                  const providers::Account& account);

class SyncPass {
public:
    SyncPass(store::Store& store,
             const core::Clock& clock,
             const providers::Accounts& accounts,
             std::stop_token stop)
        : store_(store), clock_(clock), accounts_(accounts), stop_(std::move(stop)) {}
    /// What is in flight is waited for; after a stop no longer than systemd waits.
    ~SyncPass();
    SyncPass(const SyncPass&) = delete;
    SyncPass& operator=(const SyncPass&) = delete;

    /// Starts what is due, looks after what runs, and closes what has ended.
    core::Result<> step();
    bool running() const noexcept { return !runs_.empty(); }
    /// Until the next step() has something to do; not for long.
    void wait();
    const PassResult& result() const noexcept { return result_; }

private:
    struct Active {
        model::Attempt attempt;  ///< as it is stored
        std::shared_ptr<SyncShard> shard;
    };
    struct Run {
        Run(const providers::Account& account, const core::Clock& clock, Outlook outlook)
            : calls(account, clock, outlook) {}
        std::vector<Active> active;
        SyncRun calls;  // goes first: its workers use the shards
        core::Duration looked{0};
        core::Duration synced{0};
        core::Duration told{0};
        std::optional<core::Duration> stopping;  ///< since when
        core::TimePoint rests_until{};
        bool short_of_room = false;  ///< and told so
    };

    core::Result<> step(const providers::Account& account);
    core::Result<> start(const providers::Account& account, const model::Attempt& attempt);
    void look_after_end(const providers::Account& account, Run& run);
    core::Result<> look_after(const providers::Account& account, Run& run);
    core::Result<> look_at_jobs(const providers::Account& account, Run& run);
    core::Result<> close_ended(Run& run);
    core::Result<> end(const providers::Account& account, Run& run);
    core::Result<> rest(const providers::Account& account, core::Duration pause);
    core::Result<> tell(Run& run);
    core::Result<> finish(model::Attempt attempt, SyncShard& shard);
    core::Result<> give_up_cancelled(model::Attempt attempt);
    core::Result<> fetch(const model::Attempt& attempt);
    core::Result<> hold(model::Attempt attempt, std::string why);
    /// When lines may be sent: now, later, or (max) when somebody acts.
    core::Result<core::TimePoint> open_at(const providers::Account& account) const;

    void due(core::TimePoint when) { result_.due = std::min(result_.due, when); }

    store::Store& store_;
    const core::Clock& clock_;
    const providers::Accounts& accounts_;
    std::stop_token stop_;
    std::map<core::AccountName, std::unique_ptr<Run>> runs_;
    PassResult result_;
};

}  // namespace overnight::submitter
