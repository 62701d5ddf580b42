#include "store/row_editor.hpp"

namespace overnight::store {

core::Result<model::RowRecord> RowEditor::read(core::RowNo row) {
    if (!loaded_ || number_ != block_of(row)) {
        OVERNIGHT_TRY(flush());
        loaded_ = false;
        OVERNIGHT_TRY_ASSIGN(auto block, tables_.rows.get(txn_, {job_, block_of(row)}));
        if (block) {
            block_ = *std::move(block);
            number_ = block_of(row);
            loaded_ = true;
        }
    }
    if (!loaded_ || place_in_block(row) >= block_.rows.size())
        return core::Error(core::Errc::not_found, "job " + std::to_string(job_.v) + " has no row " +
                                                      std::to_string(row.v));
    return block_.rows[place_in_block(row)];
}

void RowEditor::write(core::RowNo row, const model::RowRecord& record) {
    block_.rows[place_in_block(row)] = record;
    changed_ = true;
}

core::Result<> RowEditor::flush() {
    if (!changed_) return {};
    changed_ = false;
    return tables_.rows.put(txn_, {job_, number_}, block_);
}

}  // namespace overnight::store
