#include "jsonl/durable_file.hpp"

#include "core/bytes.hpp"
#include "core/fault_point.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdio.h>  // renameat2
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace overnight::jsonl {
namespace {

constexpr std::size_t buffer_bytes = 256u << 10;

/// Refuses a name that can never be taken, and one that is taken already.
Result<> check_name(const std::filesystem::path& path, Replace replace) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return {};
    // Replacing the link /dev/stdout, or /dev/null itself, would damage the system.
    const bool link = S_ISLNK(status.st_mode);
    if (link && ::stat(path.c_str(), &status) != 0) status.st_mode = S_IFREG;  // a dangling link
    if (S_ISDIR(status.st_mode))
        return Error(Errc::conflict, shown(path) + " is a folder: name a file to write");
    if (!S_ISREG(status.st_mode))
        return Error(Errc::conflict,
                     shown(path) + " is not a regular file and is not replaced: name another file");
    if (replace == Replace::no)
        return Error(Errc::conflict,
                     shown(path) + " exists already: move it away, or choose to replace it");
    return {};
}

int fsync_retrying(int fd) {
    int result = 0;
    do {
        result = ::fsync(fd);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

/// Gives `from` the name `to`, atomically and only if it is free. 0 or an errno.
int rename_if_free(int directory, const char* from, const char* to) {
    if (::renameat2(directory, from, directory, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    // A file system without the flag; a hard link refuses a taken name as well.
    if (::linkat(directory, from, directory, to, 0) != 0) return errno;
    ::unlinkat(directory, from, 0);
    return 0;
}

}  // namespace

Result<DurableFile> DurableFile::create(const std::filesystem::path& final_path,
                                        Replace replace,
                                        unsigned mode,
                                        std::string_view label) {
    if (!final_path.has_filename() || final_path.filename() == "." || final_path.filename() == "..")
        return Error(Errc::conflict, shown(final_path) + " is a folder: name a file to write");
    OVERNIGHT_TRY(check_name(final_path, replace));

    DurableFile file;
    file.final_path_ = final_path;
    file.final_name_ = final_path.filename().native();
    file.label_ = label;
    file.replace_ = replace;
    const std::filesystem::path folder =
        final_path.has_parent_path() ? final_path.parent_path() : ".";
    file.directory_ = Fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!file.directory_) {
        const int failure = errno;
        if (failure == ENOENT)
            return Error(Errc::configuration,
                         "the folder " + shown(folder) + " does not exist: create it first");
        return system_error(failure, "cannot open the folder " + shown(folder),
                            Errc::configuration);
    }
    std::string temporary = std::string(temporary_prefix) + core::base32(core::random_bytes(10));
    file.file_ = Fd(::openat(file.directory_.get(), temporary.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                             static_cast<mode_t>(mode)));
    if (!file.file_)
        return system_error(errno, "cannot create a file in " + shown(folder), Errc::configuration);
    file.temporary_name_ = std::move(temporary);
    // Tells sweep_temporaries() that we live; best effort where the file system has no locks.
    (void)::flock(file.file_.get(), LOCK_EX | LOCK_NB);
    return file;
}

DurableFile& DurableFile::operator=(DurableFile&& other) noexcept {
    if (this == &other) return *this;
    discard();
    final_path_ = std::move(other.final_path_);
    final_name_ = std::move(other.final_name_);
    temporary_name_ = std::exchange(other.temporary_name_, {});
    label_ = std::move(other.label_);
    replace_ = other.replace_;
    directory_ = std::move(other.directory_);
    file_ = std::move(other.file_);
    buffer_ = std::move(other.buffer_);
    bytes_ = other.bytes_;
    failed_ = other.failed_;
    return *this;
}

DurableFile::~DurableFile() {
    discard();
}

void DurableFile::discard() noexcept {
    if (!temporary_name_.empty() && directory_)
        ::unlinkat(directory_.get(), temporary_name_.c_str(), 0);
    temporary_name_.clear();
    file_.close();
}

Result<> DurableFile::fail(int error_number, std::string_view doing) {
    failed_ = true;
    return system_error(error_number, std::string(doing) + " " + shown(final_path_),
                        Errc::unavailable);
}

Result<> DurableFile::write_out(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(file_.get(), bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return fail(wrote < 0 ? errno : EIO, "cannot write");
        bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return {};
}

Result<> DurableFile::flush() {
    OVERNIGHT_TRY(write_out(buffer_));
    buffer_.clear();
    return {};
}

Result<> DurableFile::write(std::string_view bytes) {
    if (failed_)
        return Error(Errc::unavailable, "an earlier write of " + shown(final_path_) + " failed");
    bytes_ += bytes.size();
    if (buffer_.size() + bytes.size() > buffer_bytes) OVERNIGHT_TRY(flush());
    if (bytes.size() >= buffer_bytes) return write_out(bytes);
    if (buffer_.capacity() < buffer_bytes) buffer_.reserve(buffer_bytes);
    buffer_.append(bytes);
    return {};
}

Result<> DurableFile::commit() && {
    if (failed_)
        return Error(Errc::unavailable, "an earlier write of " + shown(final_path_) + " failed");
    if (auto published = publish(); !published) {
        discard();
        return published;
    }
    core::fault_point((label_ + ".renamed").c_str());
    if (const int failure = fsync_retrying(directory_.get()); failure != 0 && failure != EINVAL)
        return system_error(
            failure, shown(final_path_) + " is complete, but its name may not survive a power loss",
            Errc::unavailable);
    return {};
}

Result<> DurableFile::publish() {
    OVERNIGHT_TRY(flush());
    core::fault_point((label_ + ".written").c_str());
    // After a failed fsync the pages are lost though the next one may succeed: this file is never
    // tried again.
    if (const int failure = fsync_retrying(file_.get()))
        return fail(failure, "cannot write to disk");
    // A second descriptor keeps the lock until the file has its name.
    const Fd hold(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 3));
    if (const int failure = file_.close()) return fail(failure, "cannot close");
    core::fault_point((label_ + ".synced").c_str());
    int failure = 0;
    if (replace_ == Replace::no) {
        failure = rename_if_free(directory_.get(), temporary_name_.c_str(), final_name_.c_str());
    } else if (::renameat(directory_.get(), temporary_name_.c_str(), directory_.get(),
                          final_name_.c_str()) != 0) {
        failure = errno;
    }
    if (failure == EEXIST)
        return Error(
            Errc::conflict,
            shown(final_path_) + " appeared meanwhile: move it away, or choose to replace it");
    if (failure == ENOENT)
        return Error(Errc::unavailable, "cannot name " + shown(final_path_) +
                                            ": its folder or the file was removed meanwhile");
    if (failure != 0) return fail(failure, "cannot name");
    temporary_name_.clear();
    return {};
}

}  // namespace overnight::jsonl
