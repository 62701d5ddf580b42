// Rows of one job within a write transaction. Keeps one block at a time: ascending access reads and
// writes each block once.
#pragma once

#include "core/error.hpp"
#include "store/schema.hpp"

#include <cstdint>

namespace overnight::store {

class RowEditor {
public:
    RowEditor(const Tables& tables, WriteTxn& txn, core::JobId job)
        : tables_(tables), txn_(txn), job_(job) {}
    /// Errc::not_found behind the job's last row.
    core::Result<model::RowRecord> read(core::RowNo row);
    /// `row` was read last.
    void write(core::RowNo row, const model::RowRecord& record);
    /// Nothing is written before this, or before a row of another block is read.
    core::Result<> flush();

private:
    const Tables& tables_;
    WriteTxn& txn_;
    core::JobId job_;
    RowBlock block_;
    std::uint64_t number_ = 0;
    bool loaded_ = false;
    bool changed_ = false;
};

}  // namespace overnight::store
