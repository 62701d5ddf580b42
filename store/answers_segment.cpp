// Writing a segment of settled answers.

#include "core/fault_point.hpp"
#include "jsonl/durable_file.hpp"
#include "store/answers.hpp"
#include "store/segment_format.hpp"
#include "store/segment_row.hpp"

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;

struct SegmentWriter::Impl {
    Segment segment;
    jsonl::DurableFile file;
};

SegmentWriter::SegmentWriter() = default;
SegmentWriter::SegmentWriter(SegmentWriter&&) noexcept = default;
SegmentWriter::~SegmentWriter() = default;

Result<SegmentWriter> SegmentWriter::begin(Store& store, core::JobId job) {
    OVERNIGHT_TRY_ASSIGN(const core::SegmentNo no, store.new_segment_no());
    Segment segment;
    segment.no = no;
    segment.file = segment_file_name(no);
    segment.job = job;
    OVERNIGHT_TRY_ASSIGN(auto file,
                         jsonl::DurableFile::create(store.results_dir() / segment.file,
                                                    jsonl::Replace::no, 0600, "segment"));
    OVERNIGHT_TRY(file.write(segment_header(no)));
    SegmentWriter writer;
    writer.impl_.reset(new Impl{std::move(segment), std::move(file)});
    return writer;
}

Result<model::AnswerPlace> SegmentWriter::append(std::string_view payload) {
    if (payload.size() > UINT32_MAX)
        return Error(Errc::invalid_input, "an answer of more than 4 GB cannot be kept");
    const model::AnswerPlace place{impl_->segment.no, impl_->file.bytes(),
                                   static_cast<std::uint32_t>(payload.size())};
    std::string head;
    core::put_u32(head, core::crc32c(payload));
    OVERNIGHT_TRY(impl_->file.write(head));
    OVERNIGHT_TRY(impl_->file.write(payload));
    ++impl_->segment.answers;
    return place;
}

std::uint64_t SegmentWriter::answers() const noexcept {
    return impl_->segment.answers;
}

Result<Segment> SegmentWriter::commit() && {
    impl_->segment.bytes = impl_->file.bytes();
    OVERNIGHT_TRY(std::move(impl_->file).commit());
    core::fault_point("segment.committed");
    return std::move(impl_->segment);
}

}  // namespace overnight::store
