// RecordReader: the common frame around the CSV and the JSON parser.
#include "core/text.hpp"
#include "jsonl/csv_record.hpp"
#include "jsonl/json_record.hpp"
#include "jsonl/record.hpp"
#include "jsonl/record_source.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace overnight::jsonl {

struct RecordReader::Impl {
    Impl(std::unique_ptr<InputBuffer> input, Format f, const Limits& limits)
        : source(std::move(input), limits),
          format(f),
          csv(f == Format::tsv ? '\t' : ',', limits.fields),
          json(limits) {}

    RecordSource source;
    Format format;
    CsvParser csv;
    JsonObjectParser json;
    std::vector<std::string> columns;
    std::uint64_t rows = 0;
    std::optional<Error> failed;
    /// The record given last is consumed only when the next one is asked for, because errors and
    /// open() look at it.
    std::size_t pending_bytes = 0;
    std::uint64_t pending_lines = 0;

    Result<> read_header();
    Result<> read_first();
    Result<bool> next(Record& record);
    Result<bool> next_csv(Record& record);
    Result<bool> next_json(Record& record);
    Result<bool> skip_blank_lines();
    /// Parses the record at the window's start, reading as needed; there must be one.
    Result<CsvRecord> parse_csv(std::size_t expected, std::vector<Field>& fields);
    Error ragged(const CsvRecord& found) const;
    std::string_view delimiter_name() const { return format == Format::tsv ? "TAB" : "comma"; }
};

namespace {

std::string explain(CsvProblem problem, std::string_view delimiter, std::size_t max_fields) {
    switch (problem) {
    case CsvProblem::stray_quote:
        return "a quote inside a field that does not begin with one: put the field in quotes and "
               "double the quotes in it";
    case CsvProblem::text_after_quote:
        return "text behind the closing quote of a field: a " + std::string(delimiter) +
               " or the end of the line must follow; quotes inside a quoted field are doubled";
    case CsvProblem::lone_cr:
        return "a carriage return without a line feed: save the file with LF or CRLF line ends, or "
               "put the field in quotes";
    case CsvProblem::unclosed_quote:
        return "the quote that opens here is never closed: close it, or double it if it belongs to "
               "the text";
    case CsvProblem::too_many_fields:
        return "more than " + core::grouped(max_fields) + " fields in one record";
    case CsvProblem::none:
    case CsvProblem::incomplete:
        break;
    }
    return "the record cannot be read";
}

std::string fields_text(std::size_t n) {
    return std::to_string(n) + (n == 1 ? " field" : " fields");
}

}  // namespace

/// Goes to the first line that holds something; false at the end of the input.
Result<bool> RecordReader::Impl::skip_blank_lines() {
    for (;;) {
        const std::string_view in = source.input().window();
        const bool last = source.input().at_end();
        if (in.starts_with('\n')) {
            source.consume(1, 1);
        } else if (in.starts_with("\r\n")) {
            source.consume(2, 1);
        } else if (last && in == "\r") {
            source.consume(1, 0);
        } else if (in.empty() && last) {
            return false;
        } else if (in.empty() || (in == "\r" && !last)) {
            OVERNIGHT_TRY(source.input().more());
            OVERNIGHT_TRY(source.check_utf8());
        } else {
            return true;
        }
    }
}

Result<CsvRecord> RecordReader::Impl::parse_csv(std::size_t expected, std::vector<Field>& fields) {
    for (;;) {
        OVERNIGHT_TRY(source.check_utf8());
        const auto more = source.input().at_end() ? MoreText::no : MoreText::maybe;
        const CsvRecord found = csv.parse(source.input().window(), more, expected, fields);
        const std::size_t most = source.limits().record_bytes;
        if (found.problem == CsvProblem::none && found.text <= most) return found;
        if (found.problem == CsvProblem::none) return source.too_long("record");
        if (found.problem != CsvProblem::incomplete)
            return source.error_at(
                found.problem_at, explain(found.problem, delimiter_name(), source.limits().fields));
        const std::string_view in = source.input().window();
        if (in.size() > most + 2 && in[found.problem_at] == '"')
            return source.error_at(found.problem_at,
                                   "the quote that opens here is not closed within " +
                                       core::bytes_text(most) +
                                       ": close it, or double it if it belongs to the text");
        OVERNIGHT_TRY(source.more());
    }
}

Error RecordReader::Impl::ragged(const CsvRecord& found) const {
    const bool more = found.fields > columns.size();
    std::string what = "row " + std::to_string(rows) + " has " + fields_text(found.fields) +
                       " where the header has " + std::to_string(columns.size());
    what += more ? ": put a field that holds a " + std::string(delimiter_name()) + " in quotes"
                 : ": add the missing fields, empty if need be, or quote a field that goes over "
                   "several lines";
    return source.error_at(more ? found.extra_at : found.text, std::move(what));
}

