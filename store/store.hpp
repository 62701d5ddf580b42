// The store: small, transactional, the one authority on state. Its verbs are the domain's; no
// transaction leaves the folder. One Store a process; any thread; writers are serialised by LMDB,
// also across processes.
//
// Rows stand in blocks, so that settling a shard writes hundreds of values and not fifty thousand;
// bodies stay in files (the spool and the segments), which are durable before a transaction names
// them.
//
// The store alone keeps a job's counters (rows, shards, requests, attempts, batches): what a caller
// passes in them is ignored where a job is written whole, and a change of them in edit_job is
// refused. A callback of a verb must be quick and must not call the store.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "model/attempt.hpp"
#include "model/job.hpp"
#include "model/row.hpp"
#include "model/shard.hpp"
#include "store/role_lock.hpp"
#include "store/values.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace overnight::store {

class Store {
public:
    /// Opens or creates `state_dir` (0700, ours) with everything in it. Errc::corrupt for a damaged
    /// or newer store, configuration for an unsuitable place.
    static core::Result<std::unique_ptr<Store>> open(const std::filesystem::path& state_dir,
                                                     StoreOptions options = {});
    ~Store();

    const Installation& installation() const noexcept;
    const std::filesystem::path& state_dir() const noexcept;
    /// What a person should know about the place and the libraries; found at open.
    std::vector<std::string> warnings() const;
    std::filesystem::path spool_dir(core::JobId job) const;  ///< spool/<job>; made by begin_job
    std::filesystem::path results_dir() const;
    std::filesystem::path shard_file(const model::AttemptKey& key) const;  ///< spool/J/0003-1.jsonl
    std::filesystem::path manifest_file(const model::ShardKey& key) const;  ///< spool/J/0003.rows
    std::filesystem::path output_file(
        const model::AttemptKey& key) const;  ///< spool/J/0003-1.output.jsonl
    std::filesystem::path error_file(
        const model::AttemptKey& key) const;  ///< spool/J/0003-1.errors.jsonl
    std::filesystem::path fingerprint_file(
        core::JobId job) const;  ///< spool/J/fingerprints: 16 bytes a row

    // --- jobs
    core::Result<core::JobId> begin_job(model::Job job);  ///< state planning; gives the id
    /// While planning, in order and without gaps. One transaction a call: give 10,000s at a time.
    /// Rows are waiting, cached, a duplicate of an earlier row that is none itself, or failed;
    /// `failures` has the reason of each failed one, ascending.
    core::Result<> append_rows(
        core::JobId job,
        core::RowNo first,
        std::span<const model::RowRecord> rows,
        std::span<const std::pair<core::RowNo, model::Failure>> failures = {});
    /// While planning; shards are numbered from 0 without gaps. Nothing can be sent before
    /// publish_job: until then the attempt is not in live_attempts() and cannot be advanced.
    core::Result<> add_shard(const model::Shard& shard, const model::Attempt& first);
    /// planning -> running (or merging when nothing is to be sent). `job` holds the final identity.
    core::Result<> publish_job(const model::Job& job);
    /// Removes a job in state planning, its rows, shards and spool folder.
    core::Result<> discard_job(core::JobId job);
    core::Result<std::vector<model::Job>> jobs() const;  ///< by id, oldest first
    core::Result<std::optional<model::Job>> job(core::JobId id) const;
    /// Reads, edits and writes the job in one transaction; the state's transition must be legal.
    core::Result<> edit_job(core::JobId id, const std::function<void(model::Job&)>& edit);
    /// Removes a job that is over, with its rows, shards and spool; settled answers stay in the
    /// cache, and its attempts stay known, so that its batches in the provider's lists are not
    /// taken for strangers. Errc::conflict while an attempt is live.
    core::Result<> forget_job(core::JobId id);

