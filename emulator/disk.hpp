// Plain POSIX files: an owned descriptor, a buffered writer and a reader of lines.
#pragma once

#include "core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace overnight::emulator {

/// Owns a file descriptor.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        reset();
        fd_ = std::exchange(other.fd_, -1);
        return *this;
    }
    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }

private:
    void reset() noexcept;
    int fd_ = -1;
};

/// It reads from `offset` on.
core::Result<Descriptor> open_for_reading(const std::filesystem::path& path,
                                          std::uint64_t offset = 0);
core::Result<Descriptor> open_for_appending(const std::filesystem::path& path);
/// All of `data`, in one write(2) when the kernel takes it whole.
core::Result<> write_all(const Descriptor& file, std::string_view data);
/// Exactly `size` bytes at `offset`, or as many as the file has.
core::Result<std::size_t> read_at(const Descriptor& file,
                                  char* buffer,
                                  std::size_t size,
                                  std::uint64_t offset);

/// Creates or replaces a file and writes it through a buffer. What was not flushed is lost with the
/// object.
class FileWriter {
public:
    static core::Result<FileWriter> create(std::filesystem::path path);

    core::Result<> append(std::string_view data);
    core::Result<> flush();
    std::uint64_t bytes() const noexcept { return bytes_; }  ///< appended so far
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    FileWriter(std::filesystem::path path, Descriptor file)
        : path_(std::move(path)), file_(std::move(file)) {}
    std::filesystem::path path_;
    Descriptor file_;
    std::string buffer_;
    std::uint64_t bytes_ = 0;
};

/// Reads a file line by line. A line ends at "\n", which is not part of it; the last may have none.
/// Behind every line there are at least `padding` readable bytes, as the JSON parser wants them.
class LineReader {
public:
    static constexpr std::size_t padding = 64;

    explicit LineReader(Descriptor file, std::size_t max_line_bytes = 256u << 20);

    /// The next line, valid until the next call; nothing at the end. An over-long line is
    /// Errc::invalid_input.
    core::Result<std::optional<std::string_view>> next();

private:
    core::Result<> fill();
    Descriptor file_;
    std::size_t max_line_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;  ///< of the unread bytes
    std::size_t end_ = 0;
    bool at_end_ = false;
};

/// Cuts everything behind the first `count` lines off a file.
core::Result<> keep_lines(const std::filesystem::path& path, std::uint64_t count);

/// Removes a blob that did not become a file.
class BlobGuard {
public:
    explicit BlobGuard(std::filesystem::path path) : path_(std::move(path)) {}
    ~BlobGuard() {
        std::error_code ignored;
        if (!kept_) std::filesystem::remove(path_, ignored);
    }
    BlobGuard(const BlobGuard&) = delete;
    BlobGuard& operator=(const BlobGuard&) = delete;
    void keep() { kept_ = true; }

private:
    std::filesystem::path path_;
    bool kept_ = false;
};

}  // namespace overnight::emulator
