// Reading settled answers back. Reads in ascending order, as a merge makes them, go through windows
// that grow up to 256 KiB; a read elsewhere fetches its own record and little more.

#include "core/bytes.hpp"
#include "jsonl/fd.hpp"
#include "jsonl/random_reader.hpp"
#include "store/answers.hpp"
#include "store/segment_format.hpp"
#include "store/segment_row.hpp"

#include <algorithm>
#include <list>
#include <unordered_map>

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;

namespace {

constexpr std::size_t open_files = 64;
constexpr std::uint64_t least_ahead = 4u << 10;
constexpr std::uint64_t most_ahead = 256u << 10;

/// One open segment and the part of it that was read last.
class OpenSegment {
public:
    OpenSegment(core::SegmentNo no, jsonl::RandomReader file, std::uint64_t bytes)
        : no_(no), file_(std::move(file)), bytes_(bytes) {}
    core::SegmentNo no() const noexcept { return no_; }
    Result<> read(const model::AnswerPlace& place, std::string& payload);

private:
    Result<> load(std::uint64_t offset, std::uint64_t length);
    core::SegmentNo no_;
    jsonl::RandomReader file_;
    std::uint64_t bytes_;
    std::string window_;
    std::uint64_t window_at_ = 0;
    std::uint64_t ahead_ = least_ahead;
};

Result<> OpenSegment::load(std::uint64_t offset, std::uint64_t length) {
    const std::uint64_t window_end = window_at_ + window_.size();
    const bool goes_on = offset >= window_at_ && offset <= window_end + most_ahead;
    ahead_ = goes_on ? std::min(2 * ahead_, most_ahead) : least_ahead / 4;
    const std::uint64_t wanted = std::min(std::max(length, ahead_), bytes_ - offset);
    if (window_.capacity() > 2 * most_ahead && wanted <= most_ahead) std::string().swap(window_);
    OVERNIGHT_TRY(file_.read(offset, wanted, window_));
    window_at_ = offset;
    return {};
}

Result<> OpenSegment::read(const model::AnswerPlace& place, std::string& payload) {
    const std::uint64_t length = record_head_bytes + place.length;
    if (place.offset < segment_header_bytes || place.offset > bytes_ ||
        length > bytes_ - place.offset)
        return Error(Errc::corrupt, jsonl::shown(file_.path()) + " has no answer at offset " +
                                        std::to_string(place.offset));
    if (place.offset < window_at_ || place.offset + length > window_at_ + window_.size())
        OVERNIGHT_TRY(load(place.offset, length));
    const std::string_view record =
        std::string_view(window_).substr(place.offset - window_at_, length);
    core::Reader head(record.substr(0, record_head_bytes));
    if (head.u32() != core::crc32c(record.substr(record_head_bytes)))
        return Error(Errc::corrupt, jsonl::shown(file_.path()) + " is damaged at offset " +
                                        std::to_string(place.offset) +
                                        ": restore it from a backup");
    payload = record.substr(record_head_bytes);
    return {};
}

}  // namespace

struct AnswerReader::Impl {
    std::filesystem::path folder;
    std::list<OpenSegment> used;  ///< latest first
    std::unordered_map<std::uint32_t, std::list<OpenSegment>::iterator> by_number;

    Result<OpenSegment*> segment(core::SegmentNo no);
};

Result<OpenSegment*> AnswerReader::Impl::segment(core::SegmentNo no) {
    if (const auto known = by_number.find(no.v); known != by_number.end()) {
        used.splice(used.begin(), used, known->second);
        return &used.front();
    }
    const auto path = folder / segment_file_name(no);
    auto file = jsonl::RandomReader::open(path, jsonl::Symlinks::refuse);
    if (!file && file.error().code() == Errc::not_found)
        return Error(Errc::corrupt, jsonl::shown(path) + " is gone: restore it from a backup");
    if (!file) return std::move(file).error();
    OVERNIGHT_TRY_ASSIGN(const std::uint64_t bytes, file->size());
    std::string header;
    if (bytes >= segment_header_bytes) OVERNIGHT_TRY(file->read(0, segment_header_bytes, header));
    if (header != segment_header(no))
        return Error(Errc::corrupt, jsonl::shown(path) + " is not a segment of answers");
    if (used.size() == open_files) {
        by_number.erase(used.back().no().v);
        used.pop_back();
    }
    used.emplace_front(no, *std::move(file), bytes);
    by_number[no.v] = used.begin();
    return &used.front();
}

AnswerReader::AnswerReader(const Store& store) : impl_(std::make_unique<Impl>()) {
    impl_->folder = store.results_dir();
}
AnswerReader::~AnswerReader() = default;

Result<> AnswerReader::read(const model::AnswerPlace& place, std::string& payload) {
    OVERNIGHT_TRY_ASSIGN(OpenSegment * segment, impl_->segment(place.segment));
    return segment->read(place, payload);
}

}  // namespace overnight::store
