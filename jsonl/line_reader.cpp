#include "jsonl/line_reader.hpp"

#include "core/text.hpp"
#include "jsonl/input_buffer.hpp"

namespace overnight::jsonl {

static_assert(LineReader::padding <= InputBuffer::padding_bytes);

Result<LineReader> LineReader::open(const std::filesystem::path& path, LineLimits limits) {
    OVERNIGHT_TRY_ASSIGN(auto input, InputBuffer::open(path, limits.read_bytes));
    LineReader reader(Fd(), std::string(), limits);
    reader.input_ = std::move(input);
    return reader;
}

LineReader::LineReader(Fd fd, std::string name, LineLimits limits)
    : input_(std::make_unique<InputBuffer>(std::move(fd), std::move(name), limits.read_bytes)),
      limits_(limits) {}
LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;
LineReader::~LineReader() = default;

Result<bool> LineReader::next(Line& line) {
    if (failed_) return *failed_;
    Result<bool> found = look(line);
    if (!found) failed_ = found.error();
    return found;
}

Result<bool> LineReader::look(Line& line) {
    if (input_->offset() == 0) OVERNIGHT_TRY(input_->skip_byte_order_mark());
    for (;;) {
        OVERNIGHT_TRY_ASSIGN(const auto found, input_->find_line(limits_.line_bytes));
        if (!found) return false;
        if (found->total == 0)
            return Error(Errc::invalid_input,
                         input_->name() + ", line " + std::to_string(number_ + 1) +
                             ": the line is longer than " + core::bytes_text(limits_.line_bytes) +
                             ": split it, or check that the file has line ends");
        line.text = input_->window().substr(0, found->text);
        line.offset = input_->offset();
        line.number = ++number_;
        input_->consume(found->total);
        if (limits_.blank_lines == BlankLines::keep ||
            line.text.find_first_not_of(" \t\r") != std::string_view::npos)
            return true;
    }
}

}  // namespace overnight::jsonl
