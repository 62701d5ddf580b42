// A job: what a user submits once.
#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "model/usage.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace overnight::model {

/// On disk: never renumber.
enum class JobState : std::uint8_t {
    planning = 1,    ///< rows and shards are being written; a crash here leaves nothing to keep
    running = 2,     ///< planned whole; shards are sent, polled, settled
    merging = 3,     ///< every row is settled; the output is being written
    finished = 4,    ///< the output stands under its name
    cancelling = 5,  ///< the user cancelled: no new creates, live batches are cancelled, finished
                     ///< parts are kept
    cancelled = 6,
};
std::string_view name(JobState state) noexcept;
/// The one table of legal transitions; the store asserts it.
bool may_become(JobState from, JobState to) noexcept;
inline bool is_over(JobState s) noexcept {
    return s == JobState::finished || s == JobState::cancelled;
}

/// On disk: never renumber.
enum class JobKind : std::uint8_t {
    recipe = 1,
    raw_requests = 2,  ///< a REQUESTS.jsonl in the provider's own batch format
};

struct RowCounts {
    std::uint64_t total = 0;
    std::uint64_t answered = 0;  ///< settled by this job, duplicates included
    std::uint64_t cached = 0;    ///< answered before this job, duplicates of such rows included
    std::uint64_t failed = 0;
    std::uint64_t duplicates = 0;  ///< of the total: rows equal to an earlier row
    std::uint64_t waiting() const noexcept { return total - answered - cached - failed; }
    friend bool operator==(const RowCounts&, const RowCounts&) = default;
};

/// How the input file looked when it was planned; the merge refuses another one.
struct InputIdentity {
    std::string path;  ///< absolute; for standard input the spooled copy
    std::uint64_t bytes = 0;
    std::uint32_t content_crc = 0;
    friend bool operator==(const InputIdentity&, const InputIdentity&) = default;
};

struct Job {
    core::JobId id;
    JobState state = JobState::planning;
    JobKind kind = JobKind::recipe;
    std::string name;         ///< for people: the recipe's or request file's name
    std::string recipe_path;  ///< absolute; with the input's path it is what "the same job" means
    std::string recipe_text;  ///< as planned, schema files resolved into recipe_schema
    std::string
        recipe_schema;  ///< the answer schema's JSON text, when the recipe names a file; else empty
    std::string base_folder;  ///< absolute; relative paths in the recipe start here
    InputIdentity input;
    std::string output_path;  ///< absolute
    core::AccountName account;
    std::string provider;  ///< kind: "openai"
    std::string model;
    std::string endpoint;
    std::uint32_t shards = 0;
    std::uint64_t requests = 0;  ///< planned and resubmitted
    std::uint32_t batches = 0;   ///< creates that the provider accepted
    std::uint32_t attempts = 0;  ///< attempts begun
    RowCounts rows;
    Usage usage;
    std::uint32_t row_attempts = 3;  ///< tries for a row that the provider failed
    std::uint32_t pack_rows = 0;     ///< the pack size in force; lowered when a size keeps failing
    std::string note;                ///< what a person should know: why it is held, what was odd
    core::TimePoint created{};
    core::TimePoint updated{};
    friend bool operator==(const Job&, const Job&) = default;
};

}  // namespace overnight::model
