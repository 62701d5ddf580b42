// Rows a second through the table readers and writers: rows of 450 bytes and 4 columns, as a user's
// table has them.
#include "jsonl/json_text.hpp"
#include "jsonl/line_reader.hpp"
#include "jsonl/record.hpp"
#include "jsonl/table_writer.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <unistd.h>

namespace {

using namespace overnight::jsonl;

constexpr std::size_t rows = 200'000;

/// Texts as people write them. `busy` has what must be quoted and escaped: commas, quotes, a line
/// break.
std::string text_of(std::size_t row, std::size_t length, bool busy) {
    static constexpr std::string_view words =
        "the batch of requests ran overnight and the answers stand beside rows ";
    std::string out;
    for (std::size_t at = row % words.size(); out.size() < length; at = 0)
        out += words.substr(at);
    out.resize(length);
    if (busy && length > 60) {
        out[20] = ',';
        out[40] = '"';
        out[55] = '\n';
    }
    return out;
}

/// A temporary table, removed at the end of the program's scope.
class Table {
public:
    Table(Format format, bool busy) : format_(format) {
        path_ = std::filesystem::temp_directory_path() /
                ("overnight-bench-" + std::to_string(::getpid()) + "." + std::string(name(format)));
        TableWriter out(DurableFile::create(path_, Replace::yes).value(), format);
        const std::vector<std::string> columns{"id", "category", "topic", "description"};
        out.header(columns).value();
        for (std::size_t i = 0; i < rows; ++i) {
            const std::string cells[] = {
                std::to_string(1'000'000 + i), text_of(i, 24, false), text_of(i * 7, 90, false),
                text_of(i * 13, format == Format::jsonl ? 280 : 325, busy)};
            for (std::size_t c = 0; c < 4; ++c) {
                if (format == Format::jsonl) {
                    out.member(columns[c], cells[c], ValueKind::text);
                } else {
                    out.cell(cells[c], Guard::none);
                }
            }
            out.end_row().value();
        }
        std::move(out).commit().value();
    }
    ~Table() { std::filesystem::remove(path_); }
    const std::filesystem::path& path() const { return path_; }
    Format format() const { return format_; }

private:
    Format format_;
    std::filesystem::path path_;
};

void report(benchmark::State& state, const Table& table) {
    const auto total = static_cast<std::int64_t>(state.iterations());
    state.SetItemsProcessed(total * static_cast<std::int64_t>(rows));
    state.SetBytesProcessed(total *
                            static_cast<std::int64_t>(std::filesystem::file_size(table.path())));
}

void read_records(benchmark::State& state, Format format, bool busy) {
    const Table table(format, busy);
    for (auto _ : state) {
        auto reader = RecordReader::open(table.path(), format).value();
        Record record;
        std::size_t seen = 0;
        while (reader.next(record).value())
            seen += record.fields.back().value.size();
        benchmark::DoNotOptimize(seen + reader.content_crc());
    }
    report(state, table);
}

void read_lines(benchmark::State& state) {
    const Table table(Format::jsonl, false);
    for (auto _ : state) {
        auto reader = LineReader::open(table.path()).value();
        Line line;
        std::size_t seen = 0;
        while (reader.next(line).value())
            seen += line.text.size();
        benchmark::DoNotOptimize(seen);
    }
    report(state, table);
}

/// The merge: every record of the input again, with four columns behind it.
void merge(benchmark::State& state, Format format) {
    const Table table(format, false);
    const auto out_path = table.path().native() + ".out";
    const std::vector<std::string> added{"tldr", "challenge", "_status", "_error"};
    for (auto _ : state) {
        auto reader = RecordReader::open(table.path(), format).value();
        TableWriter out(DurableFile::create(out_path, Replace::yes).value(), format);
        std::vector<std::string> columns = reader.columns();
        columns.insert(columns.end(), added.begin(), added.end());
        out.header(columns).value();
        Record record;
        while (reader.next(record).value()) {
            const std::string_view values[] = {"a short answer, with a comma", "practice",
                                               "answered", ""};
            if (format == Format::jsonl) {
                out.append_raw_json(record.raw);
                for (std::size_t i = 0; i < 4; ++i)
                    out.member(added[i], values[i], ValueKind::text);
            } else {
                out.append_raw_csv(record.raw, record.fields.size());
                for (const auto value : values)
                    out.cell(value, Guard::formulas);
            }
            out.end_row().value();
        }
        std::move(out).commit().value();
    }
    std::filesystem::remove(out_path);
    report(state, table);
}

void escape_text(benchmark::State& state) {
    const std::string text = text_of(0, 2'000, true);
    std::string out;
    for (auto _ : state) {
        out.clear();
        append_json_string(out, text);
        benchmark::DoNotOptimize(out.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

BENCHMARK_CAPTURE(read_records, csv, Format::csv, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_records, csv_quoted, Format::csv, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_records, jsonl, Format::jsonl, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_records, jsonl_escaped, Format::jsonl, true)->Unit(benchmark::kMillisecond);
BENCHMARK(read_lines)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(merge, csv, Format::csv)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(merge, jsonl, Format::jsonl)->Unit(benchmark::kMillisecond);
BENCHMARK(escape_text);

}  // namespace

BENCHMARK_MAIN();
