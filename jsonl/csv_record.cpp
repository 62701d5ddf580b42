#include "jsonl/csv_record.hpp"

#include <algorithm>
#include <cstring>

namespace overnight::jsonl {

struct CsvParser::Cursor {
    const char* begin;
    const char* p;
    const char* end;
    MoreText more;
};

namespace {

CsvRecord stopped(CsvRecord record, CsvProblem problem, std::size_t at) {
    record.problem = problem;
    record.problem_at = at;
    return record;
}

}  // namespace

/// Reads a quoted field; the cursor goes from its opening quote to behind its closing one. False:
/// problem is set.
bool CsvParser::quoted(Cursor& at, CsvRecord& record, std::string_view& value) {
    const auto opening = static_cast<std::size_t>(at.p - at.begin);
    const auto fail = [&](CsvProblem problem) {
        record = stopped(record, problem, opening);
        return false;
    };
    const char* const first = ++at.p;
    const char* piece = first;  // what is not copied to unescaped_ yet
    const std::size_t copied = unescaped_.size();
    for (;;) {
        const auto* quote = static_cast<const char*>(
            std::memchr(at.p, '"', static_cast<std::size_t>(at.end - at.p)));
        if (quote == nullptr)
            return fail(at.more == MoreText::maybe ? CsvProblem::incomplete
                                                   : CsvProblem::unclosed_quote);
        at.p = quote + 1;
        if (at.p == at.end && at.more == MoreText::maybe) return fail(CsvProblem::incomplete);
        if (at.p == at.end || *at.p != '"') {
            const auto left = static_cast<std::size_t>(quote - piece);
            if (piece == first) {
                value = {first, left};
            } else {
                unescaped_.append(piece, left);
                value = std::string_view(unescaped_).substr(copied);
            }
            const auto body = static_cast<std::size_t>(quote - first);
            if (std::memchr(first, '\n', body) != nullptr)
                record.newlines += static_cast<std::size_t>(std::count(first, quote, '\n'));
            return true;
        }
        // A doubled quote. The views into unescaped_ must hold: it never outgrows the text, which
        // is reserved once.
        const auto needed = static_cast<std::size_t>(at.end - at.begin);
        if (unescaped_.empty() && unescaped_.capacity() < needed) unescaped_.reserve(needed);
        unescaped_.append(piece, static_cast<std::size_t>(at.p - piece));
        piece = ++at.p;
    }
}

CsvRecord CsvParser::parse(std::string_view in,
                           MoreText more,
                           std::size_t expected,
                           std::vector<Field>& out) {
    CsvRecord record;
    Cursor at{in.data(), in.data(), in.data() + in.size(), more};
    const auto offset = [&](const char* p) { return static_cast<std::size_t>(p - at.begin); };
    unescaped_.clear();
    for (;;) {
        const char* const start = at.p;
        std::string_view value;
        if (at.p != at.end && *at.p == '"') {
            if (!quoted(at, record, value)) return record;
        } else {
            at.p = ends_.find(at.p, at.end);
            value = {start, static_cast<std::size_t>(at.p - start)};
            if (at.p != at.end && *at.p == '"')
                return stopped(record, CsvProblem::stray_quote, offset(at.p));
        }
        if (record.fields < expected) {
            if (record.fields == out.size()) out.emplace_back();
            out[record.fields].value = value;
            out[record.fields].kind = ValueKind::text;
        } else if (record.fields == expected) {
            record.extra_at = offset(start);
        }
        if (++record.fields > max_fields_)
            return stopped(record, CsvProblem::too_many_fields, offset(start));

        // What ends the field?
        const char* const stop = at.p;
        if (stop != at.end && *stop == delimiter_) {
            ++at.p;
            continue;
        }
        record.text = offset(stop);
        if (stop == at.end) {
            if (more == MoreText::maybe)
                return stopped(record, CsvProblem::incomplete, offset(start));
            record.total = record.text;
            return record;
        }
        if (*stop == '\n') {
            record.total = record.text + 1;
            return record;
        }
        if (*stop != '\r') return stopped(record, CsvProblem::text_after_quote, record.text);
        const bool last = stop + 1 == at.end;
        if (last && more == MoreText::maybe)
            return stopped(record, CsvProblem::incomplete, offset(start));
        if (!last && stop[1] != '\n') return stopped(record, CsvProblem::lone_cr, record.text);
        record.total = record.text + (last ? 1 : 2);
        return record;
    }
}

}  // namespace overnight::jsonl
