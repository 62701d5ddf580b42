// The files in results/ that count: segments/1 and indexes/1.

#include "jsonl/fd.hpp"
#include "store/impl.hpp"
#include "store/job_row.hpp"
#include "store/segment_row.hpp"

#include <cstdio>
#include <filesystem>

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;

namespace {

std::string numbered(const char* format, std::uint32_t no) {
    char text[32];
    std::snprintf(text, sizeof text, format, no);  // NOLINT: both formats are below
    return text;
}

/// A number whose file does not exist: a restored backup does not know the files made since.
template <class FileOf>
Result<std::uint32_t> free_number(
    const Store& store, const Tables& tables, WriteTxn& txn, Counter counter, FileOf&& file_of) {
    OVERNIGHT_TRY_ASSIGN(auto no, take_number(tables, txn, counter));
    std::error_code none;
    while (std::filesystem::exists(store.results_dir() / file_of(static_cast<std::uint32_t>(no)),
                                   none)) {
        OVERNIGHT_TRY_ASSIGN(no, take_number(tables, txn, counter, no + 1));
    }
    return static_cast<std::uint32_t>(no);
}

}  // namespace

std::string segment_file_name(core::SegmentNo no) {
    return numbered("seg-%06u.ans", no.v);
}
std::string index_file_name(std::uint32_t no) {
    return numbered("idx-%06u.fpx", no);
}

Result<> check_file(const std::filesystem::path& file, std::optional<std::uint64_t> bytes) {
    std::error_code failure;
    const auto size = std::filesystem::file_size(file, failure);
    if (failure)
        return jsonl::system_error(failure.value(),
                                   "cannot name " + jsonl::shown(file) + " in the store",
                                   Errc::unavailable);
    if (bytes && size != *bytes)
        return Error(Errc::corrupt, jsonl::shown(file) + " has " + std::to_string(size) +
                                        " bytes, not " + std::to_string(*bytes));
    return {};
}

Result<> insert_segment(const Tables& tables, WriteTxn& txn, const Segment& segment) {
    OVERNIGHT_TRY_ASSIGN(const auto taken, tables.segments.get(txn, segment.no));
    if (taken || segment.file != segment_file_name(segment.no))
        return Error(Errc::conflict, "segment " + segment.file + " is taken or misnamed");
    return tables.segments.put(txn, segment.no, segment);
}

Result<> insert_index(const Tables& tables, WriteTxn& txn, const IndexFile& index) {
    OVERNIGHT_TRY_ASSIGN(const auto taken, tables.indexes.get(txn, index.no));
    if (taken || index.file != index_file_name(index.no))
        return Error(Errc::conflict, "index " + index.file + " is taken or misnamed");
    return tables.indexes.put(txn, index.no, index);
}

Result<core::SegmentNo> Store::new_segment_no() {
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    OVERNIGHT_TRY_ASSIGN(const auto no,
                         free_number(*this, impl_->tables, txn, Counter::next_segment,
                                     [](std::uint32_t n) { return segment_file_name({n}); }));
    OVERNIGHT_TRY(std::move(txn).commit());
    return core::SegmentNo{no};
}

Result<std::uint32_t> Store::new_index_no() {
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    OVERNIGHT_TRY_ASSIGN(const auto no, free_number(*this, impl_->tables, txn, Counter::next_index,
                                                    index_file_name));
    OVERNIGHT_TRY(std::move(txn).commit());
    return no;
}

Result<std::vector<Segment>> Store::segments() const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    std::vector<Segment> found;
    OVERNIGHT_TRY(impl_->tables.segments.scan(txn, "", [&](core::SegmentNo, Segment& segment) {
        found.push_back(std::move(segment));
        return true;
    }));
    return found;
}

Result<std::vector<IndexFile>> Store::indexes() const {
    OVERNIGHT_TRY_ASSIGN(const auto txn, impl_->read());
    std::vector<IndexFile> found;
    OVERNIGHT_TRY(impl_->tables.indexes.scan(txn, "", [&](std::uint32_t, IndexFile& index) {
        found.push_back(std::move(index));
        return true;
    }));
    return found;
}

Result<> Store::replace_indexes(const IndexFile& merged, std::span<const IndexFile> old) {
    OVERNIGHT_TRY(check_file(results_dir() / merged.file));
    OVERNIGHT_TRY_ASSIGN(auto txn, impl_->write());
    for (const IndexFile& index : old) {
        OVERNIGHT_TRY_ASSIGN(const bool was, impl_->tables.indexes.erase(txn, index.no));
        if (!was) return Error(Errc::conflict, "index " + index.file + " was replaced already");
    }
    OVERNIGHT_TRY(insert_index(impl_->tables, txn, merged));
    return std::move(txn).commit();
}

}  // namespace overnight::store
