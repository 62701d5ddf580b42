#include "jsonl/directory.hpp"

#include "jsonl/fd.hpp"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace overnight::jsonl {
namespace {

std::filesystem::path parent_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// Drops a trailing slash, so that the parent of "a/b/" is "a".
std::filesystem::path without_slash(const std::filesystem::path& path) {
    return path.has_filename() || !path.has_relative_path() ? path : path.parent_path();
}

Result<> create_with_parents(const std::filesystem::path& path) {
    if (::mkdir(path.c_str(), 0700) == 0) return sync_directory(parent_of(path));
    if (errno == EEXIST) return {};
    if (errno != ENOENT || !path.has_parent_path() || parent_of(path) == path)
        return system_error(errno, "cannot create the folder " + shown(path), Errc::configuration);
    OVERNIGHT_TRY(create_with_parents(without_slash(parent_of(path))));
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return system_error(errno, "cannot create the folder " + shown(path), Errc::configuration);
    return sync_directory(parent_of(path));
}

/// True when a living process holds the file (DurableFile locks its temporary).
bool held(const Fd& fd) {
    return ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace

Result<> make_private_directory(const std::filesystem::path& wanted) {
    const std::filesystem::path path = without_slash(wanted);
    OVERNIGHT_TRY(create_with_parents(path));
    const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) {
        const int failure = errno;
        if (failure == ELOOP || failure == ENOTDIR)
            return Error(
                Errc::configuration,
                shown(path) + " is not a folder (or is a symbolic link): name another folder");
        return system_error(failure, "cannot open the folder " + shown(path), Errc::configuration);
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0)
        return system_error(errno, "cannot look at " + shown(path), Errc::unavailable);
    if (status.st_uid != ::geteuid())
        return Error(Errc::configuration,
                     shown(path) + " belongs to another user: name a folder of your own");
    if ((status.st_mode & 0077) != 0)
        return Error(
            Errc::configuration,
            shown(path) +
                " is open to other users: run chmod 700 on it, after checking what it holds");
    return {};
}

Result<> sync_directory(const std::filesystem::path& path) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return system_error(errno, "cannot open the folder " + shown(path), Errc::unavailable);
    // EINVAL: a file system that has no sync of folders.
    if (::fsync(fd.get()) != 0 && errno != EINVAL)
        return system_error(errno, "cannot sync the folder " + shown(path), Errc::unavailable);
    return {};
}

Result<> sweep_temporaries(const std::filesystem::path& path) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd && errno == ENOENT) return {};
    if (!fd) return system_error(errno, "cannot open the folder " + shown(path), Errc::unavailable);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(
        ::fdopendir(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)), ::closedir);
    if (!entries)
        return system_error(errno, "cannot list the folder " + shown(path), Errc::unavailable);
    while (const dirent* entry = ::readdir(entries.get())) {
        if (!std::string_view(entry->d_name).starts_with(temporary_prefix)) continue;
        const Fd file(
            ::openat(fd.get(), entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        struct stat status {};
        if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || held(file))
            continue;
        if (::unlinkat(fd.get(), entry->d_name, 0) != 0 && errno != ENOENT)
            return system_error(errno, "cannot remove " + shown(path / entry->d_name),
                                Errc::unavailable);
    }
    return {};
}

}  // namespace overnight::jsonl
