// Attempts: attempts/1 and its indexes intents/1, live/1 and voided/1.

#include "store/attempt_row.hpp"
#include "store/impl.hpp"
#include "store/job_row.hpp"

#include <algorithm>

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;
using model::Attempt;
using model::AttemptKey;
using model::AttemptState;

namespace {

std::string shown(const AttemptKey& key) {
    return "attempt " + std::to_string(key.attempt) + " of shard " + std::to_string(key.shard.v) +
           " of job " + std::to_string(key.job.v);
}

/// The attempts named by keys of an index.
Result<std::vector<Attempt>> fetch(const Tables& tables,
                                   const ReadTxn& txn,
                                   std::vector<AttemptKey> keys) {
    std::sort(keys.begin(), keys.end());
    std::vector<Attempt> found;
    found.reserve(keys.size());
    for (const AttemptKey& key : keys) {
        OVERNIGHT_TRY_ASSIGN(auto attempt, tables.attempts.get(txn, key));
        if (!attempt)
            return Error(Errc::corrupt, "an index names " + shown(key) + ", which is not there");
        found.push_back(*std::move(attempt));
    }
    return found;
}

Result<> index_attempt(const Tables& tables, WriteTxn& txn, const Attempt& a) {
    if (model::is_live(a.state)) return tables.live.put(txn, {a.account, a.key}, {});
    if (a.state == AttemptState::voided)
        return tables.voided.put(txn, {a.account, voided_time(a), a.key}, {});
    return {};
}

Result<> unindex_attempt(const Tables& tables, WriteTxn& txn, const Attempt& a) {
    if (model::is_live(a.state)) OVERNIGHT_TRY(tables.live.erase(txn, {a.account, a.key}));
    if (a.state == AttemptState::voided)
        OVERNIGHT_TRY(tables.voided.erase(txn, {a.account, voided_time(a), a.key}));
    return {};
}

/// What must be true in the transaction that allows a create.
Result<> check_commitment(const Tables& tables,
                          const ReadTxn& txn,
                          const Attempt& next,
                          const JobProgress& progress) {
    if (progress.state != model::JobState::running)
        return Error(Errc::cancelled, "job " + std::to_string(next.key.job.v) + " is " +
                                          std::string(name(progress.state)) +
                                          ": nothing is created for it");
    OVERNIGHT_TRY_ASSIGN(const auto installation, tables.installations.get(txn, 0));
    if (installation && !installation->doubt.empty())
        return Error(Errc::held, "nothing is created: " + installation->doubt);
    OVERNIGHT_TRY_ASSIGN(const auto account, tables.accounts.get(txn, next.account));
    const bool until_released = account && account->hold_until == core::TimePoint{};
    if (account && !account->hold_reason.empty() &&
        (until_released || next.committed.wall < account->hold_until))
        return Error(Errc::held,
                     "the account " + next.account.v + " is on hold: " + account->hold_reason);
    return {};
}

}  // namespace

core::TimePoint voided_time(const Attempt& a) {
    if (a.ended != core::TimePoint{}) return a.ended;
    return std::max({a.committed.wall, a.doubted.wall, a.fenced.wall});
}

Result<> insert_attempt(const Tables& tables,
                        WriteTxn& txn,
                        const Attempt& attempt,
                        Listing listing) {
    OVERNIGHT_TRY(check_key_text(attempt.account.v, "an account's name"));
    OVERNIGHT_TRY(check_key_text(attempt.intent.v, "an intent"));
    if (attempt.intent.empty() || attempt.state != AttemptState::rendered || !attempt.batch.empty())
        return Error(Errc::internal, shown(attempt.key) + " does not begin as rendered");
    OVERNIGHT_TRY_ASSIGN(const auto taken, tables.attempts.get(txn, attempt.key));
    OVERNIGHT_TRY_ASSIGN(const auto intent, tables.intents.get(txn, attempt.intent));
    if (taken || intent)
        return Error(Errc::conflict, shown(attempt.key) + " or its intent is there already");
    OVERNIGHT_TRY(tables.attempts.put(txn, attempt.key, attempt));
    OVERNIGHT_TRY(tables.intents.put(txn, attempt.intent, attempt.key));
    return listing == Listing::live ? index_attempt(tables, txn, attempt) : Result<>{};
}

Result<> list_attempts(const Tables& tables, WriteTxn& txn, core::JobId job) {
    std::vector<Attempt> hidden;
    OVERNIGHT_TRY(tables.attempts.scan(txn, key_bytes(job), [&](const AttemptKey&, Attempt& a) {
        hidden.push_back(std::move(a));
        return true;
    }));
    for (const Attempt& attempt : hidden)
        OVERNIGHT_TRY(index_attempt(tables, txn, attempt));
    return {};
}

Result<> erase_attempts(const Tables& tables, WriteTxn& txn, core::JobId job) {
    std::vector<Attempt> all;
    OVERNIGHT_TRY(tables.attempts.scan(txn, key_bytes(job), [&](const AttemptKey&, Attempt& a) {
        all.push_back(std::move(a));
        return true;
    }));
    for (const Attempt& attempt : all) {
        OVERNIGHT_TRY(unindex_attempt(tables, txn, attempt));
        OVERNIGHT_TRY(tables.intents.erase(txn, attempt.intent));
        OVERNIGHT_TRY(tables.attempts.erase(txn, attempt.key));
    }
    return {};
}

