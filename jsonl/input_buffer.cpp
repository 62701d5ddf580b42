#include "jsonl/input_buffer.hpp"

#include "core/bytes.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace overnight::jsonl {

InputBuffer::InputBuffer(Fd fd, std::string name, std::size_t read_bytes)
    : fd_(std::move(fd)),
      name_(std::move(name)),
      read_bytes_(std::max<std::size_t>(read_bytes, 1)) {
    make_room(0);
}

Result<std::unique_ptr<InputBuffer>> InputBuffer::open(const std::filesystem::path& path,
                                                       std::size_t read_bytes) {
    if (path == "-") {
        Fd fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
        if (!fd) return system_error(errno, "cannot read standard input", Errc::invalid_input);
        return std::make_unique<InputBuffer>(std::move(fd), "standard input", read_bytes);
    }
    OVERNIGHT_TRY_ASSIGN(Fd fd, open_regular(path));
    (void)::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    return std::make_unique<InputBuffer>(std::move(fd), shown(path), read_bytes);
}

void InputBuffer::make_room(std::size_t wanted) {
    const std::size_t held = end_ - begin_;
    (void)crc();  // before the consumed bytes go
    if (!data_ || held + wanted > capacity_) {
        const std::size_t capacity =
            std::max(held + wanted, std::min(capacity_ * 2, held + 2 * wanted));
        auto larger = std::make_unique_for_overwrite<char[]>(capacity + padding_bytes);
        if (held > 0) std::memcpy(larger.get(), data_.get() + begin_, held);
        data_ = std::move(larger);
        capacity_ = capacity;
    } else if (begin_ > 0 && held > 0) {
        std::memmove(data_.get(), data_.get() + begin_, held);
    }
    dropped_ += begin_;
    begin_ = 0;
    end_ = held;
    crc_to_ = 0;
}

Result<> InputBuffer::more() {
    if (at_end_) return {};
    const std::size_t wanted = std::max(read_bytes_, end_ - begin_);
    make_room(wanted);
    const std::size_t target = end_ + wanted;
    while (end_ < target && !at_end_) {
        const ssize_t got =
            ::read(fd_.get(), data_.get() + end_, std::min(read_bytes_, target - end_));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error(errno, "cannot read " + name_, Errc::unavailable);
        if (got == 0) at_end_ = true;
        end_ += static_cast<std::size_t>(got);
    }
    std::memset(data_.get() + end_, 0, padding_bytes);
    return {};
}

std::uint32_t InputBuffer::crc(std::size_t ahead) const noexcept {
    if (crc_to_ < begin_) crc_ = core::crc32c({data_.get() + crc_to_, begin_ - crc_to_}, crc_);
    crc_to_ = begin_;
    return ahead == 0 ? crc_ : core::crc32c(window().substr(0, ahead), crc_);
}

Result<> InputBuffer::skip_byte_order_mark() {
    while (window().size() < 3 && !at_end_)
        OVERNIGHT_TRY(more());
    if (window().starts_with("\xEF\xBB\xBF")) consume(3);
    return {};
}

Result<std::optional<LineExtent>> InputBuffer::find_line(std::size_t max_bytes) {
    std::size_t searched = 0;
    for (;;) {
        const std::string_view in = window();
        const std::size_t newline = in.find('\n', searched);
        const bool found = newline != std::string_view::npos;
        if (!found && !at_end_ && in.size() <= max_bytes + 1) {  // + 1: the CR of a line end
            searched = in.size();
            OVERNIGHT_TRY(more());
            continue;
        }
        if (in.empty()) return std::optional<LineExtent>();
        LineExtent line;
        line.text = found ? newline : in.size();
        line.total = found ? newline + 1 : in.size();
        if (line.text > 0 && in[line.text - 1] == '\r') --line.text;
        if (line.text > max_bytes || (!found && !at_end_)) line.total = 0;
        return std::optional<LineExtent>(line);
    }
}

}  // namespace overnight::jsonl
