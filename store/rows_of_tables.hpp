// Values of tables that have no type in model/ or values.hpp.
#pragma once

#include "core/clock.hpp"
#include "model/job.hpp"
#include "model/usage.hpp"

#include <cstdint>
#include <string>

namespace overnight::store {

/// A value that says nothing beyond its key.
struct Unit {
    friend bool operator==(const Unit&, const Unit&) = default;
};

/// A number that only grows.
struct Count {
    std::uint64_t v = 0;
    friend bool operator==(const Count&, const Count&) = default;
};

struct InstallationRow {
    std::string id;
    std::uint64_t generation = 0;
    core::TimePoint created{};
    std::uint64_t data_inode = 0;  ///< of data.mdb when it was opened last; another one: a copy
    std::string doubt;
    friend bool operator==(const InstallationRow&, const InstallationRow&) = default;
};

/// What of a job never changes once it is published; model::Job without the fields of JobProgress.
struct JobFacts {
    model::Job job;
    friend bool operator==(const JobFacts&, const JobFacts&) = default;
};

/// What of a job changes with every settlement; kept apart from its texts.
struct JobProgress {
    model::JobState state = model::JobState::planning;
    std::uint32_t shards = 0;
    std::uint64_t requests = 0;
    std::uint32_t batches = 0;
    std::uint32_t attempts = 0;
    model::RowCounts rows;
    model::Usage usage;
    std::uint32_t pack_rows = 0;
    std::string output_path;
    std::string note;
    core::TimePoint updated{};
    std::uint64_t waiting = 0;  ///< rows in state waiting, without their duplicates
    std::uint64_t queued = 0;
    core::TimePoint queue_oldest{};  ///< zero when nothing is queued
    std::uint64_t resubmissions = 0;
    friend bool operator==(const JobProgress&, const JobProgress&) = default;
};

/// A job that is being removed. Ids are not given twice, so it hides nothing.
enum class Removal : std::uint8_t {
    keep_attempts = 1,  ///< forgotten: its batches may still stand in the provider's lists
    everything = 2,     ///< discarded: nothing of it was ever sent
};
struct RemovalRow {
    Removal what = Removal::everything;
    friend bool operator==(const RemovalRow&, const RemovalRow&) = default;
};

}  // namespace overnight::store
