// Lines of files and pipes.
#include "jsonl/line_reader.hpp"

#include "tests/unit/jsonl/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace overnight::jsonl::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::literals;

struct Seen {
    std::string text;
    std::uint64_t number;
    std::uint64_t offset;
    friend bool operator==(const Seen&, const Seen&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Seen& s) {
        return out << s.number << "@" << s.offset << ":" << s.text;
    }
};

std::vector<Seen> lines_of(LineReader& reader) {
    std::vector<Seen> out;
    Line line;
    while (reader.next(line).value())
        out.push_back({std::string(line.text), line.number, line.offset});
    EXPECT_FALSE(reader.next(line).value());
    return out;
}

TEST(LineReader, reads_every_kind_of_line_for_every_read_size) {
    const TempDir dir;
    const auto content = "\xEF\xBB\xBFone\r\n\n  \t\ntwo\rtwo\n\0three\r\r\nfour\xFF"sv;
    const auto path = dir.file("x", content);
    for (std::size_t size = 1; size <= content.size() + 1; ++size) {
        auto reader = LineReader::open(path, {.read_bytes = size}).value();
        EXPECT_THAT(lines_of(reader),
                    ElementsAre(Seen{"one", 1, 3}, Seen{"two\rtwo", 4, 13},
                                Seen{"\0three\r"s, 5, 21}, Seen{"four\xFF", 6, 30}));
        auto all =
            LineReader::open(path, {.read_bytes = size, .blank_lines = BlankLines::keep}).value();
        EXPECT_THAT(lines_of(all), ElementsAre(Seen{"one", 1, 3}, Seen{"", 2, 8},
                                               Seen{"  \t", 3, 9}, Seen{"two\rtwo", 4, 13},
                                               Seen{"\0three\r"s, 5, 21}, Seen{"four\xFF", 6, 30}));
    }
}

TEST(LineReader, an_empty_file_has_no_lines) {
    const TempDir dir;
    for (const char* content : {"", "\xEF\xBB\xBF", "\n\n", "\r\n"}) {
        auto reader = LineReader::open(dir.file("x", content)).value();
        EXPECT_TRUE(lines_of(reader).empty());
    }
}

TEST(LineReader, caps_a_line_and_names_it) {
    const TempDir dir;
    for (const std::string end : {"", "\n", "\r\n"}) {
        const auto path = dir.file("x", "a\n" + std::string(20, 'x') + end);
        for (std::size_t size = 1; size < 30; ++size) {
            auto fits = LineReader::open(path, {.line_bytes = 20, .read_bytes = size}).value();
            EXPECT_EQ(lines_of(fits).size(), 2u) << size;
            auto reader = LineReader::open(path, {.line_bytes = 19, .read_bytes = size}).value();
            Line line;
            ASSERT_TRUE(reader.next(line).value());
            for (int again = 0; again < 2; ++again) {
                const auto result = reader.next(line);
                ASSERT_FALSE(result.has_value()) << size;
                EXPECT_EQ(result.error().code(), Errc::invalid_input);
                EXPECT_THAT(result.error().message(),
                            HasSubstr(path.native() + ", line 2: the line is longer than 19 B"));
            }
        }
    }
}

TEST(LineReader, a_huge_line_does_not_take_its_size_in_memory) {
    const TempDir dir;
    const auto path = dir.file("x", "a\n");
    std::filesystem::resize_file(path, 2ull << 30);  // a sparse file: a second line of 2 GiB of NUL
    rusage before{};
    ::getrusage(RUSAGE_SELF, &before);
    auto reader = LineReader::open(path, {.line_bytes = 1u << 20}).value();
    Line line;
    ASSERT_TRUE(reader.next(line).value());
    EXPECT_FALSE(reader.next(line).has_value());
    rusage after{};
    ::getrusage(RUSAGE_SELF, &after);
    EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 * 1024);  // kilobytes
}

TEST(LineReader, reads_a_pipe_that_comes_in_pieces) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    std::thread writer([fd = ends[1]] {
        for (int i = 0; i < 20'000; ++i) {
            const std::string line = "line " + std::to_string(i) + "\n";
            for (const std::string_view piece :
                 {std::string_view(line).substr(0, 3), std::string_view(line).substr(3)})
                if (::write(fd, piece.data(), piece.size()) < 0) break;
        }
        ::close(fd);
    });
    LineReader reader(Fd{ends[0]}, "the pipe");
    const auto lines = lines_of(reader);
    writer.join();
    ASSERT_EQ(lines.size(), 20'000u);
    EXPECT_EQ(lines[19'999].text, "line 19999");
    EXPECT_EQ(lines[19'999].number, 20'000u);
}

TEST(LineReader, a_failed_read_stays_failed) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    const Fd writer(ends[1]);
    LineReader reader(Fd{ends[0]}, "the pipe");
    Line line;
    ASSERT_FALSE(reader.next(line).has_value());  // nothing to read yet
    ASSERT_EQ(::write(writer.get(), "one\n", 4), 4);
    EXPECT_FALSE(reader.next(line).has_value());
}

TEST(LineReader, says_when_it_cannot_read) {
    LineReader reader(Fd(::open("/", O_RDONLY | O_CLOEXEC)), "the folder");
    Line line;
    const auto result = reader.next(line);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), Errc::unavailable);
    EXPECT_THAT(result.error().message(), HasSubstr("cannot read the folder"));
    EXPECT_EQ(LineReader::open("/nonexistent/x").error().code(), Errc::not_found);
}

}  // namespace
}  // namespace overnight::jsonl::testing
