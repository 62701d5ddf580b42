// Reading parts of a file by offset, and whole small files.
#pragma once

#include "core/error.hpp"
#include "jsonl/fd.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace overnight::jsonl {

/// Reads ranges of one regular file. The file may grow while it is open. read() is safe from
/// several threads.
class RandomReader {
public:
    static Result<RandomReader> open(const std::filesystem::path& path,
                                     Symlinks symlinks = Symlinks::follow);

    /// Bytes in the file now.
    Result<std::uint64_t> size() const;
    /// Replaces `out` by exactly `length` bytes from `offset`. A range that the file does not have
    /// is Errc::corrupt and costs no memory; a failing disk is Errc::unavailable.
    Result<> read(std::uint64_t offset, std::uint64_t length, std::string& out) const;
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    RandomReader(Fd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
    Fd fd_;
    std::filesystem::path path_;
};

/// A whole regular file of at most `max_bytes`; larger is Errc::invalid_input, missing
/// Errc::not_found. Never waits on a FIFO or a device.
Result<std::string> read_small_file(const std::filesystem::path& path,
                                    std::size_t max_bytes,
                                    Symlinks symlinks = Symlinks::follow);

}  // namespace overnight::jsonl