Result<Attempt> check_transition(const Tables& tables,
                                 const ReadTxn& txn,
                                 const Attempt& next,
                                 AttemptState expected) {
    OVERNIGHT_TRY_ASSIGN(auto before, tables.attempts.get(txn, next.key));
    if (!before) return Error(Errc::not_found, "there is no " + shown(next.key));
    if (before->state != expected)
        return Error(Errc::conflict, shown(next.key) + " is " + std::string(name(before->state)) +
                                         ", not " + std::string(name(expected)));
    if (!model::may_become(expected, next.state))
        return Error(Errc::internal, shown(next.key) + " is " + std::string(name(expected)) +
                                         " and cannot become " + std::string(name(next.state)));
    if (before->intent != next.intent || before->account != next.account || before->tag != next.tag)
        return Error(Errc::internal, "the identity of " + shown(next.key) + " cannot change");
    if (next.state == AttemptState::submitted && next.batch.empty())
        return Error(Errc::internal, shown(next.key) + " is submitted without a batch");
    if (next.state == AttemptState::submitted && expected == AttemptState::rendered &&
        !model::is_ordinary(next))
        return Error(Errc::internal, shown(next.key) + " has a batch that nobody created");
    return *std::move(before);
}

Result<> replace_attempt(const Tables& tables,
                         WriteTxn& txn,
                         const Attempt& before,
                         const Attempt& next,
                         JobProgress* progress) {
    const bool same_index =
        model::is_live(before.state) == model::is_live(next.state) &&
        (before.state == AttemptState::voided) == (next.state == AttemptState::voided) &&
        voided_time(before) == voided_time(next);
    if (!same_index) OVERNIGHT_TRY(unindex_attempt(tables, txn, before));
    OVERNIGHT_TRY(tables.attempts.put(txn, next.key, next));
    if (!same_index) OVERNIGHT_TRY(index_attempt(tables, txn, next));
    if (progress) {
        if (before.batch.empty() && !next.batch.empty()) ++progress->batches;
        if (!before.batch.empty() && next.batch.empty()) --progress->batches;
    }
    return {};
}

Result<> Store::advance(const Attempt& next, AttemptState expected) {
    const Tables& tables = impl_->tables;
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    OVERNIGHT_TRY_ASSIGN(const auto before, check_transition(tables, txn, next, expected));
    if (next.state == AttemptState::settled && expected != AttemptState::settled)
        return Error(Errc::internal, shown(next.key) + " is settled with its rows or not at all");
    // A job that was forgotten has no progress, but its attempts live on.
    OVERNIGHT_TRY_ASSIGN(auto progress, tables.progress.get(txn, next.key.job));
    if (progress && progress->state == model::JobState::planning)
        return Error(Errc::conflict, "the job of " + shown(next.key) + " is not planned whole");
    const bool begins =
        next.state == AttemptState::committing ||
        (next.state == AttemptState::submitted && expected == AttemptState::rendered);
    if (begins && next.state != expected)
        OVERNIGHT_TRY(check_commitment(tables, txn, next, progress ? *progress : JobProgress{}));
    const auto batches = progress ? progress->batches : 0;
    OVERNIGHT_TRY(replace_attempt(tables, txn, before, next, progress ? &*progress : nullptr));
    if (progress && progress->batches != batches)
        OVERNIGHT_TRY(write_progress(tables, txn, next.key.job, *progress));
    return std::move(txn).commit();
}

Result<std::optional<Attempt>> Store::attempt(const AttemptKey& key) const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    return impl_->tables.attempts.get(txn, key);
}

Result<std::optional<Attempt>> Store::find_intent(const core::IntentId& intent) const {
    if (intent.v.size() > longest_text_in_key) return std::optional<Attempt>{};
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    OVERNIGHT_TRY_ASSIGN(const auto key, impl_->tables.intents.get(txn, intent));
    if (!key) return std::optional<Attempt>{};
    return impl_->tables.attempts.get(txn, *key);
}

Result<std::vector<Attempt>> Store::live_attempts(
    const std::optional<core::AccountName>& account) const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    std::vector<AttemptKey> keys;
    const std::string prefix = account ? key_bytes(*account) : std::string();
    OVERNIGHT_TRY(impl_->tables.live.scan(txn, prefix, [&](const LiveKey& key, const Unit&) {
        keys.push_back(std::get<1>(key));
        return true;
    }));
    return fetch(impl_->tables, txn, std::move(keys));
}

Result<std::vector<Attempt>> Store::attempts(core::JobId job) const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    std::vector<Attempt> found;
    OVERNIGHT_TRY(
        impl_->tables.attempts.scan(txn, key_bytes(job), [&](const AttemptKey&, Attempt& a) {
            found.push_back(std::move(a));
            return true;
        }));
    return found;
}

Result<std::vector<Attempt>> Store::voided_attempts(const core::AccountName& account,
                                                    core::TimePoint since) const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    std::vector<AttemptKey> keys;
    OVERNIGHT_TRY(impl_->tables.voided.scan(txn, key_bytes(account), key_bytes(account, since),
                                            [&](const VoidedKey& key, const Unit&) {
                                                if (std::get<1>(key) > since)
                                                    keys.push_back(std::get<2>(key));
                                                return true;
                                            }));
    return fetch(impl_->tables, txn, std::move(keys));
}

}  // namespace overnight::store
