#include "store/writer_gate.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <thread>

namespace overnight::store {

using core::Errc;
using core::Error;
using core::Result;

namespace {

struct flock whole_file(short kind) {
    struct flock lock {};
    lock.l_type = kind;
    lock.l_whence = SEEK_SET;
    return lock;
}

}  // namespace

Result<std::unique_ptr<WriterGate>> WriterGate::open(const std::filesystem::path& dir,
                                                     std::chrono::milliseconds patience) {
    auto path = dir / "writer.lock";
    jsonl::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file)
        return jsonl::system_error(errno, "cannot open " + jsonl::shown(path), Errc::configuration);
    return std::unique_ptr<WriterGate>(new WriterGate(std::move(file), std::move(path), patience));
}

// Not an open-file-description lock as the roles have: of those the kernel does not tell the owner.
Result<WriterGate::Pass> WriterGate::enter() {
    const auto end = std::chrono::steady_clock::now() + patience_;
    if (!threads_.try_lock_until(end))
        return Error(Errc::unavailable,
                     "another thread of this process writes to the store and "
                     "does not come to an end");
    auto pause = std::chrono::microseconds(200);
    for (;;) {
        struct flock lock = whole_file(F_WRLCK);
        if (::fcntl(file_.get(), F_SETLK, &lock) == 0) return Pass(*this);
        const int failure = errno;
        if (failure != EAGAIN && failure != EACCES && failure != EINTR) {
            threads_.unlock();
            return jsonl::system_error(failure, "cannot lock " + jsonl::shown(path_),
                                       Errc::unavailable);
        }
        if (std::chrono::steady_clock::now() >= end) break;
        std::this_thread::sleep_for(pause);
        pause = std::min(2 * pause, std::chrono::microseconds(10'000));
    }
    threads_.unlock();
    return still_taken();
}

Error WriterGate::still_taken() const {
    struct flock lock = whole_file(F_WRLCK);
    const bool known = ::fcntl(file_.get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    const std::string who =
        known ? "process " + std::to_string(lock.l_pid) : std::string("another process");
    return {Errc::unavailable,
            who + " writes to the state and has not come to an end for " +
                std::to_string(patience_.count() / 1000) +
                " s: if it is stopped (fg, kill -CONT), let it go on, or end it; then start again"};
}

void WriterGate::leave() noexcept {
    struct flock lock = whole_file(F_UNLCK);
    (void)::fcntl(file_.get(), F_SETLK, &lock);
    threads_.unlock();
}

}  // namespace overnight::store
