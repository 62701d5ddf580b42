// Rows on their way into the store: gathered, and appended in transactions of a few hundred
// kilobytes.
#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"
#include "model/row.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace overnight::submitter {

class RowSink {
public:
    RowSink(store::Store& store, core::JobId job) : store_(store), job_(job) {
        rows_.reserve(rows_a_call);
    }

    core::Result<> add(const model::RowRecord& row) {
        rows_.push_back(row);
        return rows_.size() >= rows_a_call ? flush() : core::Result<>{};
    }
    /// A row that is not sent.
    core::Result<> add_failed(model::Failure failure) {
        failures_.emplace_back(core::RowNo{appended_ + rows_.size()}, std::move(failure));
        model::RowRecord row;
        row.state = model::RowState::failed;
        return add(row);
    }
    core::Result<> flush() {
        if (rows_.empty()) return {};
        OVERNIGHT_TRY(store_.append_rows(job_, core::RowNo{appended_}, rows_, failures_));
        appended_ += rows_.size();
        rows_.clear();
        failures_.clear();
        return {};
    }

private:
    static constexpr std::size_t rows_a_call = 20'000;
    store::Store& store_;
    core::JobId job_;
    std::uint64_t appended_ = 0;
    std::vector<model::RowRecord> rows_;
    std::vector<std::pair<core::RowNo, model::Failure>> failures_;
};

}  // namespace overnight::submitter
