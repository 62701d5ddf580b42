// Segments and index files within a transaction; segments.cpp is the only writer of their tables.
#pragma once

#include "core/error.hpp"
#include "store/schema.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace overnight::store {

/// The file is there (with `bytes`, unless nothing): the store never names one that is not.
core::Result<> check_file(const std::filesystem::path& file,
                          std::optional<std::uint64_t> bytes = {});
/// Errc::conflict when the number is taken.
core::Result<> insert_segment(const Tables& tables, WriteTxn& txn, const Segment& segment);
core::Result<> insert_index(const Tables& tables, WriteTxn& txn, const IndexFile& index);

/// "seg-000012.ans"
std::string segment_file_name(core::SegmentNo no);
/// "idx-000012.fpx"
std::string index_file_name(std::uint32_t no);

}  // namespace overnight::store
