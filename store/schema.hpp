// The whole database on one page. A table's name carries its version; names and numbers are frozen.
// docs/STORE_FORMAT.md says what each is for and which file of this folder is its only writer.
#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "model/attempt.hpp"
#include "model/row.hpp"
#include "model/shard.hpp"
#include "store/row_block.hpp"
#include "store/rows_of_tables.hpp"
#include "store/table.hpp"
#include "store/values.hpp"

#include <cstdint>
#include <tuple>

namespace overnight::store {

/// What `counters/1` counts. On disk: never renumber.
enum class Counter : std::uint8_t {
    schema = 1,  ///< not a counter: the version of this page
    next_job = 2,
    next_segment = 3,
    next_index = 4,
};
inline constexpr std::uint64_t schema_version = 1;

using RowKey = std::tuple<core::JobId, core::RowNo>;
using ResubmissionKey = std::tuple<core::JobId, core::RowNo, std::uint16_t>;
using BlockKey = std::tuple<core::JobId, std::uint64_t>;
using LiveKey = std::tuple<core::AccountName, model::AttemptKey>;
using VoidedKey = std::tuple<core::AccountName, core::TimePoint, model::AttemptKey>;

// clang-format off
struct Counters      { static constexpr auto name = "counters/1";      using Key = Counter;           using Value = Count; };
struct Installations { static constexpr auto name = "installation/1";  using Key = std::uint8_t;      using Value = InstallationRow; };
struct Facts         { static constexpr auto name = "jobs/1";          using Key = core::JobId;       using Value = JobFacts; };
struct Progress      { static constexpr auto name = "progress/1";      using Key = core::JobId;       using Value = JobProgress; };
struct Removals      { static constexpr auto name = "removals/1";      using Key = core::JobId;       using Value = RemovalRow; };  // jobs that are being removed
struct RowBlocks     { static constexpr auto name = "rows/1";          using Key = BlockKey;          using Value = RowBlock; };
struct Duplicates    { static constexpr auto name = "duplicates/1";    using Key = RowKey;            using Value = Count; };       // of a row: how many later rows equal it
struct Failures      { static constexpr auto name = "failures/1";      using Key = RowKey;            using Value = model::Failure; };
struct Tries         { static constexpr auto name = "tries/1";         using Key = RowKey;            using Value = model::TryRecord; };
struct Queue         { static constexpr auto name = "queue/1";         using Key = RowKey;            using Value = Unit; };        // index: tries that are queued
struct Resubmissions { static constexpr auto name = "resubmissions/1"; using Key = ResubmissionKey;   using Value = model::Resubmission; };
struct Shards        { static constexpr auto name = "shards/1";        using Key = model::ShardKey;   using Value = model::Shard; };
struct Attempts      { static constexpr auto name = "attempts/1";      using Key = model::AttemptKey; using Value = model::Attempt; };
struct Intents       { static constexpr auto name = "intents/1";       using Key = core::IntentId;    using Value = model::AttemptKey; };  // index
struct Live          { static constexpr auto name = "live/1";          using Key = LiveKey;           using Value = Unit; };        // index: live attempts of published jobs
struct Voided        { static constexpr auto name = "voided/1";        using Key = VoidedKey;         using Value = Unit; };        // index: voided attempts by when they ended
struct Accounts      { static constexpr auto name = "accounts/1";      using Key = core::AccountName; using Value = Account; };
struct Segments      { static constexpr auto name = "segments/1";      using Key = core::SegmentNo;   using Value = Segment; };
struct Indexes       { static constexpr auto name = "indexes/1";       using Key = std::uint32_t;     using Value = IndexFile; };
// clang-format on

struct Tables {
    Table<Counters> counters;
    Table<Installations> installations;
    Table<Facts> facts;
    Table<Progress> progress;
    Table<Removals> removals;
    Table<RowBlocks> rows;
    Table<Duplicates> duplicates;
    Table<Failures> failures;
    Table<Tries> tries;
    Table<Queue> queue;
    Table<Resubmissions> resubmissions;
    Table<Shards> shards;
    Table<Attempts> attempts;
    Table<Intents> intents;
    Table<Live> live;
    Table<Voided> voided;
    Table<Accounts> accounts;
    Table<Segments> segments;
    Table<Indexes> indexes;

    template <class Each>
    core::Result<> for_each(Each&& each) {
        return all(each, counters, installations, facts, progress, removals, rows, duplicates,
                   failures, tries, queue, resubmissions, shards, attempts, intents, live, voided,
                   accounts, segments, indexes);
    }

private:
    template <class Each, class... T>
    static core::Result<> all(Each& each, T&... tables) {
        core::Result<> result;
        (void)((result = each(tables), result.has_value()) && ...);
        return result;
    }
};

}  // namespace overnight::store
