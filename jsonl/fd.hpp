// A file descriptor that closes itself, and the words for a system call that failed.
#pragma once

#include "core/error.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace overnight::jsonl {

using core::Errc;
using core::Error;
using core::Result;

/// Owns a descriptor; -1 is none. Closing in the destructor ignores errors: whoever writes calls
/// close() and looks.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) noexcept : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Fd();

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    /// Closes now. 0, or the errno of close(); EINTR counts as closed, as Linux has it.
    int close() noexcept;

private:
    int fd_ = -1;
};

/// The Error for a system call that failed with `error_number` while `doing` ("cannot write /x/y"):
/// out_of_space for ENOSPC, EDQUOT and EFBIG; not_found for ENOENT; conflict for EEXIST; otherwise
/// `otherwise`. The message ends with the system's words and, where there is one, the next thing to
/// do.
Error system_error(int error_number, std::string_view doing, Errc otherwise);

/// The path as an error shows it: quoted for the terminal, never cut in the middle of a line.
std::string shown(const std::filesystem::path& path);

enum class Symlinks { follow, refuse };

/// Opens a regular file for reading; anything else (directory, FIFO, socket, device) is refused
/// without waiting on it and without side effects. A refusal is Errc::invalid_input, a missing file
/// Errc::not_found.
Result<Fd> open_regular(const std::filesystem::path& path, Symlinks symlinks = Symlinks::follow);

}  // namespace overnight::jsonl
