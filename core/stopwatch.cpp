#include "core/stopwatch.hpp"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace overnight::core {
namespace {

int timing_file() noexcept {
    static const int fd = [] {
        const char* file = std::getenv("OVERNIGHT_TIMING");
        return file ? ::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    }();
    return fd;
}

}  // namespace

Stopwatch::~Stopwatch() {
    const int fd = timing_file();
    if (fd < 0) return;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start_;
    char line[96];
    const int n = std::snprintf(line, sizeof line, "%s %.6f\n", stage_, took.count());
    if (n > 0 && ::write(fd, line, static_cast<std::size_t>(n)) < 0) return;
}

}  // namespace overnight::core