    // --- rows
    /// Fills `out` with the records [first, first + out.size()); Errc::not_found past the end.
    core::Result<> read_rows(core::JobId job,
                             core::RowNo first,
                             std::span<model::RowRecord> out) const;
    core::Result<std::optional<model::Failure>> failure(core::JobId job, core::RowNo row) const;
    /// In row order, until `each` returns false.
    core::Result<> for_each_failure(
        core::JobId job, const std::function<bool(core::RowNo, const model::Failure&)>& each) const;
    core::Result<std::optional<model::TryRecord>> tries(core::JobId job, core::RowNo row) const;
    core::Result<std::vector<model::Resubmission>> resubmissions(core::JobId job,
                                                                 core::RowNo row) const;
    core::Result<std::uint64_t> count_resubmissions(core::JobId job) const;
    /// The job's resubmissions in row order, until `each` returns false.
    core::Result<> for_each_resubmission(
        core::JobId job,
        const std::function<bool(core::RowNo, const model::Resubmission&)>& each) const;
    core::Result<QueueSummary> queue(core::JobId job) const;
    /// Queued rows from `from` on, in row order, at most `limit`.
    core::Result<std::vector<std::pair<core::RowNo, model::TryRecord>>> queued(
        core::JobId job, core::RowNo from, std::size_t limit) const;
    /// Failed rows become waiting and queued, with their counters at zero, and a finished job runs
    /// again; gives how many. For `retry JOB`. Each gets a Resubmission. A row's text is found
    /// through its TryRecord, so a settlement gives one for each row that it fails; a row without
    /// one failed while it was planned and stays failed.
    core::Result<std::uint64_t> requeue_failures(core::JobId job, core::TimePoint now);

    // --- shards and attempts
    core::Result<std::optional<model::Shard>> shard(const model::ShardKey& key) const;
    core::Result<std::vector<model::Shard>> shards(core::JobId job) const;
    /// A shard of queued rows: they leave the queue in the same transaction.
    core::Result<> add_retry_shard(const model::Shard& shard,
                                   const model::Attempt& first,
                                   std::span<const core::RowNo> rows);
    /// The next attempt of an open shard; refused unless the one before is voided.
    core::Result<> begin_attempt(const model::Attempt& next);
    /// An open shard is given up, its rows stay waiting: for cancel. Refused unless its latest
    /// attempt is voided.
    core::Result<> drop_shard(const model::ShardKey& key);
    /// An open shard is given up and its rows that wait are queued for other shards. Refused unless
    /// `voided` is its latest attempt and is stored as voided. Each queued row gets a Resubmission
    /// with the verdict, evidence, reason and time of `why`, and the request of its TryRecord.
    core::Result<> requeue_shard(const model::Attempt& voided,
                                 std::span<const std::pair<core::RowNo, model::TryRecord>> rows,
                                 const model::Resubmission& why);
    core::Result<std::optional<model::Attempt>> attempt(const model::AttemptKey& key) const;
    core::Result<std::optional<model::Attempt>> find_intent(const core::IntentId& intent) const;
    /// Every attempt that is_live, of one account or of all, in key order.
    core::Result<std::vector<model::Attempt>> live_attempts(
        const std::optional<core::AccountName>& account = {}) const;
    core::Result<std::vector<model::Attempt>> attempts(core::JobId job) const;
    /// Voided attempts whose `ended` is after `since`: their tags are watched for late orphans.
    core::Result<std::vector<model::Attempt>> voided_attempts(const core::AccountName& account,
                                                              core::TimePoint since) const;
    /// Writes `next` if the stored state is `expected` and the transition is legal; Errc::conflict
    /// otherwise. Keeps the job's batches right: the attempts that have a batch id. `settled` is
    /// reached through settle() only. Into `committing`, and from `rendered` into `submitted`
    /// (whose lines are sent one by one): Errc::cancelled unless the job is running, Errc::held
    /// when the account is on hold at `next.committed.wall` or the installation is in doubt.
    core::Result<> advance(const model::Attempt& next, model::AttemptState expected);
    core::Result<> settle(const Settlement& settlement, SettleReport* report = nullptr);

    // --- accounts
    core::Result<Account> account(
        const core::AccountName& name) const;  ///< empty when never written
    core::Result<> edit_account(const core::AccountName& name,
                                const std::function<void(Account&)>& edit);

    // --- answers
    core::Result<core::SegmentNo> new_segment_no();  ///< never given twice
    core::Result<std::uint32_t> new_index_no();
    core::Result<std::vector<Segment>> segments() const;
    core::Result<std::vector<IndexFile>> indexes() const;
    /// Puts `merged` in the place of `old`, in one transaction.
    core::Result<> replace_indexes(const IndexFile& merged, std::span<const IndexFile> old);

    // --- the state as a whole
    /// Removes what a killed process left: temporaries, and the files that only `held` makes and
    /// the store does not name. The caller holds the lock of `held`.
    core::Result<> sweep(Role held);
    /// A compact copy of the database under the new name `file`; the spool and the results are not
    /// in it.
    core::Result<> backup(const std::filesystem::path& file) const;
    /// A person looked and the installation's doubt is gone.
    core::Result<> clear_doubt();
    /// What a check found wrong; empty when all is well. Derives every index and counter anew from
    /// one snapshot.
    core::Result<std::vector<std::string>> check() const;

private:
    Store();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace overnight::store
