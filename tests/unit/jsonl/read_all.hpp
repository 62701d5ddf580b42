// Reads a table of a test into values that can be compared.
#pragma once

#include "core/bytes.hpp"
#include "jsonl/record.hpp"
#include "tests/unit/jsonl/temp_dir.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace overnight::jsonl::testing {

struct OwnedField {
    std::string name;
    std::string value;
    ValueKind kind = ValueKind::text;
    friend bool operator==(const OwnedField&, const OwnedField&) = default;
};

struct OwnedRecord {
    std::uint64_t row = 0;
    std::uint64_t line = 0;
    std::uint64_t offset = 0;
    std::string raw;
    std::vector<OwnedField> fields;

    std::vector<std::string> values() const {
        std::vector<std::string> out;
        for (const auto& field : fields)
            out.push_back(field.value);
        return out;
    }
    friend bool operator==(const OwnedRecord&, const OwnedRecord&) = default;
};

struct Outcome {
    std::vector<std::string> columns;
    std::vector<OwnedRecord> records;
    std::string error;  ///< empty: read to the end
    core::Errc code = core::Errc::internal;
    std::uint64_t bytes = 0;
    std::uint32_t crc = 0;

    std::vector<std::vector<std::string>> values() const {
        std::vector<std::vector<std::string>> out;
        for (const auto& record : records)
            out.push_back(record.values());
        return out;
    }
};

inline Outcome read_all(const std::filesystem::path& path, Format format, Limits limits = {}) {
    Outcome out;
    auto reader = RecordReader::open(path, format, limits);
    if (!reader) {
        out.error = reader.error().message();
        out.code = reader.error().code();
        return out;
    }
    out.columns = reader->columns();
    Record record;
    for (;;) {
        const auto more = reader->next(record);
        if (!more) {
            out.error = more.error().message();
            out.code = more.error().code();
        }
        if (!more || !*more) break;
        OwnedRecord owned{record.row, record.line, record.offset, std::string(record.raw), {}};
        for (const Field& field : record.fields)
            owned.fields.push_back({std::string(field.name), std::string(field.value), field.kind});
        out.records.push_back(std::move(owned));
    }
    out.bytes = reader->bytes_read();
    out.crc = reader->content_crc();
    return out;
}

/// Reads `content` as a file whose errors call it "PATH/t".
inline Outcome read_text(const TempDir& dir,
                         std::string_view content,
                         Format format,
                         Limits limits = {}) {
    return read_all(dir.file("t", content), format, limits);
}

}  // namespace overnight::jsonl::testing
