// Random tables written by TableWriter and read by RecordReader; random bytes given to every
// reader.
#include "core/text.hpp"
#include "jsonl/line_reader.hpp"
#include "jsonl/table_writer.hpp"
#include "tests/unit/jsonl/read_all.hpp"

#include <gtest/gtest.h>

#include <random>

namespace overnight::jsonl::testing {
namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
}

/// Text made of what readers trip over.
std::string text(Random& random, std::size_t most) {
    static const std::vector<std::string> pieces = {
        "a",
        "word",
        " ",
        ",",
        "\"",
        "\"\"",
        "\n",
        "\r",
        "\r\n",
        "\t",
        ";",
        "'",
        "=",
        "\\",
        "{",
        "}",
        std::string(1, '\0'),
        "\x1b",
        "\x7f",
        "\xC3\xA9",
        "\xE2\x82\xAC",
        "\xE2\x80\xA8",
        "\xF0\x9F\x98\x80",
        "\xEF\xBB\xBF",
        "\\u0041",
        "a run of text that is longer than one vector register"};
    std::string out;
    for (std::size_t n = below(random, most + 1); n > 0; --n)
        out += pieces[below(random, pieces.size())];
    return out;
}

std::vector<std::string> names(Random& random) {
    std::vector<std::string> out;
    for (std::size_t n = 1 + below(random, 6); n > 0; --n)
        out.push_back(text(random, 3) + std::to_string(n));
    return out;
}

Limits tiny(Random& random) {
    return {.read_bytes = 1 + below(random, below(random, 4) == 0 ? 300 : 12)};
}

/// Runs `body` with many generators; a failure names the seed.
template <class Body>
void for_seeds(unsigned count, Body body) {
    for (unsigned seed = 0; seed < count && !::testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Random random(seed);
        body(random);
    }
}

void csv_and_tsv_come_back_equal(Random& random) {
    for (const Format format : {Format::csv, Format::tsv}) {
        const TempDir dir;
        const auto columns = names(random);
        std::vector<std::vector<std::string>> rows(1 + below(random, 8));
        TableWriter out(DurableFile::create(dir / "t", Replace::no).value(), format);
        out.header(columns).value();
        for (auto& row : rows) {
            for (std::size_t i = 0; i < columns.size(); ++i)
                row.push_back(text(random, 6));
            for (const auto& value : row)
                out.cell(value, Guard::none);
            out.end_row().value();
        }
        std::move(out).commit().value();

        const std::string content = content_of(dir / "t");
        const Outcome seen = read_all(dir / "t", format, tiny(random));
        ASSERT_EQ(seen.error, "") << content;
        EXPECT_EQ(seen.columns, columns);
        EXPECT_EQ(seen.values(), rows) << content;
        EXPECT_EQ(seen.bytes, content.size());
        EXPECT_EQ(seen.crc, core::crc32c(content));

        // Carried over raw, the table is the same to the byte.
        TableWriter copy(DurableFile::create(dir / "copy", Replace::no).value(), format);
        copy.header(columns).value();
        for (const auto& record : seen.records) {
            copy.append_raw_csv(record.raw, record.fields.size());
            copy.end_row().value();
        }
        std::move(copy).commit().value();
        EXPECT_EQ(content_of(dir / "copy"), content);
    }
}

