// Finding an answer by fingerprint: every index file, newest first, one block read in each.

#include "jsonl/fd.hpp"
#include "store/answers.hpp"
#include "store/index_format.hpp"

#include <algorithm>
#include <cstring>

namespace overnight::store {

using core::Errc;
using core::Result;

struct AnswerIndex::Impl {
    std::vector<IndexReader> files;  ///< newest first
    std::string block;
};

AnswerIndex::AnswerIndex() : impl_(std::make_unique<Impl>()) {}
AnswerIndex::AnswerIndex(AnswerIndex&&) noexcept = default;
AnswerIndex::~AnswerIndex() = default;

Result<IndexFile> write_index(Store& store, std::vector<IndexEntry>& entries) {
    const auto same = [](const IndexEntry& a, const IndexEntry& b) { return a.first == b.first; };
    std::stable_sort(entries.begin(), entries.end(),
                     [](const IndexEntry& a, const IndexEntry& b) { return a.first < b.first; });
    entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
    OVERNIGHT_TRY_ASSIGN(auto writer, IndexWriter::begin(store, entries.size()));
    for (const IndexEntry& entry : entries)
        OVERNIGHT_TRY(writer.add(entry));
    return std::move(writer).commit();
}

Result<AnswerIndex> AnswerIndex::open(const Store& store) {
    // A file may be merged away between the list and its opening; then the list is read again.
    constexpr int tries = 8;
    for (int left = tries;; --left) {
        AnswerIndex index;
        OVERNIGHT_TRY_ASSIGN(auto files, store.indexes());
        std::reverse(files.begin(), files.end());
        std::string gone;
        for (const IndexFile& file : files) {
            const auto path = store.results_dir() / file.file;
            auto reader = IndexReader::open(path, file.entries);
            if (!reader && reader.error().code() != Errc::not_found)
                return std::move(reader).error();
            if (!reader) {
                gone = jsonl::shown(path);
                break;
            }
            index.impl_->files.push_back(*std::move(reader));
        }
        if (gone.empty()) return index;
        if (left == 1)
            return core::Error(Errc::corrupt, gone + " is gone: restore it from a backup");
    }
}

Result<std::optional<model::AnswerPlace>> AnswerIndex::find(const Fingerprint& fingerprint) {
    std::string& block = impl_->block;
    for (const IndexReader& file : impl_->files) {
        const auto [first, last] = file.candidates(fingerprint);
        for (std::uint64_t no = first; no <= last; ++no) {
            OVERNIGHT_TRY(file.read_block(no, block));
            std::size_t from = 0;
            std::size_t to = block.size() / index_entry_bytes;
            while (from < to) {
                const std::size_t middle = from + (to - from) / 2;
                const int order = std::memcmp(block.data() + middle * index_entry_bytes,
                                              fingerprint.data(), fingerprint.size());
                if (order == 0) return std::optional{entry_at(block, middle).second};
                if (order < 0)
                    from = middle + 1;
                else
                    to = middle;
            }
        }
    }
    return std::optional<model::AnswerPlace>{};
}

bool AnswerIndex::empty() const noexcept {
    return std::all_of(impl_->files.begin(), impl_->files.end(),
                       [](const IndexReader& file) { return file.entries() == 0; });
}

}  // namespace overnight::store
