#include "poller/pass.hpp"

#include "core/bytes.hpp"
#include "jsonl/durable_file.hpp"
#include "model/custom_id.hpp"
#include "poller/download.hpp"
#include "poller/proof.hpp"
#include "poller/schedule.hpp"
#include "providers/batch_list.hpp"
#include "providers/result_peek.hpp"
#include "store/spool.hpp"

#include <algorithm>
#include <map>

namespace overnight::poller {
namespace {

using model::AttemptState;
using providers::ReplyClass;

constexpr std::chrono::minutes skew_margin{15};
constexpr int asked_without_list = 20;         // batches a sweep, while the list cannot be read
constexpr std::chrono::hours watched_for{48};  // a create that was given up (SUBMISSION 3.1)
constexpr std::uint16_t deletes_tried = 5;
constexpr std::uint16_t fetches_of_nothing =
    24;  // a result file that is not found for so long is held

double random01() {
    const auto bytes = core::random_bytes(2);
    return static_cast<double>(core::Reader(bytes).u16()) / 65536.0;
}

/// Whether the list is read back to the oldest attempt even when nothing is waited for.
enum class Watching { no, yes };

class PollPass {
public:
    PollPass(store::Store& store,
             const core::Clock& clock,
             const providers::Account& account,
             std::stop_token stop)
        : store_(store), clock_(clock), account_(account), stop_(std::move(stop)) {}

    core::Result<PassResult> run();

private:
    /// `watched`: attempts that were given up, whose tags must not appear.
    core::Result<> sweep(const std::vector<model::Attempt>& waiting,
                         const std::vector<model::Attempt>& watched);
    core::Result<> clean_up_voided(model::Attempt& attempt);
    core::Result<bool> sweep_list(std::map<core::RemoteBatchId, model::Attempt>& open,
                                  core::TimePoint oldest,
                                  Watching watching);
    core::Result<> note_stranger(const providers::BatchView& batch);
    core::Result<> note_duplicate(const model::Attempt& attempt, const providers::BatchView& batch);
    core::Result<> look_at(const model::Attempt& attempt);
    core::Result<> keep(const model::Attempt& before, const model::Attempt& next);
    core::Result<> send_cancels(std::vector<model::Attempt>& waiting);
    core::Result<> fetch(model::Attempt attempt);
    core::Result<> fetch_later(model::Attempt attempt, const std::string& why);
    core::Result<bool> refresh(model::Attempt& attempt);
    core::Result<> give_back(model::Attempt attempt);
    core::Result<> hand_over(const core::IntentId& intent, const core::RemoteBatchId& batch);
    core::Result<> look_into(const providers::BatchView& batch);
    core::Result<> clean_up(model::Attempt attempt);
    core::Result<> hold_account(std::string reason);
    core::Result<> hold_for_key();
    bool delete_input(const model::Attempt& attempt);

    void due(core::TimePoint when) { result_.due = std::min(result_.due, when); }

