// A body of pieces as one stream: every way to cut it gives the same bytes.
#include "net/body_source.hpp"

#include "scripted.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sys/resource.h>

namespace overnight::net {
namespace {

using model::BodyPiece;
using model::FilePiece;
using model::Lines;

std::filesystem::path write_file(const TempDir& dir, std::string_view text) {
    const auto path = dir / "shard.jsonl";
    std::ofstream(path, std::ios::binary) << text;
    return path;
}

/// Reads at most `step` bytes at a time.
std::string read_all(const std::vector<BodyPiece>& pieces, std::size_t step) {
    model::HttpRequest request;
    request.body = pieces;
    auto source = BodySource::open(pieces).value();
    std::string text;
    std::string buffer(step, '\0');
    while (true) {
        EXPECT_EQ(text.size() + source.left(), request.body_bytes());
        const std::size_t n = source.read(buffer.data(), step).value();
        if (n == 0) return text;
        text.append(buffer, 0, n);
    }
}

TEST(BodySource, lines_become_the_elements_of_a_list) {
    const TempDir dir;
    const std::string file = "{\"a\":1}\n{\"b\":\"x\\n\"}\n{\"c\":3}\n";
    const auto path = write_file(dir, file);
    const std::vector<BodyPiece> pieces = {
        std::string("{\"requests\":["),
        FilePiece{path, 0, file.size() - 1, Lines::joined_by_commas}, std::string("]}")};
    for (std::size_t step = 1; step < 40; ++step)
        EXPECT_EQ(read_all(pieces, step), "{\"requests\":[{\"a\":1},{\"b\":\"x\\n\"},{\"c\":3}]}")
            << step;
}

TEST(BodySource, lines_stay_as_they_are_unless_asked) {
    const TempDir dir;
    const auto path = write_file(dir, "a\nb\n\nc");
    EXPECT_EQ(read_all({FilePiece{path, 0, 6}}, 4), "a\nb\n\nc");
    EXPECT_EQ(read_all({FilePiece{path, 0, 6, Lines::joined_by_commas}}, 4), "a,b,,c");
    // Text in memory, and other pieces of the same file, are not touched.
    EXPECT_EQ(read_all({std::string("x\n"), FilePiece{path, 1, 2, Lines::joined_by_commas},
                        FilePiece{path, 1, 2}, std::string("\n")},
                       3),
              "x\n,b\nb\n");
    EXPECT_EQ(read_all({FilePiece{path, 0, 0, Lines::joined_by_commas}}, 3), "");
}

TEST(BodySource, a_large_file_costs_no_more_memory_than_a_small_one) {
    constexpr std::size_t line_bytes = 1'000, lines = 60'000;
    const TempDir dir;
    const auto path = dir / "large.jsonl";
    {
        std::ofstream out(path, std::ios::binary);
        const std::string line = std::string(line_bytes - 1, 'x') + "\n";
        for (std::size_t i = 0; i < lines; ++i)
            out << line;
    }
    const auto peak_kib = [] {
        rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        return usage.ru_maxrss;
    };
    const std::vector<BodyPiece> pieces = {
        FilePiece{path, 0, line_bytes * lines - 1, Lines::joined_by_commas}};
    auto source = BodySource::open(pieces).value();
    std::string buffer(64 << 10, '\0');
    const long before = peak_kib();
    std::size_t total = 0, commas = 0;
    while (const std::size_t n = source.read(buffer.data(), buffer.size()).value()) {
        for (std::size_t i = 0; i < n; ++i) {
            const bool end_of_line = (total + i) % line_bytes == line_bytes - 1;
            ASSERT_EQ(buffer[i], end_of_line ? ',' : 'x') << total + i;
            commas += end_of_line ? 1 : 0;
        }
        total += n;
    }
    EXPECT_EQ(total, line_bytes * lines - 1);
    EXPECT_EQ(commas, lines - 1);
    EXPECT_LT(peak_kib() - before, 8 << 10);
}

}  // namespace
}  // namespace overnight::net
