#include "reconciler/settled_rows.hpp"

#include <algorithm>

namespace overnight::reconciler {
namespace {

constexpr std::uint64_t rows_a_read = 10'000;

}  // namespace

core::Result<> SettledRows::next(SettledRow& row) {
    if (at_ >= job_.rows.total)
        return core::Error(core::Errc::not_found,
                           "the job has " + std::to_string(job_.rows.total) + " rows");
    if (at_ >= block_first_ + block_.size()) {
        block_first_ = at_;
        block_.resize(std::min(rows_a_read, job_.rows.total - at_));
        OVERNIGHT_TRY(store_.read_rows(job_.id, core::RowNo{at_}, block_));
    }
    core::RowNo number{at_};
    model::RowRecord record = block_[at_ - block_first_];
    if (record.state == model::RowState::duplicate) {
        number = core::RowNo{record.place.offset};
        OVERNIGHT_TRY(store_.read_rows(job_.id, number, {&record, 1}));
    }
    row = SettledRow{};
    row.state = record.state;
    switch (record.state) {
    case model::RowState::answered:
    case model::RowState::cached:
        OVERNIGHT_TRY(answers_.read(record.place, payload_));
        row.payload = payload_;
        break;
    case model::RowState::failed: {
        OVERNIGHT_TRY_ASSIGN(const auto failure, store_.failure(job_.id, number));
        if (failure) row.verdict = failure->verdict;
        error_ = failure ? failure->reason : "unknown";
        row.error = error_;
        break;
    }
    case model::RowState::waiting:
        break;
    case model::RowState::duplicate:
        return core::Error(core::Errc::corrupt,
                           "row " + std::to_string(at_) + " is a duplicate of a duplicate");
    }
    ++at_;
    return {};
}

}  // namespace overnight::reconciler
