#include "submitter/sync_run.hpp"

#include "core/bytes.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace overnight::submitter {
namespace {

using core::Errc;
using core::Error;

constexpr std::chrono::milliseconds longest_doze{200};
constexpr std::chrono::seconds keep_again{1};

double random01() {
    const auto bytes = core::random_bytes(2);
    return static_cast<double>(core::Reader(bytes).u16()) / 65536.0;
}

}  // namespace

SyncRun::SyncRun(const providers::Account& account, const core::Clock& clock, Outlook outlook)
    : account_(account),
      clock_(clock),
      pace_({account.concurrency, account.requests_per_minute}, outlook, clock.since_boot()) {}

SyncRun::~SyncRun() {
    wind_down();
    for (auto& worker : workers_)
        worker.join();
}

void SyncRun::add(std::shared_ptr<SyncShard> shard) {
    const std::lock_guard lock(mutex_);
    const std::size_t left = shard->lines() - shard->done();
    queue_.push_back({std::move(shard)});
    const std::size_t most = account_.concurrency;
    std::size_t more = left > idle_workers_ ? left - idle_workers_ : 0;
    try {
        for (; more > 0 && workers_.size() < most; --more)
            workers_.emplace_back([this] { work(); });
    } catch (const std::system_error& e) {  // a limit of tasks: fewer do as well, but none do not
        if (workers_.empty())
            fail(Error(Errc::unavailable, std::string("cannot start a thread: ") + e.what()));
    }
    changed_.notify_all();
}

void SyncRun::drop(const model::AttemptKey& key) {
    const std::lock_guard lock(mutex_);
    if (auto* queued = find(key)) queued->dropped = true;
    changed_.notify_all();
}

void SyncRun::wind_down() {
    const std::lock_guard lock(mutex_);
    begin_to_end();
}

void SyncRun::abandon() {
    {
        const std::lock_guard lock(mutex_);
        abandoned_ = true;
        begin_to_end();
    }
    account_.calls->abandon();
}

void SyncRun::begin_to_end() {
    winding_down_ = true;
    ends_.request_stop();
    changed_.notify_all();
}

SyncRun::View SyncRun::view() const {
    const std::lock_guard lock(mutex_);
    View view{pace_.in_flight(), winding_down_, pace_.paused_until(), hold_reason_, trouble_,
              unkept_,           error_};
    if (unkept_ > 0)
        view.trouble =
            std::to_string(unkept_) +
            (unkept_ == 1 ? " answer that is paid for waits" : " answers that are paid for wait") +
            " in memory for room on the disk, and nothing more is sent: " + error_->describe();
    return view;
}

SyncRun::Queued* SyncRun::find(const model::AttemptKey& key) {
    const auto at = std::find_if(queue_.begin(), queue_.end(),
                                 [&](const auto& q) { return q.shard->key() == key; });
    return at == queue_.end() ? nullptr : &*at;
}

bool SyncRun::is_idle(const model::AttemptKey& key) const {
    const std::lock_guard lock(mutex_);
    const auto at = std::find_if(queue_.begin(), queue_.end(),
                                 [&](const auto& q) { return q.shard->key() == key; });
    if (at == queue_.end()) return true;
    return at->held == 0 && (at->all_taken || at->dropped || winding_down_);
}

bool SyncRun::has_more(const model::AttemptKey& key) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(queue_.begin(), queue_.end(), [&](const auto& q) {
        return q.shard->key() == key && !q.all_taken && !q.dropped;
    });
}

void SyncRun::wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    const auto before = ended_;
    (void)changed_.wait_for(lock, time, [&] { return ended_ != before; });
}

void SyncRun::fail(Error error) {
    if (!error_) error_ = std::move(error);
    begin_to_end();
}

/// Gives a line to the worker, if there is one.
bool SyncRun::take(std::optional<Held>& held) {
    for (auto& queued : queue_) {
        if (queued.all_taken || queued.dropped) continue;
        auto taken = queued.shard->take();
        if (!taken) {
            fail(std::move(taken).error());
            return false;
        }
        if (!*taken) {
            queued.all_taken = true;
            changed_.notify_all();
            continue;
        }
        ++queued.held;
        held = Held{queued.shard, **std::move(taken), 0};
        return true;
    }
    forget_finished();
    return false;
}

void SyncRun::let_go(std::optional<Held>& held) {
    if (!held) return;
    if (auto* queued = find(held->shard->key())) --queued->held;
    held.reset();
    forget_finished();
    changed_.notify_all();
}

void SyncRun::forget_finished() {
    std::erase_if(queue_, [](const auto& q) { return q.held == 0 && q.all_taken; });
}

bool SyncRun::next(std::unique_lock<std::mutex>& lock, std::optional<Held>& held) {
    while (true) {
        if (held) {
            const auto* queued = find(held->shard->key());
            if (queued != nullptr && queued->dropped) let_go(held);
        }
        if (winding_down_) {
            let_go(held);
            return false;
        }
        if (!held && !take(held)) {
            if (winding_down_) continue;
            ++idle_workers_;
            changed_.wait(lock);
            --idle_workers_;
            continue;
        }
        const auto now = clock_.since_boot();
        const auto when = pace_.next(now);
        if (when && *when <= now) {
            pace_.begin(now);
            return true;
        }
        // The clock may be one that counts suspension, which no condition waits by: short naps.
        const auto nap = when ? std::min<core::Duration>(*when - now, longest_doze) : longest_doze;
        changed_.wait_for(lock, nap);
    }
}

