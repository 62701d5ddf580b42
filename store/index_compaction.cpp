// Merging index files: a search costs one block a file, so there must not be many. The newest files
// are merged while the next older one is not much larger than they are together: each entry is
// rewritten a logarithmic number of times.

#include "jsonl/directory.hpp"
#include "store/answers.hpp"
#include "store/index_format.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;

namespace {

/// Walks one index file in order.
class EntryStream {
public:
    explicit EntryStream(const IndexReader& file) : file_(file) {}
    /// The entry here; nothing at the end.
    const std::optional<IndexEntry>& here() const noexcept { return here_; }
    Result<> next() {
        here_.reset();
        if (at_ * index_entry_bytes == block_.size()) {
            if (number_ == file_.blocks()) return {};
            OVERNIGHT_TRY(file_.read_block(number_++, block_));
            at_ = 0;
        }
        const IndexEntry entry = entry_at(block_, at_++);
        if (last_ && entry.first <= *last_)
            return Error(Errc::corrupt, "an index file is not in order");
        last_ = entry.first;
        here_ = entry;
        return {};
    }

private:
    const IndexReader& file_;
    std::string block_;
    std::uint64_t number_ = 0;
    std::size_t at_ = 0;
    std::optional<IndexEntry> here_;
    std::optional<Fingerprint> last_;
};

/// Gives each fingerprint once, ascending, with the place that the newest file has.
template <class Each>
Result<> merge(const std::vector<IndexReader>& newest_first, Each&& each) {
    std::vector<EntryStream> streams(newest_first.begin(), newest_first.end());
    for (EntryStream& stream : streams)
        OVERNIGHT_TRY(stream.next());
    for (;;) {
        const EntryStream* least = nullptr;
        for (const EntryStream& stream : streams)  // few: a heap would not be faster
            if (stream.here() && (!least || stream.here()->first < least->here()->first))
                least = &stream;
        if (!least) return {};
        const IndexEntry entry = *least->here();
        OVERNIGHT_TRY(each(entry));
        for (EntryStream& stream : streams)
            if (stream.here() && stream.here()->first == entry.first) OVERNIGHT_TRY(stream.next());
    }
}

/// How many of the newest files to merge.
std::size_t choose(const std::vector<IndexFile>& newest_first, std::size_t at_most) {
    const std::size_t surplus = newest_first.size() - at_most + 1;
    std::uint64_t together = 0;
    std::size_t count = 0;
    for (; count < newest_first.size(); ++count) {
        if (count >= surplus && count >= 2 && newest_first[count].entries > 2 * together) break;
        together += newest_first[count].entries;
    }
    return count;
}

}  // namespace

Result<> compact_indexes(Store& store, std::size_t at_most) {
    OVERNIGHT_TRY_ASSIGN(auto files, store.indexes());
    if (files.size() <= std::max<std::size_t>(at_most, 1)) return {};
    std::reverse(files.begin(), files.end());
    files.resize(choose(files, std::max<std::size_t>(at_most, 1)));
    std::vector<IndexReader> readers;
    for (const IndexFile& file : files) {
        OVERNIGHT_TRY_ASSIGN(auto reader,
                             IndexReader::open(store.results_dir() / file.file, file.entries));
        readers.push_back(std::move(reader));
    }
    // The header holds the number of entries, so they are counted first: a second read of files
    // that the first has brought into memory.
    std::uint64_t entries = 0;
    OVERNIGHT_TRY(merge(readers, [&](const IndexEntry&) -> Result<> {
        ++entries;
        return {};
    }));
    OVERNIGHT_TRY_ASSIGN(auto writer, IndexWriter::begin(store, entries));
    OVERNIGHT_TRY(merge(readers, [&](const IndexEntry& entry) { return writer.add(entry); }));
    OVERNIGHT_TRY_ASSIGN(const IndexFile merged, std::move(writer).commit());
    OVERNIGHT_TRY(store.replace_indexes(merged, files));
    // Whoever has them open reads on; a crash before this leaves them to sweep().
    for (const IndexFile& file : files) {
        std::error_code ignored;
        std::filesystem::remove(store.results_dir() / file.file, ignored);
    }
    return jsonl::sync_directory(store.results_dir());
}

}  // namespace overnight::store
