#include "store/role_lock.hpp"

#include "jsonl/fd.hpp"
#include "jsonl/random_reader.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace overnight::store {
namespace {

std::filesystem::path lock_file(const std::filesystem::path& state_dir, Role role) {
    return state_dir / (std::string(name(role)) + ".lock");
}

struct flock whole_file(short kind) {
    struct flock lock {};
    lock.l_type = kind;
    lock.l_whence = SEEK_SET;
    return lock;
}

}  // namespace

std::string_view name(Role role) noexcept {
    switch (role) {
    case Role::submit:
        return "submit";
    case Role::poll:
        return "poll";
    case Role::reconcile:
        return "reconcile";
    case Role::plan:
        return "plan";
    }
    return "?";
}

core::Result<std::optional<RoleLock>> RoleLock::try_take(const std::filesystem::path& state_dir,
                                                         Role role) {
    const auto path = lock_file(state_dir, role);
    const std::string failed = "cannot lock " + jsonl::shown(path);
    jsonl::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) return jsonl::system_error(errno, failed, core::Errc::configuration);
    // Open-file-description locks are not dropped when another descriptor of the file is closed,
    // and two of one process exclude each other.
    struct flock lock = whole_file(F_WRLCK);
    if (::fcntl(fd.get(), F_OFD_SETLK, &lock) != 0) {
        if (errno == EAGAIN || errno == EACCES) return std::optional<RoleLock>{};
        return jsonl::system_error(errno, failed, core::Errc::configuration);
    }
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd.get(), 0) != 0 ||
        ::pwrite(fd.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
        return jsonl::system_error(errno, failed, core::Errc::unavailable);
    const int held = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3);  // shares the lock
    if (held < 0) return jsonl::system_error(errno, failed, core::Errc::unavailable);
    return std::optional<RoleLock>{RoleLock(held)};
}

std::string RoleLock::owner(const std::filesystem::path& state_dir, Role role) {
    const auto path = lock_file(state_dir, role);
    const jsonl::Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    struct flock lock = whole_file(F_WRLCK);
    if (!fd || ::fcntl(fd.get(), F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return {};
    auto text = jsonl::read_small_file(path, 32);
    if (!text) return {};
    while (!text->empty() && text->back() == '\n')
        text->pop_back();
    if (text->find_first_not_of("0123456789") != std::string::npos) return {};
    return *std::move(text);
}

RoleLock& RoleLock::operator=(RoleLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

RoleLock::~RoleLock() {
    if (fd_ >= 0) ::close(fd_);
}

}  // namespace overnight::store
