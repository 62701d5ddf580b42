#include "store/index_format.hpp"

#include "core/fault_point.hpp"
#include "jsonl/fd.hpp"
#include "store/segment_row.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;

namespace {

constexpr std::uint32_t index_version = 1;

std::uint64_t first_eight(const Fingerprint& f) noexcept {
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < 8; ++i)
        v = v << 8 | f[i];
    return v;
}

std::string header_of(std::uint64_t entries) {
    std::string header(index_magic);
    core::put_u32(header, index_version);
    core::put_u64(header, entries);
    core::put_u32(header, core::crc32c(header));
    header.resize(index_header_bytes, '\0');
    return header;
}

}  // namespace

void put_entry(std::string& block, const IndexEntry& entry) {
    const auto& [fingerprint, place] = entry;
    block.append(reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size());  // NOLINT
    core::put_u32(block, place.segment.v);
    core::put_u64(block, place.offset);
    core::put_u32(block, place.length);
}

IndexEntry entry_at(std::string_view block, std::size_t i) noexcept {
    core::Reader in(block.substr(i * index_entry_bytes, index_entry_bytes));
    IndexEntry entry;
    const std::string_view fingerprint = in.raw(entry.first.size());
    std::copy(fingerprint.begin(), fingerprint.end(), entry.first.begin());
    entry.second.segment.v = in.u32();
    entry.second.offset = in.u64();
    entry.second.length = in.u32();
    return entry;
}

Result<IndexWriter> IndexWriter::begin(Store& store, std::uint64_t entries) {
    OVERNIGHT_TRY_ASSIGN(const std::uint32_t no, store.new_index_no());
    IndexFile index{no, index_file_name(no), entries};
    OVERNIGHT_TRY_ASSIGN(auto file, jsonl::DurableFile::create(store.results_dir() / index.file,
                                                               jsonl::Replace::no, 0600, "index"));
    OVERNIGHT_TRY(file.write(header_of(entries)));
    return IndexWriter(std::move(file), std::move(index));
}

Result<> IndexWriter::add(const IndexEntry& entry) {
    if (block_.empty()) core::put_u64(footer_, first_eight(entry.first));
    put_entry(block_, entry);
    ++added_;
    return block_.size() == entries_in_block * index_entry_bytes ? end_block() : Result<>{};
}

Result<> IndexWriter::end_block() {
    core::put_u32(footer_, core::crc32c(block_));
    OVERNIGHT_TRY(file_.write(block_));
    block_.clear();
    return {};
}

Result<IndexFile> IndexWriter::commit() && {
    if (!block_.empty()) OVERNIGHT_TRY(end_block());
    if (added_ != index_.entries)
        return Error(Errc::internal, "an index has another number of entries than announced");
    core::put_u32(footer_, core::crc32c(footer_));
    OVERNIGHT_TRY(file_.write(footer_));
    OVERNIGHT_TRY(std::move(file_).commit());
    core::fault_point("index.committed");
    return std::move(index_);
}

Error IndexReader::damaged() const {
    return {Errc::corrupt, jsonl::shown(path_) + " is damaged: restore it from a backup"};
}

// The size was checked at open and the file is immutable: one call a block, no more.
Result<> IndexReader::read_at(std::uint64_t offset, std::uint64_t length, std::string& out) const {
    out.resize(length);
    for (std::uint64_t done = 0; done < length;) {
        const ssize_t got = ::pread(file_.get(), out.data() + done, length - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            return jsonl::system_error(errno, "cannot read " + jsonl::shown(path_),
                                       Errc::unavailable);
        if (got == 0) return damaged();
        done += static_cast<std::uint64_t>(got);
    }
    return {};
}

Result<IndexReader> IndexReader::open(const std::filesystem::path& path, std::uint64_t entries) {
    OVERNIGHT_TRY_ASSIGN(auto file, jsonl::open_regular(path, jsonl::Symlinks::refuse));
    IndexReader reader(std::move(file), path, entries);
    struct stat status {};
    if (::fstat(reader.file_.get(), &status) != 0)
        return jsonl::system_error(errno, "cannot look at " + jsonl::shown(path),
                                   Errc::unavailable);
    const auto bytes = static_cast<std::uint64_t>(status.st_size);
    const std::uint64_t blocks = index_blocks(entries);
    if (entries > UINT64_MAX / 64 || bytes != index_file_bytes(entries)) return reader.damaged();
    std::string text;
    OVERNIGHT_TRY(reader.read_at(0, index_header_bytes, text));
    if (text != header_of(entries)) return reader.damaged();
    OVERNIGHT_TRY(reader.read_at(index_header_bytes + entries * index_entry_bytes,
                                 blocks * index_footer_bytes + 4, text));
    core::Reader in(text);
    reader.firsts_.reserve(blocks);
    reader.sums_.reserve(blocks);
    for (std::uint64_t i = 0; i < blocks; ++i) {
        reader.firsts_.push_back(in.u64());
        reader.sums_.push_back(in.u32());
    }
    const bool sorted = std::is_sorted(reader.firsts_.begin(), reader.firsts_.end());
    if (in.u32() != core::crc32c(std::string_view(text).substr(0, text.size() - 4)) || !sorted)
        return reader.damaged();
    return reader;
}

std::pair<std::uint64_t, std::uint64_t> IndexReader::candidates(
    const Fingerprint& f) const noexcept {
    const std::uint64_t wanted = first_eight(f);
    // Fingerprints are hashes, so the block is near where its share of the range says.
    const auto begin = firsts_.begin();
    auto from = begin;
    auto to = firsts_.end();
    const std::uint64_t count = firsts_.size();
    const std::uint64_t guess = ((wanted >> 32) * count) >> 32;
    const std::uint64_t reach = 64 + count / 256;
    if (guess > reach && firsts_[guess - reach] < wanted)
        from += static_cast<std::ptrdiff_t>(guess - reach);
    if (guess + reach < count && firsts_[guess + reach] > wanted)
        to = begin + static_cast<std::ptrdiff_t>(guess + reach);
    const auto after = std::upper_bound(from, to, wanted);
    if (after == begin) return {1, 0};
    // Entries with the same first eight bytes may begin in the block before.
    auto first = std::lower_bound(from, after, wanted);
    if (first != begin) --first;
    return {static_cast<std::uint64_t>(first - begin),
            static_cast<std::uint64_t>(after - begin) - 1};
}

Result<> IndexReader::read_block(std::uint64_t no, std::string& out) const {
    const std::uint64_t first = no * entries_in_block;
    const std::uint64_t count = std::min(entries_in_block, entries_ - first);
    OVERNIGHT_TRY(
        read_at(index_header_bytes + first * index_entry_bytes, count * index_entry_bytes, out));
    if (core::crc32c(out) != sums_[no]) return damaged();
    return {};
}

}  // namespace overnight::store
