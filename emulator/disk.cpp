// POSIX files.
#include "emulator/disk.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace overnight::emulator {

namespace {

constexpr std::size_t buffer_bytes = 1u << 20;

core::Error system_error(const std::string& doing, int code) {
    const core::Errc errc = code == ENOSPC || code == EDQUOT ? core::Errc::out_of_space
                            : code == ENOENT                 ? core::Errc::not_found
                                                             : core::Errc::internal;
    return {errc, doing + ": " + std::generic_category().message(code)};
}

core::Result<Descriptor> open_file(const std::filesystem::path& path, int flags) {
    Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    if (!file) return system_error("cannot open " + path.string(), errno);
    return file;
}

}  // namespace

void Descriptor::reset() noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

core::Result<Descriptor> open_for_reading(const std::filesystem::path& path, std::uint64_t offset) {
    OVERNIGHT_TRY_ASSIGN(Descriptor file, open_file(path, O_RDONLY));
    if (offset > 0 && ::lseek(file.get(), static_cast<off_t>(offset), SEEK_SET) < 0)
        return system_error("cannot seek in " + path.string(), errno);
    return file;
}

core::Result<Descriptor> open_for_appending(const std::filesystem::path& path) {
    return open_file(path, O_WRONLY | O_CREAT | O_APPEND);
}

core::Result<> write_all(const Descriptor& file, std::string_view data) {
    while (!data.empty()) {
        const ssize_t n = ::write(file.get(), data.data(), data.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_error("cannot write", errno);
        data.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

core::Result<std::size_t> read_at(const Descriptor& file,
                                  char* buffer,
                                  std::size_t size,
                                  std::uint64_t offset) {
    std::size_t done = 0;
    while (done < size) {
        const ssize_t n =
            ::pread(file.get(), buffer + done, size - done, static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_error("cannot read", errno);
        if (n == 0) break;
        done += static_cast<std::size_t>(n);
    }
    return done;
}

core::Result<FileWriter> FileWriter::create(std::filesystem::path path) {
    OVERNIGHT_TRY_ASSIGN(Descriptor file, open_file(path, O_WRONLY | O_CREAT | O_TRUNC));
    return FileWriter(std::move(path), std::move(file));
}

core::Result<> FileWriter::append(std::string_view data) {
    bytes_ += data.size();
    if (buffer_.empty() && data.size() >= buffer_bytes) return write_all(file_, data);
    buffer_ += data;
    if (buffer_.size() >= buffer_bytes) return flush();
    return {};
}

core::Result<> FileWriter::flush() {
    OVERNIGHT_TRY(write_all(file_, buffer_));
    buffer_.clear();
    return {};
}

LineReader::LineReader(Descriptor file, std::size_t max_line_bytes)
    : file_(std::move(file)), max_line_(max_line_bytes), buffer_(buffer_bytes + padding) {}

core::Result<std::optional<std::string_view>> LineReader::next() {
    std::size_t searched = 0;
    while (true) {
        const char* const start = buffer_.data() + begin_;
        const std::size_t have = end_ - begin_;
        const void* const found = std::memchr(start + searched, '\n', have - searched);
        if (found != nullptr) {
            const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - start);
            begin_ += length + 1;
            return std::optional(std::string_view(start, length));
        }
        if (at_end_) {
            begin_ = end_;
            if (have == 0) return std::optional<std::string_view>();
            return std::optional(std::string_view(start, have));
        }
        if (have > max_line_)
            return core::Error(core::Errc::invalid_input, "a line is longer than the limit");
        searched = have;
        OVERNIGHT_TRY(fill());
    }
}

core::Result<> LineReader::fill() {
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ + padding == buffer_.size()) buffer_.resize(buffer_.size() * 2);
    const std::size_t room = buffer_.size() - padding - end_;
    ssize_t n = 0;
    do {
        n = ::read(file_.get(), buffer_.data() + end_, room);
    } while (n < 0 && errno == EINTR);
    if (n < 0) return system_error("cannot read", errno);
    at_end_ = n == 0;
    end_ += static_cast<std::size_t>(n);
    return {};
}

core::Result<> keep_lines(const std::filesystem::path& path, std::uint64_t count) {
    OVERNIGHT_TRY_ASSIGN(Descriptor file, open_for_reading(path));
    LineReader lines(std::move(file));
    std::uint64_t kept = 0;
    for (; count > 0; --count) {
        OVERNIGHT_TRY_ASSIGN(const auto line, lines.next());
        if (!line) return {};
        kept += line->size() + 1;
    }
    std::error_code error;
    if (std::filesystem::file_size(path, error) > kept && !error)
        std::filesystem::resize_file(path, kept, error);
    if (error)
        return core::Error(core::Errc::internal,
                           "cannot cut " + path.string() + ": " + error.message());
    return {};
}

}  // namespace overnight::emulator
