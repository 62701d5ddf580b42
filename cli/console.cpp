#include "cli/console.hpp"

#include "cli/json_text.hpp"
#include "core/text.hpp"
#include "jsonl/fd.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace overnight::cli {
namespace {

constexpr std::size_t out_buffer_bytes = 64u << 10;
constexpr std::size_t usual_width = 80;

bool can_redraw(int fd) noexcept {
    if (::isatty(fd) != 1) return false;
    const char* term = std::getenv("TERM");
    return term && *term && std::strcmp(term, "dumb") != 0;
}

}  // namespace

int write_all(int fd, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const auto n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) {  // somebody else's non-blocking pipe
            pollfd wait{fd, POLLOUT, 0};
            if (::poll(&wait, 1, -1) < 0 && errno != EINTR) return errno;
            continue;
        }
        if (n < 0) return errno;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return 0;
}

Console::Console(int out, int err, Form form, Quiet quiet)
    : out_(out), err_(err), form_(form), quiet_(quiet), live_(can_redraw(err)) {}

std::size_t Console::width() const {
    winsize size{};
    if (::ioctl(err_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual_width;
    return size.ws_col;
}

void Console::out(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (out_errno_ != 0) return;
    wrote_out_ = wrote_out_ || !text.empty();
    buffer_ += text;
    if (buffer_.size() >= out_buffer_bytes) flush_out();
}

void Console::flush_out() {
    clear_drawn();
    if (out_errno_ == 0) out_errno_ = write_all(out_, buffer_);
    buffer_.clear();
}

void Console::clear_drawn() {
    if (!drawn_) return;
    drawn_ = false;
    (void)write_all(err_, "\r\x1b[K");
}

void Console::err_line(std::string_view prefix, std::string_view line, std::string_view type) {
    const std::lock_guard lock(mutex_);
    clear_drawn();
    std::string text;
    if (form_ == Form::json) {
        boost::json::object object;
        object["type"] = type;
        object["message"] = line;
        text = json_line(object);
    } else {
        text.append(prefix).append(line).append("\n");
    }
    (void)write_all(err_, text);
}

void Console::note(std::string_view line) {
    if (quiet_ == Quiet::no) err_line("", line, "note");
}

void Console::warn(std::string_view line) {
    err_line("overnight: warning: ", line, "warning");
}

void Console::error(const core::Error& error) {
    std::string line = error.describe();
    if (!error.remote_detail().empty())
        line += " (the server said: " + core::printable(error.remote_detail()) + ")";
    if (form_ == Form::json) {
        const std::lock_guard lock(mutex_);
        if (!wrote_out_) {
            boost::json::object inner;
            inner["code"] = core::name(error.code());
            inner["message"] = line;
            boost::json::object outer;
            outer["error"] = std::move(inner);
            buffer_ += json_line(outer);
            wrote_out_ = true;
        }
    }
    const std::lock_guard lock(mutex_);
    clear_drawn();
    (void)write_all(err_, "overnight: error: " + line + "\n");
}

void Console::raw_line(std::string_view line) {
    const std::lock_guard lock(mutex_);
    clear_drawn();
    (void)write_all(err_, std::string(line) + "\n");
}

void Console::draw(std::string_view line) {
    const std::lock_guard lock(mutex_);
    clear_drawn();
    if (line.empty()) return;
    drawn_ = write_all(err_, line) == 0;
}

core::Result<> Console::finish() {
    const std::lock_guard lock(mutex_);
    clear_drawn();
    if (!buffer_.empty()) flush_out();
    if (out_errno_ == 0) return {};
    return jsonl::system_error(out_errno_, "cannot write standard output", core::Errc::unavailable);
}

bool Console::reader_gone() const {
    const std::lock_guard lock(mutex_);
    return out_errno_ == EPIPE;
}

}  // namespace overnight::cli
