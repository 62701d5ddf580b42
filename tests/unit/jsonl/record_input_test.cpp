// RecordReader and what is wrong with files as such: kinds, encodings, names.
#include "jsonl/fd.hpp"
#include "tests/unit/jsonl/read_all.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace overnight::jsonl::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::literals;

constexpr Format formats[] = {Format::csv, Format::tsv, Format::jsonl};

TEST(RecordInput, refuses_what_is_no_regular_file) {
    const TempDir dir;
    ASSERT_EQ(::mkfifo((dir / "fifo").c_str(), 0600), 0);
    std::filesystem::create_directory(dir / "folder");
    std::filesystem::create_symlink(dir / "folder", dir / "link");
    const Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (dir / "socket").native().copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const std::pair<std::filesystem::path, std::string> cases[] = {
        {dir / "missing", "does not exist: check the path"},
        {dir / "folder", "is a folder, not a regular file"},
        {dir / "link", "is a folder, not a regular file"},
        {dir / "fifo", "is a FIFO, not a regular file"},
        {dir / "socket", "is a socket, not a regular file"},
        {"/dev/zero", "is a device, not a regular file"},
    };
    for (const Format format : formats)
        for (const auto& [path, says] : cases) {
            const Outcome seen = read_all(path, format);
            EXPECT_THAT(seen.error, AllOf(HasSubstr(path.native()), HasSubstr(says)));
            EXPECT_EQ(seen.code, core::Errc::invalid_input);
        }
}

TEST(RecordInput, follows_a_link_to_a_file) {
    const TempDir dir;
    std::filesystem::create_symlink(dir.file("t.csv", "a\n1\n"), dir / "link");
    EXPECT_EQ(read_all(dir / "link", Format::csv).error, "");
}

TEST(RecordInput, makes_the_name_of_a_file_safe_to_print) {
    const TempDir dir;
    EXPECT_THAT(read_all(dir.file("\x1b[2J", ""), Format::csv).error,
                AllOf(HasSubstr("\\u{1b}[2J"), Not(HasSubstr("\x1b"))));
}

TEST(RecordInput, reads_standard_input) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    constexpr std::string_view content = "{\"a\":1}\n{\"a\":2}\n";
    ASSERT_EQ(::write(ends[1], content.data(), content.size()),
              static_cast<ssize_t>(content.size()));
    ::close(ends[1]);
    const int saved = ::dup(STDIN_FILENO);
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    const Outcome seen = read_all("-", Format::jsonl);
    const Outcome again = read_all("-", Format::jsonl);
    ::dup2(saved, STDIN_FILENO);
    ::close(saved);
    EXPECT_EQ(seen.error, "");
    EXPECT_EQ(seen.records.size(), 2u);
    EXPECT_THAT(again.error, HasSubstr("standard input holds no records"));
}

TEST(RecordInput, refuses_utf16_and_utf32_by_name) {
    const TempDir dir;
    for (const Format format : formats) {
        EXPECT_THAT(read_text(dir,
                              "\xFF\xFE"
                              "a\0,\0b\0\n\0"sv,
                              format)
                        .error,
                    AllOf(HasSubstr("is UTF-16, not UTF-8"), HasSubstr("iconv -f UTF-16")));
        EXPECT_THAT(read_text(dir, "\xFE\xFF\0a\0,"sv, format).error, HasSubstr("is UTF-16"));
        EXPECT_THAT(read_text(dir, "\xFF\xFE\0\0a\0\0\0"sv, format).error, HasSubstr("is UTF-32"));
        EXPECT_THAT(read_text(dir, "\0\0\xFE\xFF\0\0\0a"sv, format).error, HasSubstr("is UTF-32"));
    }
}

struct Encoded {
    const char* name;
    std::string_view bytes;
    const char* first_place;
};

const Encoded encodings[] = {
    {"latin1", "caf\xE9", "line 3, column 6 (byte 0xe9)"},
    {"overlong", "x\xC0\xAF", "line 3, column 4 (byte 0xc0); line 3, column 5 (byte 0xaf)"},
    {"surrogate", "\xED\xA0\x80", "line 3, column 3 (byte 0xed)"},
    {"beyond_unicode", "\xF5\x80\x80\x80", "line 3, column 3 (byte 0xf5)"},
    {"beyond_unicode_by_value", "\xF4\x90\x80\x80", "line 3, column 3 (byte 0xf4)"},
    {"lone_continuation", "\x80", "line 3, column 3 (byte 0x80)"},
    {"cut_short", "\xE2\x82", "line 3, column 3 (byte 0xe2)"},
    {"behind_good_text", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xFF",
     "line 3, column 6 (byte 0xff)"},
};

class NotUtf8 : public ::testing::TestWithParam<Encoded> {};

TEST_P(NotUtf8, names_line_and_column_for_every_read_size) {
    const TempDir dir;
    for (const std::string_view end : {"\n", "", "\n4,y\n"}) {
        const std::string content =
            "a,b\n1,\xC3\xA9\n2," + std::string(GetParam().bytes) + std::string(end);
        const auto path = dir.file("t.csv", content);
        for (std::size_t size = 1; size <= content.size() + 1; ++size) {
            const Outcome seen = read_all(path, Format::csv, {.read_bytes = size});
            EXPECT_THAT(seen.error, AllOf(HasSubstr("is not UTF-8: "s + GetParam().first_place),
                                          HasSubstr("iconv")))
                << size;
        }
    }
}

TEST_P(NotUtf8, is_refused_in_jsonl) {
    const TempDir dir;
    const std::string content = "{}\n\n\"\"" + std::string(GetParam().bytes) + "\n";
    EXPECT_THAT(read_text(dir, content, Format::jsonl).error, HasSubstr(GetParam().first_place));
}

INSTANTIATE_TEST_SUITE_P(bytes, NotUtf8, ::testing::ValuesIn(encodings), [](const auto& row) {
    return row.param.name;
});

TEST(RecordInput, lists_the_first_twenty_bad_places_and_no_more) {
    const TempDir dir;
    std::string content = "a\n";
    for (int i = 0; i < 30; ++i)
        content += "ok\n\xFF\n";
    const Outcome seen = read_text(dir, content, Format::csv, {.read_bytes = 5});
    EXPECT_THAT(seen.error,
                HasSubstr("line 3, column 1 (byte 0xff); line 5, column 1 (byte 0xff)"));
    EXPECT_THAT(seen.error, HasSubstr("line 41, column 1 (byte 0xff); and perhaps more"));
    EXPECT_THAT(seen.error, Not(HasSubstr("line 43")));
}

TEST(RecordInput, tells_the_format_from_the_name) {
    EXPECT_EQ(format_of("x.csv").value(), Format::csv);
    EXPECT_EQ(format_of("a.b/x.TSV").value(), Format::tsv);
    EXPECT_EQ(format_of("x.JsonL").value(), Format::jsonl);
    EXPECT_EQ(format_of("x.ndjson").value(), Format::jsonl);
    EXPECT_EQ(format_of("-").value(), Format::jsonl);
    for (const char* other : {"x", "x.txt", "csv", "x.csv.gz", "x.json", ""}) {
        const auto format = format_of(other);
        ASSERT_FALSE(format.has_value()) << other;
        EXPECT_THAT(format.error().message(), HasSubstr(".jsonl or .ndjson")) << other;
    }
}

}  // namespace
}  // namespace overnight::jsonl::testing