    store::Store& store_;
    const core::Clock& clock_;
    const providers::Account& account_;
    std::stop_token stop_;
    std::vector<model::Attempt> watched_;  ///< given up; without tags their batches are looked for
    PassResult result_;
};

core::Result<PassResult> PollPass::run() {
    OVERNIGHT_TRY_ASSIGN(const auto live, store_.live_attempts(account_.name));
    std::vector<model::Attempt> waiting;
    for (const auto& attempt : live)
        if (attempt.state == AttemptState::submitted && !model::is_ordinary(attempt))
            waiting.push_back(attempt);
    OVERNIGHT_TRY_ASSIGN(auto voided,
                         store_.voided_attempts(account_.name, clock_.now() - watched_for));
    for (auto& attempt : voided)
        OVERNIGHT_TRY(clean_up_voided(attempt));
    std::erase_if(voided, [](const auto& a) { return a.void_reason != model::VoidReason::absent; });
    if (!account_.adapter->caps(account_.adapter->default_endpoint()).tagged) watched_ = voided;
    if (!waiting.empty() || !voided.empty()) {
        OVERNIGHT_TRY(send_cancels(waiting));
        OVERNIGHT_TRY(sweep(waiting, voided));
    }
    // What the sweep found ended is fetched in the same pass.
    OVERNIGHT_TRY_ASSIGN(const auto now_live, store_.live_attempts(account_.name));
    for (const auto& attempt : now_live) {
        if (stop_.stop_requested()) return result_;
        // What was sent line by line has its results here already.
        const bool to_fetch =
            attempt.state == AttemptState::terminal && !model::is_ordinary(attempt);
        if (!to_fetch && attempt.state != AttemptState::settled) continue;
        if (attempt.due > clock_.now()) {
            due(attempt.due);
            continue;
        }
        OVERNIGHT_TRY(attempt.state == AttemptState::terminal ? fetch(attempt) : clean_up(attempt));
    }
    return result_;
}

core::Result<> PollPass::keep(const model::Attempt& before, const model::Attempt& next) {
    if (next == before) return {};
    OVERNIGHT_TRY(store_.advance(next, before.state));
    if (next.state != before.state) result_.worked = true;
    return {};
}

core::Result<> PollPass::hold_for_key() {
    return hold_account(
        "the provider refuses the key; put a valid one in place, then: overnight doctor "
        "--release " +
        account_.name.v);
}

core::Result<> PollPass::hold_account(std::string reason) {
    return store_.edit_account(account_.name, [&](store::Account& a) {
        a.hold_reason = reason;
        a.hold_until = {};
    });
}

// --- sweeping

core::Result<> PollPass::sweep(const std::vector<model::Attempt>& waiting,
                               const std::vector<model::Attempt>& watched) {
    const core::TimePoint now = clock_.now();
    core::TimePoint youngest{};
    core::TimePoint oldest = core::TimePoint::max();
    std::map<core::RemoteBatchId, model::Attempt> open;
    for (const auto& attempt : waiting) {
        youngest = std::max(youngest, attempt.committed.wall);
        oldest = std::min(oldest, attempt.committed.wall);
        open.emplace(attempt.batch, attempt);
    }
    for (const auto& attempt : watched) {
        if (waiting.empty()) youngest = std::max(youngest, attempt.committed.wall);
        oldest = std::min(oldest, attempt.committed.wall);
    }
    OVERNIGHT_TRY_ASSIGN(const auto known, store_.account(account_.name));
    const auto age = std::max(now - youngest, core::Duration{0});
    const auto next = known.last_sweep + sweep_interval(age, account_.poll, random01());
    if (next > now && known.last_sweep <= now) {
        due(next);
        return {};
    }
    OVERNIGHT_TRY_ASSIGN(const bool complete,
                         sweep_list(open, oldest, watched.empty() ? Watching::no : Watching::yes));
    // What the list did not show is asked for by name: lists lag, and pages fail.
    int asked = 0;
    for (const auto& [id, attempt] : open)
        if (complete || ++asked <= asked_without_list) OVERNIGHT_TRY(look_at(attempt));
    OVERNIGHT_TRY(
        store_.edit_account(account_.name, [&](store::Account& a) { a.last_sweep = now; }));
    due(now + sweep_interval(age, account_.poll, random01()));
    return {};
}

core::Result<bool> PollPass::sweep_list(std::map<core::RemoteBatchId, model::Attempt>& open,
                                        core::TimePoint oldest,
                                        Watching watching) {
    const std::int64_t cut_off = core::unix_seconds(oldest - skew_margin);
    const auto each = [&](providers::BatchView& batch) -> core::Result<> {
        const auto found = open.find(batch.id);
        if (found == open.end()) return note_stranger(batch);
        OVERNIGHT_TRY(keep(found->second, apply(found->second, batch, clock_.now())));
        open.erase(found);
        return {};
    };
    // The first page is always looked through, for strangers.
    const auto enough = [&](std::int64_t last_created) {
        return (open.empty() && watching == Watching::no) || last_created < cut_off;
    };
    OVERNIGHT_TRY_ASSIGN(const auto read,
                         providers::read_batch_list(account_, stop_, each, enough));
    if (read.unauthorized) OVERNIGHT_TRY(hold_for_key());
    return read.complete;
}

/// A batch in the list that no attempt waits for. Another installation's is never touched.
core::Result<> PollPass::note_stranger(const providers::BatchView& batch) {
    if (!watched_.empty() && batch.tag.empty()) return look_into(batch);
    const auto tag = model::parse_tag(batch.tag);
    if (!tag || tag->installation != store_.installation().id) return {};
    OVERNIGHT_TRY_ASSIGN(const auto attempt, store_.find_intent(tag->intent));
    if (!attempt) {
        // A job that was forgotten keeps its attempts. What ran without us knowing was paid for,
        // also when it has ended: its rows may be about to be sent again.
        OVERNIGHT_TRY_ASSIGN(const auto known, store_.account(account_.name));
        if (batch.created_at <= core::unix_seconds(known.released)) return {};
        return hold_account("batch " + batch.id.v +
                            " carries this installation's tag and is not in the store: was the "
                            "state restored from a "
                            "backup? Cancel that batch, then: overnight doctor --release " +
                            account_.name.v);
    }
    if (attempt->batch == batch.id) return {};
    if (!attempt->batch.empty()) return note_duplicate(*attempt, batch);
    if (attempt->state != AttemptState::voided) return {};  // in doubt: the submitter looks for it
    // It was proven absent and appeared all the same: stop it, keep what it produces.
    model::Attempt next = *attempt;
    next.state = AttemptState::submitted;
    next.batch = batch.id;
    next.status = batch.status;
    next.cancel_wanted = true;
    next.evidence =
        "a late orphan: the create took effect after it was given up; it is being cancelled";
    return keep(*attempt, next);
}

/// A second batch with the tag of an attempt. Either the id that we hold is not ours, or the
/// provider made one batch twice.
core::Result<> PollPass::note_duplicate(const model::Attempt& attempt,
                                        const providers::BatchView& batch) {
    if (attempt.state == AttemptState::submitted) {
        const auto request = account_.adapter->get_batch(attempt.batch);
        const auto reply = account_.transport->send(request, stop_);
        if (!reply) return {};
        const auto what = account_.adapter->classify(*reply).what;
        const auto held = account_.adapter->parse_batch(*reply);
        const bool mistaken = what == ReplyClass::not_found ||
                              (what == ReplyClass::ok && held && !belongs(attempt, *held));
        if (mistaken) {
            model::Attempt next = attempt;
            next.batch = batch.id;
            next.evidence = "the create's reply named another batch; this one has the tag";
            return keep(attempt, next);
        }
        if (what != ReplyClass::ok || !held) return {};  // the next sweep asks again
    }
    if (model::is_end(batch.status) || batch.status == model::BatchStatus::cancelling) return {};
    const auto request = account_.adapter->cancel_batch(batch.id);
    if (!account_.transport->send(request, stop_)) return {};
    return hold_account("the provider made one batch twice: " + batch.id.v + " beside " +
                        attempt.batch.v +
                        "; the second is being cancelled. Look at the provider's console, then: "
                        "overnight doctor --release " +
                        account_.name.v);
}

core::Result<> PollPass::look_at(const model::Attempt& attempt) {
    const auto request = account_.adapter->get_batch(attempt.batch);
    const auto reply = account_.transport->send(request, stop_);
    if (!reply) return {};
    const auto meaning = account_.adapter->classify(*reply);
    if (meaning.what == ReplyClass::not_found)
        return keep(attempt, apply_missing(attempt, clock_.now()));
    if (meaning.what != ReplyClass::ok) return {};
    const auto view = account_.adapter->parse_batch(*reply);
    if (!view || view->id != attempt.batch) return {};
    return keep(attempt, apply(attempt, *view, clock_.now()));
}

core::Result<> PollPass::send_cancels(std::vector<model::Attempt>& waiting) {
    for (auto& attempt : waiting) {
        OVERNIGHT_TRY_ASSIGN(const auto job, store_.job(attempt.key.job));
        const bool wanted =
            attempt.cancel_wanted || (job && job->state == model::JobState::cancelling);
        // A batch that was adopted for its looks may be somebody else's.
        if (!wanted || attempt.cancel_sent || attempt.lookout.provisional) continue;
        const auto request = account_.adapter->cancel_batch(attempt.batch);
        const auto reply = account_.transport->send(request, stop_);
        if (!reply || !cancel_arrived(account_.adapter->classify(*reply).what)) {
            due(clock_.now() + account_.poll);
            continue;
        }
        model::Attempt next = attempt;  // refused: it has ended, which the sweep will show
        next.cancel_wanted = next.cancel_sent = true;
        OVERNIGHT_TRY(keep(attempt, next));
        attempt = next;
    }
    return {};
}

// --- fetching

core::Result<> PollPass::fetch_later(model::Attempt attempt, const std::string& why) {
    const auto state = attempt.state;
    attempt.due = clock_.now() + fetch_wait(attempt, account_.poll);
    if (attempt.fetch_tries < UINT16_MAX) ++attempt.fetch_tries;
    attempt.error = why;
    due(attempt.due);
    return store_.advance(attempt, state);
}

/// The batch as it is now: its file ids may come late. It is kept beside the results.
core::Result<bool> PollPass::refresh(model::Attempt& attempt) {
    const auto request = account_.adapter->get_batch(attempt.batch);
    const auto reply = account_.transport->send(request, stop_);
    if (!reply) return false;
    const auto what = account_.adapter->classify(*reply).what;
    if (what == ReplyClass::unauthorized) OVERNIGHT_TRY(hold_for_key());
    if (what != ReplyClass::ok) return false;
    const auto view = account_.adapter->parse_batch(*reply);
    if (!view || view->id != attempt.batch || !belongs(attempt, *view) || !is_over(attempt, *view))
        return false;
    if (model::is_end(view->status)) attempt.status = view->status;
    attempt.status_word = view->status_word;
    attempt.output_file = view->output_file;
    attempt.error_file = view->error_file;
    OVERNIGHT_TRY_ASSIGN(auto file,
                         jsonl::DurableFile::create(store::batch_file(store_, attempt.key),
                                                    jsonl::Replace::yes, 0600, "batch"));
    OVERNIGHT_TRY(file.write(reply->body));
    OVERNIGHT_TRY(std::move(file).commit());
    return true;
}

core::Result<> PollPass::fetch(model::Attempt attempt) {
    OVERNIGHT_TRY_ASSIGN(const bool fresh, refresh(attempt));
    if (!fresh) return fetch_later(attempt, "the batch could not be read");
    std::uint64_t lines = 0;
    const std::pair<core::RemoteFileId, std::filesystem::path> files[] = {
        {attempt.output_file, store_.output_file(attempt.key)},
        {attempt.error_file, store_.error_file(attempt.key)}};
    for (const auto& [id, path] : files) {
        if (id.empty()) continue;
        auto got = download(account_, id, path, stop_);
        if (got) {
            lines += got->lines;
            continue;
        }
        if (got.error().code() == core::Errc::cancelled) return {};
        if (got.error().code() == core::Errc::unauthorized) OVERNIGHT_TRY(hold_for_key());
        if (got.error().code() == core::Errc::not_found &&
            attempt.fetch_tries >= fetches_of_nothing) {
            attempt.state = AttemptState::hold;
            attempt.evidence =
                "the provider has no result file " + id.v + " any more: its lines may be lost";
            return store_.advance(attempt, AttemptState::terminal);
        }
        // A full disk is waited out: the provider keeps its copy for days.
        return fetch_later(attempt, got.error().describe());
    }
    if (attempt.lookout.provisional) {
        OVERNIGHT_TRY_ASSIGN(const Proof proof, prove(account_, store_, attempt));
        if (proof == Proof::foreign) return give_back(attempt);
        if (proof == Proof::ours) attempt.lookout.provisional = false;
    }
    if (after_fetch(attempt, lines) == Fetch::again) {
        ++attempt.short_fetches;
        return fetch_later(attempt, std::to_string(lines) + " lines of " +
                                        std::to_string(attempt.requests) + " have come so far");
    }
    if (attempt.lookout.provisional) {
        attempt.state = AttemptState::hold;
        attempt.evidence = "batch " + attempt.batch.v +
                           " was taken for a lost one, and its results do not prove it";
        return store_.advance(attempt, AttemptState::terminal);
    }
    attempt.state = AttemptState::fetched;
    attempt.due = {};
    attempt.error.clear();
    if (attempt.status == model::BatchStatus::failed) delete_input(attempt);
    result_.worked = true;
    return store_.advance(attempt, AttemptState::terminal);
}

/// The batch that was adopted for its looks is somebody else's, or that of an attempt of ours that
/// was given up: the lost create is looked for again.
core::Result<> PollPass::give_back(model::Attempt attempt) {
    const auto foreign = attempt.batch;
    OVERNIGHT_TRY_ASSIGN(const auto intent, first_intent(account_, store_, attempt));
    OVERNIGHT_TRY(hand_over(intent, foreign));  // first: repeating it does no harm
    attempt.state = AttemptState::ambiguous;
    attempt.batch = {};
    attempt.status = model::BatchStatus::unknown;
    attempt.status_word.clear();
    attempt.output_file = {};
    attempt.error_file = {};
    attempt.lookout.provisional = false;
    attempt.lookout.strangers.push_back(foreign.v);
    attempt.empty_scans = 0;
    attempt.due = {};
    attempt.evidence = "batch " + foreign.v + " turned out not to be this one";
    result_.worked = true;
    return store_.advance(attempt, AttemptState::terminal);
}

/// Gives a batch to the attempt that it was made for, if that one was given up or is held.
core::Result<> PollPass::hand_over(const core::IntentId& intent, const core::RemoteBatchId& batch) {
    OVERNIGHT_TRY_ASSIGN(const auto owner, store_.find_intent(intent));
    const bool waits = owner && owner->batch.empty() &&
                       (owner->state == AttemptState::voided || owner->state == AttemptState::hold);
    if (!waits) return {};
    model::Attempt late = *owner;
    late.state = AttemptState::submitted;
    late.batch = batch;
    late.due = {};
    late.evidence = "a late orphan: found by the custom_ids of its results";
    result_.worked = true;
    return store_.advance(late, owner->state);
}

/// Where batches carry no tag, only the results tell whose a batch is: those of ended ones that may
/// belong to an attempt that was given up are looked into, once.
core::Result<> PollPass::look_into(const providers::BatchView& batch) {
    if (!model::is_end(batch.status) || batch.output_file.empty()) return {};
    for (auto& attempt : watched_) {
        const auto& seen = attempt.lookout.strangers;
        const bool may_be = batch.total == attempt.requests && attempt.batch.empty() &&
                            std::find(seen.begin(), seen.end(), batch.id.v) == seen.end();
        if (!may_be) continue;
        OVERNIGHT_TRY_ASSIGN(const auto job, store_.job(attempt.key.job));
        const auto id = providers::first_custom_id(account_, batch.output_file,
                                                   job ? job->endpoint : std::string(), stop_);
        if (!id) return {};  // the next sweep tries again
        if (const auto parsed = model::parse_custom_id(*id))
            OVERNIGHT_TRY(hand_over(core::IntentId{std::string(parsed->intent)}, batch.id));
        OVERNIGHT_TRY_ASSIGN(const auto now, store_.find_intent(attempt.intent));
        if (!now || now->state != AttemptState::voided) return {};
        attempt = *now;
        attempt.lookout.strangers.push_back(batch.id.v);
        return store_.advance(attempt, AttemptState::voided);
    }
    return {};
}

// --- cleaning up

bool PollPass::delete_input(const model::Attempt& attempt) {
    if (attempt.file.empty()) return true;
    const auto request = account_.adapter->delete_file(attempt.file);
    const auto reply = account_.transport->send(request, stop_);
    if (!reply) return false;
    const auto what = account_.adapter->classify(*reply).what;
    return what == ReplyClass::ok || what == ReplyClass::not_found;
}

/// An upload whose create was refused for good is of no use to anybody.
core::Result<> PollPass::clean_up_voided(model::Attempt& attempt) {
    if (attempt.file.empty() || attempt.void_reason == model::VoidReason::absent) return {};
    if (!delete_input(attempt)) return {};  // the next pass tries again, for two days
    attempt.file = {};
    return store_.advance(attempt, AttemptState::voided);
}

core::Result<> PollPass::clean_up(model::Attempt attempt) {
    const bool gone = delete_input(attempt);
    if (!gone && attempt.fetch_tries < deletes_tried)
        return fetch_later(attempt, "the input file is not deleted yet");
    attempt.state = AttemptState::closed;
    attempt.due = {};
    result_.worked = true;
    return store_.advance(attempt, AttemptState::settled);
}

}  // namespace

core::Result<PassResult> pass(store::Store& store,
                              const core::Clock& clock,
                              const providers::Accounts& accounts,
                              std::stop_token stop) {
    PassResult all;
    for (const auto& [name, account] : accounts) {
        OVERNIGHT_TRY_ASSIGN(const auto one, PollPass(store, clock, account, stop).run());
        all.due = std::min(all.due, one.due);
        all.worked = all.worked || one.worked;
    }
    return all;
}

}  // namespace overnight::poller
