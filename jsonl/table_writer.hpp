// Writes a table, row by row, as CSV, TSV or JSONL, into a durable file.
#pragma once

#include "core/error.hpp"
#include "jsonl/csv_text.hpp"
#include "jsonl/durable_file.hpp"
#include "jsonl/record.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace overnight::jsonl {

/// A row is a sequence of calls, ended by end_row():
///   CSV, TSV: [append_raw_csv()] cell()...      in the order of the header
///   JSONL:    [append_raw_json()] member()...
/// Lines end with LF. The file appears under its name at commit(); dropping the writer leaves
/// nothing. One thread.
class TableWriter {
public:
    TableWriter(DurableFile file, Format format) noexcept;

    Format format() const noexcept { return format_; }

    /// CSV and TSV: writes the header, once, before the first row; names must be distinct and not
    /// empty (Errc::invalid_input). JSONL: nothing to do.
    Result<> header(std::span<const std::string> columns);

    /// CSV and TSV: the next cell.
    void cell(std::string_view text, Guard guard);
    /// CSV and TSV: the next `cells` cells at once, as the bytes of Record::raw read in this
    /// writer's format. The fastest way to carry the user's own columns over.
    void append_raw_csv(std::string_view raw, std::size_t cells);

    /// JSONL: the next member. `value` as in Field: decoded text for text, anything for null, else
    /// JSON text. A number or boolean that is none is written as a string; line breaks between the
    /// tokens of a json value become blanks. The caller keeps names distinct.
    void member(std::string_view name, std::string_view value, ValueKind kind);
    /// JSONL: first in the row: all members of the object `raw` (Record::raw), byte for byte.
    void append_raw_json(std::string_view raw);

    /// Ends the row. A row with another number of cells than the header is a bug of the caller:
    /// Errc::internal.
    Result<> end_row();

    std::uint64_t rows() const noexcept { return rows_; }
    std::uint64_t bytes() const noexcept { return file_.bytes() + row_.size(); }

    /// DurableFile::commit().
    Result<> commit() &&;

private:
    void separate();

    DurableFile file_;
    std::string row_;  ///< the row being built
    Format format_;
    char delimiter_;
    std::size_t columns_ = 0;
    std::size_t cells_ = 0;  ///< cells or members in the row so far
    std::uint64_t rows_ = 0;
};

}  // namespace overnight::jsonl
