// What the store's verbs take and give, beside the values of model/.
#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "model/attempt.hpp"
#include "model/row.hpp"
#include "model/shard.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace overnight::store {

using Fingerprint =
    std::array<std::uint8_t, 16>;  ///< recipe::Fingerprint; the store knows it as 16 bytes

struct StoreOptions {
    std::size_t map_bytes = std::size_t{64} << 30;  ///< sparse; the same in every process
    /// How long a write waits for another process that writes; it may be stopped.
    std::chrono::milliseconds writer_patience{30'000};
    /// Else network file systems, overlay and tmpfs are refused; OVERNIGHT_ANY_FILESYSTEM=1 in the
    /// environment allows them as well.
    bool allow_any_filesystem = false;
};

/// Who we are at the providers; made once, with the store.
struct Installation {
    std::string id;                ///< 6 characters, part of every tag
    std::uint64_t generation = 0;  ///< counts opens
    core::TimePoint created{};
    /// Not empty: the store is older than state/epoch says, or is a copy. It may not know batches
    /// that exist, so nothing may be created until a person looked: clear_doubt().
    std::string doubt;
};

/// What is remembered of an account (a [provider.NAME]).
struct Account {
    core::AccountName name;
    std::string
        hold_reason;  ///< not empty: nothing is created until it is released or `hold_until` passes
    core::TimePoint hold_until{};  ///< zero: until a person acts
    std::string key_fingerprint;   ///< of the key that the live attempts were created with
    core::TimePoint last_sweep{};
    core::TimePoint create_after{};                     ///< the provider asked to wait until then
    std::map<std::string, std::uint64_t> token_limits;  ///< learned: model -> enqueued tokens
    /// When a person last released it: batches from before that the store does not know are known
    /// to that person.
    core::TimePoint released{};
    friend bool operator==(const Account&, const Account&) = default;
};

/// A file of settled answers that is complete and durable.
struct Segment {
    core::SegmentNo no;
    std::string file;  ///< name within results/
    std::uint64_t bytes = 0;
    std::uint64_t answers = 0;
    core::JobId job;
    friend bool operator==(const Segment&, const Segment&) = default;
};

/// A durable file of (fingerprint, place), sorted by fingerprint.
struct IndexFile {
    std::uint32_t no = 0;
    std::string file;  ///< name within results/
    std::uint64_t entries = 0;
    friend bool operator==(const IndexFile&, const IndexFile&) = default;
};

/// Everything that settling one attempt changes; applied in one transaction.
struct Settlement {
    model::Attempt attempt;          ///< as it is afterwards: settled, or voided
    model::AttemptState expected{};  ///< as it must be before
    model::ShardState shard = model::ShardState::settled;
    std::optional<Segment> segment;
    std::optional<IndexFile> index;
    std::vector<std::pair<core::RowNo, model::RowRecord>>
        rows;  ///< ascending; a row that is answered already is kept
    std::vector<std::pair<core::RowNo, model::Failure>> failures;
    std::vector<std::pair<core::RowNo, model::TryRecord>>
        tries;  ///< queued again, or their counters
    std::vector<std::pair<core::RowNo, model::Resubmission>> resubmissions;
    model::Usage usage;
    std::uint32_t pack_rows = 0;  ///< lowers the job's pack size; 0 leaves it
};

/// What a settlement did. Rows are counted without their duplicates.
struct SettleReport {
    std::uint64_t answered = 0;  ///< newly, `upgraded` included
    std::uint64_t failed = 0;    ///< newly
    std::uint64_t queued = 0;
    std::uint64_t upgraded = 0;    ///< had failed and are answered now: a late orphan delivered
    std::uint64_t superseded = 0;  ///< were settled before: the earlier outcome was kept
    /// The attempt is not the latest of an open shard (a late orphan): its answers were taken,
    /// nothing else, because the shard's later attempt, or what became of its rows since, decides
    /// the rest.
    bool answers_only = false;
};

struct QueueSummary {
    std::uint64_t rows = 0;
    core::TimePoint oldest{};
};

}  // namespace overnight::store
