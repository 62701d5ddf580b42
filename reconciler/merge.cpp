#include "reconciler/merge.hpp"

#include "core/bytes.hpp"
#include "core/stopwatch.hpp"
#include "jsonl/line_reader.hpp"
#include "jsonl/record.hpp"
#include "jsonl/table_writer.hpp"
#include "providers/job_spec.hpp"
#include "reconciler/raw_answer.hpp"
#include "reconciler/settled_rows.hpp"

#include <optional>

namespace overnight::reconciler {
namespace {

using jsonl::Format;
using jsonl::Guard;
using jsonl::ValueKind;

constexpr std::uint64_t rows_between_looks = 4096;

core::Error changed(const model::Job& job) {
    return {core::Errc::invalid_input,
            job.input.path +
                " is not what it was when the job was planned; the answers are kept: put the file "
                "back and "
                "run again, or start a new run, in which unchanged rows cost nothing"};
}

core::Error unsettled(std::uint64_t row) {
    return {core::Errc::internal, "row " + std::to_string(row) + " is not settled"};
}

/// What the table and the raw merge share: the row at hand and whether it may stand there
/// unsettled.
class Rows {
public:
    Rows(const store::Store& store, const model::Job& job, MergeRows rows, std::stop_token stop)
        : rows_(store, job), job_(job), mode_(rows), stop_(std::move(stop)) {}

    core::Result<> next(SettledRow& row) {
        if (count_ % rows_between_looks == 0 && stop_.stop_requested())
            return core::Error(core::Errc::cancelled, "merging was interrupted");
        if (count_ >= job_.rows.total) return changed(job_);
        OVERNIGHT_TRY(rows_.next(row));
        if (row.state == model::RowState::waiting && mode_ == MergeRows::all_settled)
            return unsettled(count_);
        ++count_;
        return {};
    }
    std::uint64_t count() const noexcept { return count_; }

private:
    SettledRows rows_;
    const model::Job& job_;
    MergeRows mode_;
    std::stop_token stop_;
    std::uint64_t count_ = 0;
};

/// Writes the answer's columns, _status and _error of one row.
class AnswerCells {
public:
    explicit AnswerCells(const recipe::AnswerShape& shape) : shape_(shape) {}

    core::Result<> write(jsonl::TableWriter& out, const SettledRow& row) {
        const bool has =
            row.state == model::RowState::answered || row.state == model::RowState::cached;
        if (has) OVERNIGHT_TRY(shape_.cells(row.payload, scratch_, cells_));
        const auto& columns = shape_.columns();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const bool there = has && i < cells_.size();
            const std::string_view value = there ? cells_[i].value : std::string_view();
            if (out.format() == Format::jsonl) {
                out.member(columns[i].name, value, there ? cells_[i].kind : ValueKind::null);
            } else {
                out.cell(value, columns[i].text ? Guard::formulas : Guard::none);
            }
        }
        if (out.format() == Format::jsonl) {
            out.member("_status", model::name(row.state), ValueKind::text);
            out.member("_error", row.error, row.error.empty() ? ValueKind::null : ValueKind::text);
        } else {
            out.cell(model::name(row.state), Guard::none);
            out.cell(row.error, Guard::formulas);
        }
        return {};
    }

private:
    const recipe::AnswerShape& shape_;
    std::string scratch_;
    std::vector<recipe::AnswerShape::Cell> cells_;
};

core::Result<> write_own_columns(jsonl::TableWriter& out,
                                 const jsonl::RecordReader& in,
                                 const jsonl::Record& record) {
    if (out.format() == in.format()) {
        if (out.format() == Format::jsonl) {
            out.append_raw_json(record.raw);
        } else {
            out.append_raw_csv(record.raw, record.fields.size());
        }
        return {};
    }
    if (out.format() == Format::jsonl) {
        for (const auto& field : record.fields)
            out.member(field.name, field.value, field.kind);
        return {};
    }
    if (in.format() != Format::jsonl) {
        for (const auto& field : record.fields)
            out.cell(field.value, Guard::none);
        return {};
    }
    for (const auto& column : in.columns()) {
        const auto* field = record.find(column);
        out.cell(field ? field->value : std::string_view(), Guard::none);
    }
    return {};
}

core::Result<std::uint64_t> merge_table(const store::Store& store,
                                        const model::Job& job,
                                        const std::filesystem::path& output,
                                        MergeRows mode,
                                        std::stop_token stop) {
    OVERNIGHT_TRY_ASSIGN(const auto spec, providers::load_spec(job));
    OVERNIGHT_TRY_ASSIGN(const auto in_format, jsonl::format_of(job.input.path));
    OVERNIGHT_TRY_ASSIGN(const auto out_format, jsonl::format_of(output));
    OVERNIGHT_TRY_ASSIGN(auto in, jsonl::RecordReader::open(job.input.path, in_format));
    OVERNIGHT_TRY_ASSIGN(auto file,
                         jsonl::DurableFile::create(output, jsonl::Replace::yes, 0666, "output"));
    jsonl::TableWriter out(std::move(file), out_format);
    std::vector<std::string> columns = in.columns();
    for (const auto& column : spec.shape.columns())
        columns.push_back(column.name);
    columns.push_back("_status");
    columns.push_back("_error");
    OVERNIGHT_TRY(out.header(columns));
    Rows rows(store, job, mode, std::move(stop));
    AnswerCells cells(spec.shape);
    jsonl::Record record;
    SettledRow row;
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const bool more, in.next(record));
        if (!more) break;
        OVERNIGHT_TRY(rows.next(row));
        OVERNIGHT_TRY(write_own_columns(out, in, record));
        OVERNIGHT_TRY(cells.write(out, row));
        OVERNIGHT_TRY(out.end_row());
    }
    if (rows.count() != job.rows.total || in.bytes_read() != job.input.bytes ||
        in.content_crc() != job.input.content_crc)
        return changed(job);
    OVERNIGHT_TRY(std::move(out).commit());
    return rows.count();
}

