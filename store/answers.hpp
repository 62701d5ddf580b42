// Settled answers: append-only segments, and the sorted index files that find an answer by its
// row's fingerprint.
#pragma once

#include "core/error.hpp"
#include "model/row.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace overnight::store {

/// Writes one segment. Nothing counts until a settlement names it.
class SegmentWriter {
public:
    static core::Result<SegmentWriter> begin(Store& store, core::JobId job);
    SegmentWriter(SegmentWriter&&) noexcept;
    ~SegmentWriter();  ///< discards what was not committed
    core::Result<model::AnswerPlace> append(std::string_view payload);
    std::uint64_t answers() const noexcept;
    /// Durable under its name afterwards.
    core::Result<Segment> commit() &&;

private:
    SegmentWriter();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Reads payloads back, checking their checksums; fast when places come in ascending order, and
/// bounded in open files and memory. One thread.
class AnswerReader {
public:
    explicit AnswerReader(const Store& store);
    ~AnswerReader();
    /// Replaces `payload`. Errc::corrupt names the file.
    core::Result<> read(const model::AnswerPlace& place, std::string& payload);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

using IndexEntry = std::pair<Fingerprint, model::AnswerPlace>;

/// Sorts `entries` and writes them as a durable index file.
core::Result<IndexFile> write_index(Store& store, std::vector<IndexEntry>& entries);

/// A snapshot of all index files. One thread.
class AnswerIndex {
public:
    static core::Result<AnswerIndex> open(const Store& store);
    AnswerIndex(AnswerIndex&&) noexcept;
    ~AnswerIndex();
    core::Result<std::optional<model::AnswerPlace>> find(const Fingerprint& fingerprint);
    bool empty() const noexcept;

private:
    AnswerIndex();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Merges index files into one when there are more than `at_most`, in constant memory. Old files
/// are removed after the transaction that replaces them.
core::Result<> compact_indexes(Store& store, std::size_t at_most = 8);

}  // namespace overnight::store
