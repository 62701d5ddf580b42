// Rows as bytes: a version byte, then explicit big-endian fields. Decoding never trusts its input.
// docs/STORE_FORMAT.md has the layouts; tests/golden/store has bytes of each version.
#pragma once

#include "store/row_block.hpp"
#include "store/rows_of_tables.hpp"

#include <string>
#include <string_view>

namespace overnight::store {

/// Appends the row's newest version. Instantiated in codecs.cpp for every value of schema.hpp.
template <class Row>
void encode_row(std::string& out, const Row& row);

/// False when `in` is not exactly one row of a known version with known enumerators.
template <class Row>
bool decode_row(std::string_view in, Row& row);

template <>
void encode_row(std::string& out, const RowBlock& block);
template <>
bool decode_row(std::string_view in, RowBlock& block);

}  // namespace overnight::store