core::Result<std::uint64_t> merge_raw(const store::Store& store,
                                      const model::Job& job,
                                      const std::filesystem::path& output,
                                      MergeRows mode,
                                      std::stop_token stop) {
    const auto* adapter = providers::find_adapter(job.provider);
    if (adapter == nullptr)
        return core::Error(core::Errc::configuration, "unknown provider kind " + job.provider);
    OVERNIGHT_TRY_ASSIGN(auto in, jsonl::LineReader::open(job.input.path));
    OVERNIGHT_TRY_ASSIGN(auto out,
                         jsonl::DurableFile::create(output, jsonl::Replace::yes, 0666, "output"));
    Rows rows(store, job, mode, std::move(stop));
    jsonl::Line line;
    SettledRow row;
    std::string text;
    std::uint32_t crc = 0;
    while (true) {
        OVERNIGHT_TRY_ASSIGN(const bool more, in.next(line));
        if (!more) break;
        crc = core::crc32c(line.text, crc);
        auto raw = adapter->read_raw_line(line.text);
        if (!raw) return changed(job);
        OVERNIGHT_TRY(rows.next(row));
        if (row.state == model::RowState::waiting) continue;  // results that are there, in order
        text.clear();
        if (row.state == model::RowState::failed) {
            adapter->append_raw_failure(text, raw->custom_id, model::name(row.verdict), row.error);
        } else {
            OVERNIGHT_TRY(append_raw_answer(text, row.payload, raw->custom_id));
        }
        text.push_back('\n');
        OVERNIGHT_TRY(out.write(text));
    }
    if (rows.count() != job.rows.total || crc != job.input.content_crc) return changed(job);
    OVERNIGHT_TRY(std::move(out).commit());
    return rows.count();
}

}  // namespace

core::Result<std::uint64_t> merge(const store::Store& store,
                                  const model::Job& job,
                                  const std::filesystem::path& output,
                                  MergeRows rows,
                                  std::stop_token stop) {
    const core::Stopwatch stopwatch("merge");
    return job.kind == model::JobKind::raw_requests
               ? merge_raw(store, job, output, rows, std::move(stop))
               : merge_table(store, job, output, rows, std::move(stop));
}

}  // namespace overnight::reconciler
