// The bytes of an index file (results/idx-*.fpx), docs/STORE_FORMAT.md: a header page, blocks of
// 128 sorted entries, and a footer with each block's first eight bytes and checksum.
#pragma once

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "jsonl/durable_file.hpp"
#include "jsonl/fd.hpp"
#include "store/answers.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace overnight::store {

inline constexpr std::string_view index_magic = "ONIDXFP1";
inline constexpr std::uint64_t index_header_bytes = 4096;  ///< so that a block is a page
inline constexpr std::uint64_t index_entry_bytes = 32;
inline constexpr std::uint64_t entries_in_block = 128;
inline constexpr std::uint64_t index_footer_bytes = 12;  ///< a block

constexpr std::uint64_t index_blocks(std::uint64_t entries) noexcept {
    return (entries + entries_in_block - 1) / entries_in_block;
}
constexpr std::uint64_t index_file_bytes(std::uint64_t entries) noexcept {
    return index_header_bytes + entries * index_entry_bytes +
           index_blocks(entries) * index_footer_bytes + 4;
}

void put_entry(std::string& block, const IndexEntry& entry);
IndexEntry entry_at(std::string_view block, std::size_t i) noexcept;

/// Writes ascending, different fingerprints as an index file, in constant memory but for the
/// footer.
class IndexWriter {
public:
    static core::Result<IndexWriter> begin(Store& store, std::uint64_t entries);
    core::Result<> add(const IndexEntry& entry);
    /// Errc::internal when it is not the number of entries that was announced.
    core::Result<IndexFile> commit() &&;

private:
    IndexWriter(jsonl::DurableFile file, IndexFile index)
        : file_(std::move(file)), index_(std::move(index)) {}
    core::Result<> end_block();
    jsonl::DurableFile file_;
    IndexFile index_;
    std::uint64_t added_ = 0;
    std::string block_;
    std::string footer_;
};

/// One open index file: in memory only the footer, 12 bytes for 128 entries.
class IndexReader {
public:
    /// Errc::not_found when the file is gone: it was merged into another.
    static core::Result<IndexReader> open(const std::filesystem::path& file, std::uint64_t entries);
    std::uint64_t blocks() const noexcept { return firsts_.size(); }
    std::uint64_t entries() const noexcept { return entries_; }
    /// The blocks [first, last] are all that can hold the fingerprint; first > last: none.
    std::pair<std::uint64_t, std::uint64_t> candidates(const Fingerprint& f) const noexcept;
    /// Replaces `out` by block `no`, checked.
    core::Result<> read_block(std::uint64_t no, std::string& out) const;

private:
    IndexReader(jsonl::Fd file, std::filesystem::path path, std::uint64_t entries)
        : file_(std::move(file)), path_(std::move(path)), entries_(entries) {}
    core::Error damaged() const;
    core::Result<> read_at(std::uint64_t offset, std::uint64_t length, std::string& out) const;
    jsonl::Fd file_;
    std::filesystem::path path_;
    std::uint64_t entries_;
    std::vector<std::uint64_t> firsts_;
    std::vector<std::uint32_t> sums_;
};

}  // namespace overnight::store
