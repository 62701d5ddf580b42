#include "jsonl/append_file.hpp"

#include "jsonl/directory.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace overnight::jsonl {

Result<AppendFile> AppendFile::open(const std::filesystem::path& path) {
    Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                 0600));
    if (!fd) return system_error(errno, "cannot open " + shown(path), Errc::unavailable);
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0)
        return system_error(errno, "cannot look at " + shown(path), Errc::unavailable);
    if (!S_ISREG(status.st_mode))
        return Error(Errc::unavailable, shown(path) + " is not a regular file");
    OVERNIGHT_TRY(sync_directory(path.parent_path()));
    return AppendFile(std::move(fd), path, static_cast<std::uint64_t>(status.st_size));
}

/// Takes back what a failed append left behind.
Result<> AppendFile::mend() {
    if (!torn_) return {};
    if (::ftruncate(fd_.get(), static_cast<off_t>(bytes_)) != 0)
        return system_error(errno, "cannot shorten " + shown(path_), Errc::unavailable);
    torn_ = false;
    return {};
}

Result<> AppendFile::append(std::string_view bytes) {
    OVERNIGHT_TRY(mend());
    std::string_view left = bytes;
    while (!left.empty()) {
        const ssize_t wrote = ::write(fd_.get(), left.data(), left.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) {
            const int failure = wrote < 0 ? errno : EIO;
            torn_ = left.size() != bytes.size();
            (void)mend();  // or else before the next one
            return system_error(failure, "cannot write " + shown(path_), Errc::unavailable);
        }
        left.remove_prefix(static_cast<std::size_t>(wrote));
    }
    bytes_ += bytes.size();
    return {};
}

Result<> AppendFile::cut(std::uint64_t bytes) {
    if (bytes >= bytes_) return mend();
    if (::ftruncate(fd_.get(), static_cast<off_t>(bytes)) != 0)
        return system_error(errno, "cannot shorten " + shown(path_), Errc::unavailable);
    bytes_ = bytes;
    torn_ = false;
    return {};
}

Result<> AppendFile::sync() const {
    int result = 0;
    do {
        result = ::fdatasync(fd_.get());
    } while (result != 0 && errno == EINTR);
    if (result == 0) return {};
    return system_error(errno, "cannot write to disk " + shown(path_), Errc::unavailable);
}

Result<> AppendFile::rename(const std::filesystem::path& name) {
    OVERNIGHT_TRY(sync());
    if (::rename(path_.c_str(), name.c_str()) != 0)
        return system_error(errno, "cannot name " + shown(name), Errc::unavailable);
    path_ = name;
    return sync_directory(name.parent_path());
}

}  // namespace overnight::jsonl
