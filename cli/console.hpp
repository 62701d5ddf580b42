// The two streams of a command. Standard output is the answer, and whether all of it was written
// counts for the exit code; standard error is for people, and for programs that want progress as
// JSON lines.
#pragma once

#include "cli/args.hpp"
#include "core/error.hpp"

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace overnight::cli {

/// Thread-safe. What is given must be printable already: remote and user text goes through
/// core::printable first.
class Console {
public:
    /// The descriptors stay open and belong to the caller.
    Console(int out, int err, Form form, Quiet quiet);

    Form form() const noexcept { return form_; }
    Quiet quiet() const noexcept { return quiet_; }
    /// Standard error is a terminal that a line can be redrawn on.
    bool live() const noexcept { return live_; }
    /// Columns of that terminal now.
    std::size_t width() const;

    /// Standard output, as it is.
    void out(std::string_view text);
    /// A line for people. With --json an object {"type":"note",..}; nothing when quiet.
    void note(std::string_view line);
    /// As note(), also when quiet.
    void warn(std::string_view line);
    /// Text form: "overnight: ...". With --json standard output gets the error object as well,
    /// unless it has something already.
    void error(const core::Error& error);
    /// A line on standard error as it is; for JSON progress.
    void raw_line(std::string_view line);
    /// Draws `line` in place of the one drawn before; live() only. Empty clears.
    void draw(std::string_view line);

    /// Writes what is buffered. The error of this or any earlier write to standard output.
    core::Result<> finish();
    /// The reader of standard output went away, as head does: no news to anybody.
    bool reader_gone() const;

private:
    void flush_out();
    void err_line(std::string_view prefix, std::string_view line, std::string_view type);
    void clear_drawn();

    mutable std::mutex mutex_;
    int out_;
    int err_;
    Form form_;
    Quiet quiet_;
    bool live_;
    bool drawn_ = false;
    bool wrote_out_ = false;
    std::string buffer_;
    int out_errno_ = 0;
};

/// Writes all of it; 0 or an errno.
int write_all(int fd, std::string_view bytes) noexcept;

}  // namespace overnight::cli