void jsonl_comes_back_equal(Random& random) {
    const TempDir dir;
    static const std::pair<ValueKind, std::string> others[] = {
        {ValueKind::number, "-12.5e-3"},
        {ValueKind::number, "18446744073709551616"},
        {ValueKind::boolean, "true"},
        {ValueKind::null, ""},
        {ValueKind::json, R"([1,{"x":"\"]}"},[],{}])"},
        {ValueKind::json, "{}"}};
    std::vector<std::vector<OwnedField>> rows(1 + below(random, 8));
    TableWriter out(DurableFile::create(dir / "t", Replace::no).value(), Format::jsonl);
    for (auto& row : rows) {
        for (const auto& name : names(random)) {
            if (below(random, 3) > 0) {
                row.push_back({name, text(random, 6), ValueKind::text});
            } else {
                const auto& [kind, value] = others[below(random, std::size(others))];
                row.push_back({name, value, kind});
            }
            out.member(row.back().name, row.back().value, row.back().kind);
        }
        out.end_row().value();
    }
    std::move(out).commit().value();
    const std::string content = content_of(dir / "t");
    const Outcome seen = read_all(dir / "t", Format::jsonl, tiny(random));
    ASSERT_EQ(seen.error, "") << content;
    ASSERT_EQ(seen.records.size(), rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        EXPECT_EQ(seen.records[i].fields, rows[i]) << content;
    EXPECT_EQ(seen.crc, core::crc32c(content));

    // With members added behind the raw bytes, the user's own are still the same.
    TableWriter merged(DurableFile::create(dir / "merged", Replace::no).value(), Format::jsonl);
    for (const auto& record : seen.records) {
        merged.append_raw_json(record.raw);
        merged.member("_status", "answered", ValueKind::text);
        merged.end_row().value();
    }
    std::move(merged).commit().value();
    const Outcome again = read_all(dir / "merged", Format::jsonl, tiny(random));
    ASSERT_EQ(again.error, "");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].push_back({"_status", "answered", ValueKind::text});
        EXPECT_EQ(again.records[i].fields, rows[i]);
    }
}

/// Any bytes: an error or records, the same for every read size, and what is accepted is UTF-8.
void any_bytes_are_survived(Random& random) {
    static const std::vector<std::string> json = {
        "{",  "}",       "[",       "]",       ":",    ",",           "\"a\"", "\"b\"",
        "\"", "1",       "-0.5",    "true",    "null", "\n",          "\r\n",  " ",
        "\\", "\\u0041", "\\ud83d", "\\ude00", "NaN",  "{\"a\":1}\n", "\xFF",  "\xE2"};
    const TempDir dir;
    for (int round = 0; round < 20; ++round) {
        std::string content = round % 2 == 0 ? "{\"a\":1}\n" : "a,b\n";
        for (std::size_t n = below(random, 40); n > 0; --n) {
            switch (below(random, 8)) {
            case 0:
                content += static_cast<char>(below(random, 256));
                break;
            case 1:
                content += text(random, 2);
                break;
            default:
                content += round % 2 == 0 ? json[below(random, json.size())] : text(random, 1);
            }
        }
        const auto path = dir.file("t", content);
        for (const Format format : {Format::csv, Format::tsv, Format::jsonl}) {
            const Outcome whole = read_all(path, format);
            const Outcome pieces = read_all(path, format, tiny(random));
            // A bad byte far ahead is seen earlier with larger reads; then the errors may differ.
            if (whole.error.find("not UTF-8") == std::string::npos &&
                pieces.error.find("not UTF-8") == std::string::npos) {
                EXPECT_EQ(whole.error, pieces.error) << content;
                EXPECT_EQ(whole.records, pieces.records) << content;
            } else {
                EXPECT_FALSE(whole.error.empty());
                EXPECT_FALSE(pieces.error.empty());
            }
            for (const auto& record : whole.records)
                for (const auto& field : record.fields)
                    EXPECT_TRUE(core::valid_utf8(field.name) && core::valid_utf8(field.value));
        }
        auto lines =
            LineReader::open(path, {.line_bytes = 64, .read_bytes = 1 + below(random, 9)}).value();
        Line line;
        for (;;) {
            const auto more = lines.next(line);
            if (!more || !*more) break;
            EXPECT_EQ(line.text, content.substr(line.offset, line.text.size()));
        }
    }
}

TEST(RoundTrip, csv_and_tsv) {
    for_seeds(60, csv_and_tsv_come_back_equal);
}
TEST(RoundTrip, jsonl) {
    for_seeds(60, jsonl_comes_back_equal);
}
TEST(AnyBytes, are_survived) {
    for_seeds(40, any_bytes_are_survived);
}

}  // namespace
}  // namespace overnight::jsonl::testing
