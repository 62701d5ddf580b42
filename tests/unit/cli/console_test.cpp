#include "cli/console.hpp"

#include "cli/json_text.hpp"
#include "cli/time_text.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <signal.h>
#include <string>
#include <unistd.h>

namespace overnight::cli {
namespace {

using namespace std::chrono_literals;

/// A pipe whose text can be read back.
class Pipe {
public:
    Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
    ~Pipe() {
        close_reader();
        ::close(ends_[1]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    int writer() const { return ends_[1]; }
    void close_reader() {
        if (ends_[0] >= 0) ::close(ends_[0]);
        ends_[0] = -1;
    }
    std::string text() {
        (void)::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
        std::string all(64u << 10, '\0');
        const auto n = ::read(ends_[0], all.data(), all.size());
        all.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        return all;
    }

private:
    std::array<int, 2> ends_{-1, -1};
};

TEST(Console, answers_and_notes_go_their_ways) {
    Pipe out;
    Pipe err;
    Console console(out.writer(), err.writer(), Form::text, Quiet::no);
    EXPECT_FALSE(console.live());
    console.out("answer\n");
    console.note("note");
    console.draw("never on a pipe");
    ASSERT_TRUE(console.finish());
    EXPECT_EQ(out.text(), "answer\n");
    EXPECT_EQ(err.text().substr(0, 5), "note\n");
}

TEST(Console, quiet_keeps_warnings) {
    Pipe out;
    Pipe err;
    Console console(out.writer(), err.writer(), Form::text, Quiet::yes);
    console.note("note");
    console.warn("careful");
    EXPECT_EQ(err.text(), "overnight: warning: careful\n");
}

TEST(Console, an_error_is_one_json_value_and_one_line) {
    Pipe out;
    Pipe err;
    Console console(out.writer(), err.writer(), Form::json, Quiet::no);
    console.error(core::Error(core::Errc::not_found, "there is no job 3").remote("evil \x1b[2J"));
    ASSERT_TRUE(console.finish());
    const auto value = boost::json::parse(out.text());
    EXPECT_EQ(value.at("error").at("code").as_string(), "not_found");
    EXPECT_EQ(value.at("error").at("message").as_string().find("there is no job 3"), 0u);
    const auto line = err.text();
    EXPECT_EQ(line.find("overnight: error: there is no job 3"), 0u);
    EXPECT_EQ(line.find('\x1b'), std::string::npos);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST(Console, an_error_after_the_answer_adds_no_second_value) {
    Pipe out;
    Pipe err;
    Console console(out.writer(), err.writer(), Form::json, Quiet::no);
    console.out("{}\n");
    console.error(core::Error(core::Errc::internal, "late"));
    ASSERT_TRUE(console.finish());
    EXPECT_EQ(out.text(), "{}\n");
}

TEST(Console, a_reader_that_went_away_counts) {
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    Pipe out;
    Pipe err;
    out.close_reader();
    Console console(out.writer(), err.writer(), Form::text, Quiet::no);
    console.out("answer\n");
    EXPECT_FALSE(console.finish());
    EXPECT_TRUE(console.reader_gone());
    ::signal(SIGPIPE, before);
}

TEST(Console, a_full_disk_counts) {
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    ASSERT_GE(full, 0);
    Pipe err;
    Console console(full, err.writer(), Form::text, Quiet::no);
    console.out("answer\n");
    const auto written = console.finish();
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), core::Errc::out_of_space);
    EXPECT_FALSE(console.reader_gone());
    ::close(full);
}

TEST(JsonText, no_terminal_obeys_it_and_every_parser_reads_it) {
    const std::string evil =
        "a\x1b[2J \x7f \xc2\x9b \xe2\x80\xae \xe2\x81\xa6 \xef\xbb\xbf \xf0\x9f\x98\x80 \xc3\xa4";
    boost::json::object object;
    object["text"] = evil;
    const auto line = json_line(object);
    EXPECT_EQ(boost::json::parse(line).at("text").as_string(), evil);
    for (const char* raw :
         {"\x1b", "\x7f", "\xc2\x9b", "\xe2\x80\xae", "\xe2\x81\xa6", "\xef\xbb\xbf"})
        EXPECT_EQ(line.find(raw), std::string::npos);
    EXPECT_NE(line.find("\xf0\x9f\x98\x80"), std::string::npos);
}

TEST(JsonText, broken_utf8_becomes_a_replacement) {
    EXPECT_EQ(safe_json("\"\xff\xc3\""), "\"\\ufffd\\ufffd\"");
    EXPECT_EQ(safe_json("\"\xed\xa0\x80\""), "\"\\ufffd\\ufffd\\ufffd\"");
    EXPECT_EQ(safe_json("\"\xf0\x9f\x98"), "\"\\ufffd\\ufffd\\ufffd");
}

TEST(TimeText, spans_and_clocks) {
    EXPECT_EQ(clock_text(0s), "00:00");
    EXPECT_EQ(clock_text(190s), "03:10");
    EXPECT_EQ(clock_text(3600s), "1:00:00");
    EXPECT_EQ(clock_text(47h + 59min + 59s), "47:59:59");
    EXPECT_EQ(clock_text(50h), "2d 02h");
    EXPECT_EQ(clock_text(-5s), "00:00");
    EXPECT_EQ(span_text(-1s), "now");
    EXPECT_EQ(span_text(999ms), "now");
    EXPECT_EQ(span_text(119s), "119 s");
    EXPECT_EQ(span_text(2min), "2 min");
    EXPECT_EQ(span_text(2h), "2 h");
    EXPECT_EQ(span_text(48h), "2 days");
    EXPECT_EQ(date_text(core::from_unix_seconds(1'795'250'914)), "2026-11-21 08:48 UTC");
}

}  // namespace
}  // namespace overnight::cli
