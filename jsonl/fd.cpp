#include "jsonl/fd.hpp"

#include "core/text.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace overnight::jsonl {
namespace {

/// What the operator does next; empty where the system's words say it all.
std::string_view advice(int error_number) {
    switch (error_number) {
    case ENOSPC:
        return ": free some space on that file system, then start again";
    case EDQUOT:
        return ": free some of your disk quota, then start again";
    case EFBIG:
        return ": raise the file size limit (ulimit -f, LimitFSIZE=), then start again";
    case EROFS:
        return ": in a service, allow the folder with ReadWritePaths=";
    case EACCES:
    case EPERM:
        return ": check the owner and mode of the path";
    case EMFILE:
        return ": raise the limit of open files (ulimit -n, LimitNOFILE=)";
    case EIO:
        return ": the disk reports errors, check it";
    default:
        return "";
    }
}

Errc code_of(int error_number, Errc otherwise) {
    switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return Errc::out_of_space;
    case ENOENT:
        return Errc::not_found;
    case EEXIST:
        return Errc::conflict;
    default:
        return otherwise;
    }
}

std::string_view kind_of(mode_t mode) {
    if (S_ISDIR(mode)) return "a folder";
    if (S_ISFIFO(mode)) return "a FIFO";
    if (S_ISSOCK(mode)) return "a socket";
    return "a device";
}

}  // namespace

Fd::~Fd() {
    close();
}

int Fd::close() noexcept {
    if (fd_ < 0) return 0;
    const int result = ::close(std::exchange(fd_, -1));
    return result == 0 || errno == EINTR ? 0 : errno;
}

Error system_error(int error_number, std::string_view doing, Errc otherwise) {
    std::string message(doing);
    message += ": ";
    message += std::generic_category().message(error_number);
    message += advice(error_number);
    return {code_of(error_number, otherwise), std::move(message)};
}

std::string shown(const std::filesystem::path& path) {
    return core::printable(path.native(), 4096);
}

Result<Fd> open_regular(const std::filesystem::path& path, Symlinks symlinks) {
    // O_NONBLOCK: opening a FIFO must not wait for its writer; it has no effect on regular files. A
    // socket fails with ENXIO here, so that its kind is asked for separately.
    const int no_follow = symlinks == Symlinks::refuse ? O_NOFOLLOW : 0;
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | no_follow));
    const int failure = fd ? 0 : errno;
    struct stat status {};
    const bool known = (fd ? ::fstat(fd.get(), &status) : ::lstat(path.c_str(), &status)) == 0;
    if (failure == ENOENT)
        return Error(Errc::not_found,
                     shown(path) + " does not exist: check the path and the current folder");
    if (failure == ELOOP && symlinks == Symlinks::refuse)
        return Error(
            Errc::invalid_input,
            shown(path) + " is a symbolic link, which is not followed here: name the file itself");
    if (known && !S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) {
        std::string message = shown(path) + " is " + std::string(kind_of(status.st_mode)) +
                              ", not a regular file: name a file";
        if (S_ISFIFO(status.st_mode))
            message += ", or pass the data on standard input where \"-\" is allowed";
        return Error(Errc::invalid_input, std::move(message));
    }
    if (!fd) return system_error(failure, "cannot open " + shown(path), Errc::invalid_input);
    if (!known) return system_error(errno, "cannot look at " + shown(path), Errc::unavailable);
    return fd;
}

}  // namespace overnight::jsonl
