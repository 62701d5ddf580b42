// The user's table, record by record: CSV, TSV and JSONL behind one reader.
#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::jsonl {

enum class Format : std::uint8_t { csv, tsv, jsonl };

/// From the name: .csv .tsv .jsonl .ndjson in any case; "-" is jsonl. Anything else is
/// Errc::invalid_input.
core::Result<Format> format_of(const std::filesystem::path& path);
/// "csv", "tsv" or "jsonl".
std::string_view name(Format format) noexcept;

/// CSV and TSV cells are text. A json value is an array or object, kept as its JSON text.
enum class ValueKind : std::uint8_t { text, number, boolean, null, json };

struct Field {
    std::string_view name;
    /// text: decoded (CSV unquoted, JSON unescaped) UTF-8, may hold NUL. number: as it is written,
    /// never rounded. boolean: "true" or "false". null: empty. json: as it is written.
    std::string_view value;
    ValueKind kind = ValueKind::text;
};

/// One record. All views, and those of its fields, live until the next next() on the reader that
/// filled it.
struct Record {
    std::uint64_t row = 0;     ///< counts from 0; blank lines do not count
    std::uint64_t line = 0;    ///< 1-based line on which the record begins
    std::uint64_t offset = 0;  ///< of raw in the file
    std::vector<Field> fields;
    std::string_view raw;  ///< the record's bytes in the file, without the line end

    /// The first field of that name, or null.
    const Field* find(std::string_view field_name) const noexcept;
};

enum class EmptyInput { refuse, accept };

struct Limits {
    std::size_t record_bytes = 16u << 20;   ///< a longer record is an error; bounds the memory
    std::size_t read_bytes = 256u << 10;    ///< asked of the kernel at once; tests make it tiny
    std::size_t fields = 10'000;            ///< columns of a table, members of one JSON object
    int depth = 64;                         ///< nesting of JSON; the record's own object is 1
    EmptyInput empty = EmptyInput::refuse;  ///< whether no record at all is an error
};

/// Reads records strictly; nothing is guessed and nothing is repaired. Every error is
/// Errc::invalid_input and names file, line and column and what to do, but for a failing disk,
/// which is Errc::unavailable. After an error, or the end, next() keeps giving the same answer.
/// Memory stays below nine times limits.record_bytes. One thread.
///
/// CSV and TSV are RFC 4180 with LF or CRLF, a header row, and blank lines skipped; ragged rows,
/// stray quotes, and duplicate or empty column names are errors. JSONL is one JSON object a line;
/// duplicate keys at any depth, NaN, too much depth, lone surrogates and anything behind the object
/// are errors. Bytes that are not UTF-8 are an error that lists the first 20 places.
class RecordReader {
public:
    /// "-" is standard input; everything else must be a regular file. Reads the header and looks at
    /// the first record, whose error, if it has one, is returned here.
    static core::Result<RecordReader> open(const std::filesystem::path& path,
                                           Format format,
                                           Limits limits = {});
    RecordReader(RecordReader&&) noexcept;
    RecordReader& operator=(RecordReader&&) noexcept;
    ~RecordReader();

    Format format() const noexcept;
    /// CSV and TSV: the header. JSONL: the keys of the first record; later records may have others.
    const std::vector<std::string>& columns() const noexcept;
    /// False at the end of the input.
    core::Result<bool> next(Record& record);
    /// Bytes of the input up to the end of the last record given, with its line end; all of them at
    /// the end.
    std::uint64_t bytes_read() const noexcept;
    /// CRC32C over those bytes.
    std::uint32_t content_crc() const noexcept;

private:
    struct Impl;
    explicit RecordReader(std::unique_ptr<Impl> impl) noexcept;
    std::unique_ptr<Impl> impl_;
};

}  // namespace overnight::jsonl