Result<> RecordReader::Impl::read_header() {
    OVERNIGHT_TRY_ASSIGN(const bool any, skip_blank_lines());
    if (!any) {
        if (source.limits().empty == EmptyInput::accept) return {};
        return Error(
            Errc::invalid_input,
            source.input().name() + " is empty: give it a header row and at least one record");
    }
    std::vector<Field> fields;
    OVERNIGHT_TRY_ASSIGN(const CsvRecord found, parse_csv(source.limits().fields, fields));
    const std::string_view raw = source.input().window().substr(0, found.text);
    if (fields.size() == 1 && !raw.starts_with('"')) {
        const std::string_view others = format == Format::tsv ? ",;" : ";\t";
        if (const std::size_t at = raw.find_first_of(others); at != std::string_view::npos) {
            const std::string which = raw[at] == '\t' ? "TAB" : std::string("'") + raw[at] + "'";
            const std::string ending = raw[at] == '\t' ? ": name the file .tsv"
                                       : raw[at] == ','
                                           ? ": name the file .csv"
                                           : ": save the file with commas (.csv) or TABs (.tsv)";
            return source.error_at(at, "the header holds " + which + " but no " +
                                           std::string(delimiter_name()) +
                                           ", and delimiters are not guessed" + ending +
                                           ", or put the name in quotes if it is one column");
        }
    }
    std::set<std::string_view> seen;
    for (const Field& field : fields) {
        // An unescaped name lives outside the window; the record's start is near enough for it.
        const bool inside =
            field.value.data() >= raw.data() && field.value.data() <= raw.data() + raw.size();
        const std::size_t at =
            inside ? static_cast<std::size_t>(field.value.data() - raw.data()) : 0;
        if (field.value.empty())
            return source.error_at(at,
                                   "column " + std::to_string(seen.size() + 1) +
                                       " of the header has no name: name it or remove the column");
        if (!seen.insert(field.value).second)
            return source.error_at(at, "the header names the column \"" +
                                           core::printable(field.value, 60) +
                                           "\" twice: rename one of them");
    }
    for (const Field& field : fields)
        columns.emplace_back(field.value);
    source.consume(found.total, found.newlines + 1);
    return {};
}

Result<bool> RecordReader::Impl::next_csv(Record& record) {
    OVERNIGHT_TRY_ASSIGN(const bool any, skip_blank_lines());
    if (!any) return false;
    OVERNIGHT_TRY_ASSIGN(const CsvRecord found, parse_csv(columns.size(), record.fields));
    if (found.fields != columns.size()) return ragged(found);
    record.fields.resize(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i)
        record.fields[i].name = columns[i];
    record.raw = source.input().window().substr(0, found.text);
    pending_bytes = found.total;
    pending_lines = found.newlines + 1;
    return true;
}

Result<bool> RecordReader::Impl::next_json(Record& record) {
    for (;;) {
        OVERNIGHT_TRY_ASSIGN(const auto found,
                             source.input().find_line(source.limits().record_bytes));
        if (!found) return false;
        OVERNIGHT_TRY(source.check_utf8());
        if (found->total == 0) return source.too_long("line");
        record.raw = source.input().window().substr(0, found->text);
        if (record.raw.find_first_not_of(" \t\r") == std::string_view::npos) {
            source.consume(found->total, 1);
            continue;
        }
        pending_bytes = found->total;
        pending_lines = 1;
        break;
    }
    if (auto bad = json.parse(record.raw, columns, record.fields))
        return source.error_at(bad->at, bad->what + " (byte " +
                                            std::to_string(source.input().offset() + bad->at) +
                                            " of the input)");
    return true;
}

Result<bool> RecordReader::Impl::next(Record& record) {
    if (failed) return *failed;
    source.consume(pending_bytes, pending_lines);
    pending_bytes = 0;
    pending_lines = 0;
    Result<bool> found = format == Format::jsonl ? next_json(record) : next_csv(record);
    if (!found) {
        pending_bytes = 0;
        failed = found.error();
        return found;
    }
    if (!*found) return false;
    record.row = rows++;
    record.line = source.line();
    record.offset = source.input().offset();
    return true;
}

/// Reads the first record and puts it back.
Result<> RecordReader::Impl::read_first() {
    Record first;
    OVERNIGHT_TRY_ASSIGN(const bool any, next(first));
    if (!any) {
        if (source.limits().empty == EmptyInput::accept) return {};
        return Error(Errc::invalid_input,
                     source.input().name() + " holds no records: " +
                         (format == Format::jsonl ? "add at least one JSON object, one a line"
                                                  : "add at least one row below the header"));
    }
    if (format == Format::jsonl)
        for (const Field& field : first.fields)
            columns.emplace_back(field.name);
    pending_bytes = 0;
    pending_lines = 0;
    rows = 0;
    return {};
}

core::Result<RecordReader> RecordReader::open(const std::filesystem::path& path,
                                              Format format,
                                              Limits limits) {
    auto input = InputBuffer::open(path, limits.read_bytes);
    if (!input) {
        if (input.error().code() == Errc::not_found)
            return Error(Errc::invalid_input, input.error().message());
        return std::move(input).error();
    }
    auto impl = std::make_unique<Impl>(*std::move(input), format, limits);
    OVERNIGHT_TRY(impl->source.begin());
    if (format != Format::jsonl) OVERNIGHT_TRY(impl->read_header());
    OVERNIGHT_TRY(impl->read_first());
    return RecordReader(std::move(impl));
}

RecordReader::RecordReader(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
RecordReader::RecordReader(RecordReader&&) noexcept = default;
RecordReader& RecordReader::operator=(RecordReader&&) noexcept = default;
RecordReader::~RecordReader() = default;

Format RecordReader::format() const noexcept {
    return impl_->format;
}
const std::vector<std::string>& RecordReader::columns() const noexcept {
    return impl_->columns;
}
core::Result<bool> RecordReader::next(Record& record) {
    return impl_->next(record);
}
std::uint64_t RecordReader::bytes_read() const noexcept {
    return impl_->source.input().offset() + impl_->pending_bytes;
}
std::uint32_t RecordReader::content_crc() const noexcept {
    return impl_->source.input().crc(impl_->pending_bytes);
}

}  // namespace overnight::jsonl
