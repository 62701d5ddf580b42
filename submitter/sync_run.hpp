// The ordinary calls of one account: workers that send the lines of its attempts, one each at a
// time, in step with what the server bears.
//
// A worker stops at the last byte of a call until the line is noted durably. Once it is out, its
// reply is waited for, whatever else happens.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "providers/account.hpp"
#include "submitter/sync_pace.hpp"
#include "submitter/sync_reply.hpp"
#include "submitter/sync_shard.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace overnight::submitter {

class SyncRun {
public:
    /// `account` has calls(); both outlive this, as does `clock`, which any thread may read.
    SyncRun(const providers::Account& account,
            const core::Clock& clock,
            Outlook outlook = Outlook::good);
    /// Ends the workers: what is in flight is waited for.
    ~SyncRun();
    SyncRun(const SyncRun&) = delete;
    SyncRun& operator=(const SyncRun&) = delete;

    /// The lines of `shard` are sent after those of the shards before it.
    void add(std::shared_ptr<SyncShard> shard);
    /// No further line of that attempt is sent.
    void drop(const model::AttemptKey& key);
    /// No further line is sent. Does not wait.
    void wind_down();
    /// As wind_down(); and what is in flight is given up: its lines end as interrupted. A reply for
    /// which the disk has no room is given up too.
    void abandon();

    struct View {
        std::uint32_t in_flight = 0;
        bool winding_down = false;
        core::Duration paused_until{};     ///< of the clock since boot
        std::string hold_reason;           ///< not empty: a person must act; winding down
        std::string trouble;               ///< what went wrong last, while nothing went right since
        std::uint32_t unkept = 0;          ///< replies that wait in memory for room on the disk
        std::optional<core::Error> error;  ///< of this process; winding down
    };
    View view() const;
    /// Nothing of that attempt is being sent or waited for, nor will be: its lines were all taken
    /// and have ended, or no more are sent.
    bool is_idle(const model::AttemptKey& key) const;
    /// Some of its lines were not taken by a worker yet.
    bool has_more(const model::AttemptKey& key) const;
    /// Waits until a call ended, or for `time`.
    void wait(std::chrono::milliseconds time);

private:
    struct Held {  ///< a line that a worker has
        std::shared_ptr<SyncShard> shard;
        SyncShard::Taken taken;
        std::uint32_t refused_early = 0;
    };

    struct Queued {
        std::shared_ptr<SyncShard> shard;
        std::uint32_t held = 0;  ///< lines that workers have
        bool all_taken = false;
        bool dropped = false;
    };

    void work();
    /// Waits for a line and for the pace. False: the worker ends.
    bool next(std::unique_lock<std::mutex>& lock, std::optional<Held>& held);
    bool take(std::optional<Held>& held);
    /// Asks the server something that costs nothing, when it is in doubt. False: it is not there;
    /// the line was not sent.
    bool is_there();
    /// Sends the line and keeps its result. True: it is done with.
    bool send(Held& held);
    void keep(Held& held, const std::string& result);
    void end(const CallEnd& end, core::Duration begun);
    void begin_to_end();
    void fail(core::Error error);
    void let_go(std::optional<Held>& held);
    Queued* find(const model::AttemptKey& key);
    void forget_finished();

    const providers::Account& account_;
    const core::Clock& clock_;

    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    Pace pace_;
    std::deque<Queued> queue_;
    std::vector<std::thread> workers_;
    bool winding_down_ = false;
    bool abandoned_ = false;
    std::stop_source ends_;  ///< of calls that cost nothing: with winding_down_
    std::uint32_t unkept_ = 0;
    std::uint64_t ended_ = 0;  ///< calls
    std::string hold_reason_;
    std::string trouble_;
    std::optional<core::Error> error_;
    std::uint32_t idle_workers_ = 0;
};

}  // namespace overnight::submitter