void SyncRun::work() {
    std::optional<Held> held;
    std::unique_lock lock(mutex_);
    while (next(lock, held)) {
        const bool doubtful = pace_.is_doubtful();
        lock.unlock();
        const bool done = (!doubtful || is_there()) && send(*held);
        lock.lock();
        ++ended_;
        if (done) let_go(held);
        changed_.notify_all();
    }
}

bool SyncRun::is_there() {
    model::HttpRequest question;
    question.target = "/models";
    const auto begun = clock_.since_boot();
    const auto reply = account_.calls->send(question, ends_.get_token());
    const std::lock_guard lock(mutex_);
    // 501: no proxy speaks for a server that died; this one knows no such question.
    if (reply && (reply->status < 500 || reply->status == 501)) return true;
    CallEnd ended;
    ended.server = CallEnd::Server::failed;
    ended.trouble =
        reply ? "it answers " + std::to_string(reply->status) + " when asked for its models"
              : reply.error().describe();
    if (!reply && reply.error().code() == Errc::cancelled) ended.server = CallEnd::Server::silent;
    end(ended, begun);
    return false;
}

bool SyncRun::send(Held& held) {
    const auto begun = clock_.since_boot();
    const auto& job = held.shard->job();
    const CallFacts facts{*account_.adapter,
                          account_.name.v,
                          held.taken.custom_id,
                          job.kind,
                          held.shard->proven() ? CallFacts::Proven::yes : CallFacts::Proven::no,
                          held.refused_early};
    const auto request = account_.adapter->ordinary_call(held.taken.text, job.endpoint, job.model);
    std::optional<Error> ours;
    model::CreateOutcome outcome = model::NotSent{
        Error(Errc::invalid_input, "the line is none that can be sent as an ordinary call")};
    if (request) {
        // No stop token: past the commit byte it would not count, and before it commit refuses.
        outcome = account_.calls->create(
            *request,
            [&]() -> core::Result<> {
                {
                    const std::lock_guard lock(mutex_);
                    const auto* queued = find(held.shard->key());
                    const bool unwanted = queued == nullptr || queued->dropped;
                    // Others may have been told to wait since this call began.
                    const bool paused = pace_.paused_until() > clock_.since_boot();
                    if (winding_down_ || unwanted || paused)
                        return Error(Errc::cancelled, "not now");
                }
                auto claimed = held.shard->claim(held.taken.line);
                if (!claimed) ours = claimed.error();
                return claimed;
            },
            {});
    }
    CallEnd ended;
    if (ours) {
        ended.server = CallEnd::Server::silent;
    } else {
        ended = end_of(facts, outcome, clock_.now());
    }
    const auto* not_sent = std::get_if<model::NotSent>(&outcome);
    const auto* reply = std::get_if<model::HttpResponse>(&outcome);
    if (not_sent != nullptr || ended.line == CallEnd::Line::again)
        held.shard->unclaim(held.taken.line);
    if (not_sent != nullptr && !not_sent->why.remote_detail().empty()) ++held.refused_early;
    const bool success = reply != nullptr && reply->status >= 200 && reply->status < 300;
    if (success && ended.hold_reason.empty()) held.shard->prove();
    if (ended.line == CallEnd::Line::result) keep(held, ended.result);
    const std::lock_guard lock(mutex_);
    if (ours) fail(*std::move(ours));
    end(ended, begun);
    return ended.line == CallEnd::Line::result;
}

/// The reply is paid for: it waits in memory until the disk has room. If the process has to end
/// before, the line counts as interrupted when the attempt is opened again.
void SyncRun::keep(Held& held, const std::string& result) {
    bool waits = false;
    while (true) {
        auto kept = held.shard->keep(held.taken.line, result);
        std::unique_lock lock(mutex_);
        if (kept || abandoned_) {
            if (waits) --unkept_;
            return;
        }
        if (!std::exchange(waits, true)) ++unkept_;
        fail(std::move(kept).error());
        changed_.wait_for(lock, keep_again, [this] { return abandoned_; });
    }
}

void SyncRun::end(const CallEnd& ended, core::Duration begun) {
    const auto now = clock_.since_boot();
    switch (ended.server) {
    case CallEnd::Server::answered:
        pace_.answered();
        break;
    case CallEnd::Server::limited:
        pace_.limited(now, begun, ended.wait, random01());
        break;
    case CallEnd::Server::failed:
        pace_.failed(now, begun, ended.wait, random01(),
                     ended.line == CallEnd::Line::result ? Reached::perhaps : Reached::no);
        break;
    case CallEnd::Server::silent:
        pace_.given_up();
        break;
    }
    if (ended.server != CallEnd::Server::silent) trouble_ = ended.trouble;
    if (!ended.hold_reason.empty()) {
        if (hold_reason_.empty()) hold_reason_ = ended.hold_reason;
        begin_to_end();
    }
}

}  // namespace overnight::submitter
