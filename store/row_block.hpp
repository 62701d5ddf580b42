// A hundred row records in one value of under 2 KB, of which LMDB puts two on a page: settling
// 50,000 rows rewrites 500 values.
#pragma once

#include "core/ids.hpp"
#include "model/row.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace overnight::store {

inline constexpr std::uint64_t rows_in_block = 100;
inline constexpr std::size_t row_record_bytes = 17;

/// Records of the rows [block * rows_in_block, ...); every block but a job's last is full.
struct RowBlock {
    std::vector<model::RowRecord> rows;
    friend bool operator==(const RowBlock&, const RowBlock&) = default;
};

constexpr std::uint64_t block_of(core::RowNo row) noexcept {
    return row.v / rows_in_block;
}
constexpr std::size_t place_in_block(core::RowNo row) noexcept {
    return row.v % rows_in_block;
}

}  // namespace overnight::store
