// The check: every value read, every index and counter derived anew from one snapshot.
#pragma once

#include "core/error.hpp"
#include "store/schema.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace overnight::store {

class Checker {
public:
    Checker(const Tables& tables, const ReadTxn& txn) : tables_(tables), txn_(txn) {}

    /// Reads every value. When one is damaged nothing else is worth deriving.
    core::Result<> check_values();
    core::Result<> check_jobs();
    core::Result<> check_attempts();
    core::Result<> check_numbers();

    bool clean() const noexcept { return found_.empty(); }
    std::vector<std::string> take() && { return std::move(found_); }

private:
    struct Expected {  ///< what a job's progress must say
        model::RowCounts rows;
        std::uint64_t waiting = 0;
        std::uint64_t queued = 0;
        core::TimePoint queue_oldest{};
    };
    void report(std::string what);
    template <class Def>
    core::Result<> check_table(const Table<Def>& table);
    core::Result<> check_no_strangers();
    core::Result<> check_job(core::JobId job, const JobProgress& progress);
    core::Result<Expected> derive_rows(core::JobId job);
    core::Result<> derive_queue(core::JobId job, Expected& expected);
    core::Result<> compare_shards(core::JobId job, const JobProgress& progress);
    void check_place(core::JobId job, core::RowNo row, const model::AnswerPlace& place);

    const Tables& tables_;
    const ReadTxn& txn_;
    std::map<core::SegmentNo, std::uint64_t> segment_bytes_;
    std::vector<std::string> found_;
};

}  // namespace overnight::store
