#include "cli/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace overnight::cli {

bool hold_standard_streams() noexcept {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        if (::fcntl(fd, F_GETFD) >= 0) continue;
        // The lowest free number, which is this one: those below are taken by now.
        if (::open("/dev/null", fd == STDERR_FILENO ? O_RDWR : O_RDONLY) != fd) return false;
    }
    return true;
}

}  // namespace overnight::cli
