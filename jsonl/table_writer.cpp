#include "jsonl/table_writer.hpp"

#include "core/text.hpp"
#include "jsonl/json_text.hpp"

#include <algorithm>
#include <set>

namespace overnight::jsonl {
namespace {

constexpr std::string_view blanks = " \t\r\n";

/// JSON text without line breaks. Within valid JSON they stand between tokens only.
void append_json_line(std::string& out, std::string_view json) {
    const std::size_t from = out.size();
    out.append(json);
    // Two searches of one byte each are ten times faster than find_first_of().
    if (json.find('\n') == std::string_view::npos && json.find('\r') == std::string_view::npos)
        return;
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(from), out.end(),
        [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

}  // namespace

TableWriter::TableWriter(DurableFile file, Format format) noexcept
    : file_(std::move(file)), format_(format), delimiter_(format == Format::tsv ? '\t' : ',') {}

Result<> TableWriter::header(std::span<const std::string> columns) {
    if (format_ == Format::jsonl) return {};
    std::set<std::string_view> seen;
    for (const std::string& column : columns) {
        if (column.empty())
            return Error(Errc::invalid_input,
                         "a column of " + shown(file_.path()) + " has no name: name it");
        if (!seen.insert(column).second)
            return Error(Errc::invalid_input,
                         shown(file_.path()) + " would have two columns named \"" +
                             core::printable(column, 60) + "\": rename one of them");
    }
    if (columns.size() == 1) {
        // Unquoted, a delimiter in the only name would look like a table in another format.
        separate();
        append_quoted_csv_cell(row_, columns[0]);
    } else {
        for (const std::string& column : columns)
            cell(column, Guard::none);
    }
    columns_ = columns.size();
    OVERNIGHT_TRY(end_row());
    rows_ = 0;
    return {};
}

void TableWriter::separate() {
    if (format_ != Format::jsonl) {
        if (cells_++ > 0) row_.push_back(delimiter_);
    } else if (row_.empty()) {
        row_.push_back('{');
        ++cells_;
    } else if (cells_++ > 0) {
        row_.push_back(',');
    }
}

void TableWriter::cell(std::string_view text, Guard guard) {
    separate();
    append_csv_cell(row_, text, delimiter_, guard);
}

void TableWriter::append_raw_csv(std::string_view raw, std::size_t cells) {
    if (cells == 0) return;
    separate();
    row_.append(raw);
    cells_ += cells - 1;
}

void TableWriter::member(std::string_view name, std::string_view value, ValueKind kind) {
    separate();
    append_json_string(row_, name);
    row_.push_back(':');
    const bool literal = kind == ValueKind::json ||
                         (kind == ValueKind::number && is_json_number(value)) ||
                         (kind == ValueKind::boolean && (value == "true" || value == "false"));
    if (kind == ValueKind::null) {
        row_ += "null";
    } else if (literal) {
        append_json_line(row_, value);
    } else {
        append_json_string(row_, value);
    }
}

void TableWriter::append_raw_json(std::string_view raw) {
    const std::size_t first = raw.find('{');
    const std::size_t last = raw.rfind('}');
    if (first == std::string_view::npos || last == std::string_view::npos || last < first) return;
    std::string_view inside = raw.substr(first + 1, last - first - 1);
    const std::size_t end = inside.find_last_not_of(blanks);
    row_.push_back('{');
    if (end == std::string_view::npos) return;
    append_json_line(row_, inside.substr(0, end + 1));
    ++cells_;
}

Result<> TableWriter::end_row() {
    if (format_ == Format::jsonl) {
        row_ += row_.empty() ? "{}\n" : "}\n";
    } else {
        if (columns_ != 0 && cells_ != columns_)
            return Error(Errc::internal, "a row of " + std::to_string(cells_) +
                                             " cells under a header of " +
                                             std::to_string(columns_));
        // A row that is one empty cell must not look like a blank line.
        row_ += row_.empty() ? "\"\"\n" : "\n";
    }
    Result<> written = file_.write(row_);
    row_.clear();
    cells_ = 0;
    ++rows_;
    return written;
}

Result<> TableWriter::commit() && {
    return std::move(file_).commit();
}

}  // namespace overnight::jsonl
