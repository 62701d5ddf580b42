// One CSV or TSV record out of a piece of text: RFC 4180, strictly.
#pragma once

#include "jsonl/byte_scan.hpp"
#include "jsonl/record.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::jsonl {

enum class CsvProblem {
    none,
    incomplete,   ///< the record goes on behind the text; bring more and parse again from its start
    stray_quote,  ///< a quote inside an unquoted field
    text_after_quote,  ///< something other than a delimiter or line end behind a closing quote
    lone_cr,           ///< a CR outside quotes that no LF follows
    unclosed_quote,    ///< the text ended inside quotes
    too_many_fields,
};

struct CsvRecord {
    CsvProblem problem = CsvProblem::none;
    std::size_t text = 0;      ///< bytes of the record, without its line end
    std::size_t total = 0;     ///< with it
    std::size_t newlines = 0;  ///< line feeds within its quoted fields
    std::size_t fields = 0;    ///< counted also beyond those that were stored
    std::size_t problem_at =
        0;  ///< offset in the text; of the opening quote for unclosed_quote and for incomplete
    std::size_t extra_at = 0;  ///< offset of the first field beyond the expected ones
};

enum class MoreText { no, maybe };

/// Parses records; unescaped cells live in it until the next parse(). One thread.
class CsvParser {
public:
    CsvParser(char delimiter, std::size_t max_fields) noexcept
        : ends_(delimiter), delimiter_(delimiter), max_fields_(max_fields) {}

    /// Parses the record at the start of `in`, which must not be empty. `more`: whether text may
    /// follow behind `in`. Stores the value of the first `expected` fields in `out`, which grows up
    /// to that; names are not touched.
    CsvRecord parse(std::string_view in,
                    MoreText more,
                    std::size_t expected,
                    std::vector<Field>& out);

private:
    struct Cursor;
    bool quoted(Cursor& at, CsvRecord& record, std::string_view& value);

    FieldEnd ends_;
    char delimiter_;
    std::size_t max_fields_;
    std::string unescaped_;
};

}  // namespace overnight::jsonl
