// An attempt: one try to have one shard executed. Its states are those of SUBMISSION 3.1.
#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "model/shard.hpp"
#include "model/usage.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::model {

/// On disk: never renumber.
enum class AttemptState : std::uint8_t {
    rendered = 1,    ///< the shard's file is durable under this intent; nothing was sent
    uploading = 2,   ///< an upload may be under way; free of charge
    uploaded = 3,    ///< the provider has the file: file_id
    committing = 4,  ///< the create may be under way; found at start it is ambiguous
    ambiguous = 5,   ///< the create may have taken effect; resolved by looking only
    fenced = 6,      ///< as ambiguous, and the input file is deleted, so no late create can run
    submitted = 7,   ///< the batch exists: batch_id
    terminal = 8,    ///< the provider ended it; result files are to be fetched
    fetched = 9,     ///< every result file is durable in the spool
    settled = 10,    ///< its rows are settled or queued again; clean-up is left
    closed = 11,
    voided = 12,  ///< proven never to have run: rejected, absent, or failed in validation
    hold = 13,    ///< a doubt that a person must resolve
};
std::string_view name(AttemptState state) noexcept;
/// The one table of legal transitions; the store asserts it.
bool may_become(AttemptState from, AttemptState to) noexcept;
/// Why an attempt was voided, which decides what becomes of its rows. On disk: never renumber.
enum class VoidReason : std::uint8_t {
    none = 0,
    absent = 1,  ///< the create never took effect: a new attempt follows
    later = 2,   ///< refused for now (rate, quota, key, file not found): a new attempt follows when
                 ///< it is due
    token_limit = 3,  ///< enqueued tokens: as later, perhaps in smaller shards
    rejected = 4,     ///< refused for good: its rows fail, but for those that no problem names
    cancelled = 5,    ///< by the user, before anything was sent
};
std::string_view name(VoidReason reason) noexcept;

/// Neither closed nor voided.
inline bool is_live(AttemptState s) noexcept {
    return s != AttemptState::closed && s != AttemptState::voided;
}
/// The provider may still be working on it, or may be about to.
inline bool is_in_flight(AttemptState s) noexcept {
    return s >= AttemptState::committing && s <= AttemptState::submitted;
}

struct AttemptKey {
    core::JobId job;
    core::ShardNo shard;
    std::uint16_t attempt = 0;  ///< counts from 1
    ShardKey shard_key() const noexcept { return {job, shard}; }
    friend auto operator<=>(const AttemptKey&, const AttemptKey&) = default;
};

/// A moment on the clock that does not jump, and on the wall.
struct Moment {
    core::TimePoint wall{};
    core::Duration since_boot{};
    std::string boot_id;
    friend bool operator==(const Moment&, const Moment&) = default;
};

/// The normalised state of a provider's batch.
/// On disk: never renumber.
enum class BatchStatus : std::uint8_t {
    unknown = 0,  ///< a word we do not know: never an end
    validating = 1,
    in_progress = 2,
    finalizing = 3,
    cancelling = 4,
    completed = 5,
    failed = 6,  ///< nothing ran
    expired = 7,
    cancelled = 8,
};
std::string_view name(BatchStatus status) noexcept;
inline bool is_end(BatchStatus s) noexcept {
    return s >= BatchStatus::completed;
}

/// How a lost create is looked for where lists show no tag (SUBMISSION 3.4).
struct Lookout {
    bool taken = false;            ///< the baseline was taken for the create at hand
    core::RemoteBatchId baseline;  ///< the newest batch before the create; empty: there was none
    std::vector<std::string> strangers;  ///< batches since then that were proven not to be ours
    /// The batch was adopted for what it looks like; the custom_ids of its results must prove it.
    bool provisional = false;
    /// A person released the held attempt and accepts that its rows may be paid twice.
    bool signed_off = false;
    std::uint16_t unproven_scans = 0;  ///< complete scans since the doubt that nothing vouched for
    friend bool operator==(const Lookout&, const Lookout&) = default;
};

struct Attempt {
    AttemptKey key;
    core::AccountName account;
    AttemptState state = AttemptState::rendered;
    core::IntentId intent;
    std::string tag;              ///< on1-<inst6>-<intent26>
    std::string key_fingerprint;  ///< of the API key that the create was sent with
    std::uint64_t file_bytes = 0;
    std::uint32_t requests = 0;
    core::RemoteFileId file;  ///< the uploaded input
    core::RemoteBatchId batch;
    BatchStatus status = BatchStatus::unknown;
    std::string status_word;  ///< as the provider wrote it
    std::uint64_t done = 0;   ///< request_counts.completed + failed, for progress only
    core::RemoteFileId output_file;
    core::RemoteFileId error_file;
    Moment committed;  ///< the synced record before the last byte of the create
    Moment doubted;    ///< the synced AMBIGUOUS mark
    Moment fenced;     ///< the synced proof that the input file is gone
    std::uint16_t empty_scans =
        0;  ///< complete, trusted scans since `fenced` or `doubted` that found nothing
    std::uint16_t upload_tries = 0;
    std::uint16_t fetch_tries = 0;
    std::uint16_t short_fetches = 0;  ///< result files read whole that lacked lines
    core::TimePoint missing_since{};  ///< first 404 of the batch in a row; zero: none
    VoidReason void_reason = VoidReason::none;
    core::TimePoint ended{};  ///< terminal at the provider, or voided
    core::TimePoint due{};    ///< when to look at it again
    bool cancel_wanted = false;
    bool cancel_sent = false;
    Usage usage;
    std::string evidence;  ///< how the last decision is known; our words
    std::string error;     ///< what the provider said last; untrusted
    Lookout lookout;
    friend bool operator==(const Attempt&, const Attempt&) = default;
};

/// The batch id of an attempt whose lines are sent as ordinary calls, one by one: it names no batch
/// at the provider.
inline core::RemoteBatchId ordinary_batch(const core::IntentId& intent) {
    return core::RemoteBatchId{"sync-" + intent.v};
}
/// The submitter works such an attempt off itself; nothing of it is looked for at the provider.
inline bool is_ordinary(const Attempt& a) {
    return !a.batch.empty() && a.batch == ordinary_batch(a.intent);
}

}  // namespace overnight::model
