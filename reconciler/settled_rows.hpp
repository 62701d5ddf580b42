// The settled rows of a job in input order, with their answers.
#pragma once

#include "core/error.hpp"
#include "model/job.hpp"
#include "model/row.hpp"
#include "store/answers.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::reconciler {

struct SettledRow {
    model::RowState state = model::RowState::waiting;  ///< a duplicate has its original's
    std::string_view payload;  ///< of an answered or cached row; until the next next()
    std::string_view error;    ///< of a failed row; until the next next()
    model::Verdict verdict = model::Verdict::permanent;  ///< of a failed row
};

/// Reads rows in blocks. One thread.
class SettledRows {
public:
    SettledRows(const store::Store& store, const model::Job& job)
        : store_(store), job_(job), answers_(store) {}
    /// The next row. Errc::not_found behind the last one.
    core::Result<> next(SettledRow& row);

private:
    const store::Store& store_;
    const model::Job& job_;
    store::AnswerReader answers_;
    std::uint64_t at_ = 0;
    std::uint64_t block_first_ = 0;
    std::vector<model::RowRecord> block_;
    std::string payload_;
    std::string error_;
};

}  // namespace overnight::reconciler
