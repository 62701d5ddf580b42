// How long the stages of the work take, for the benchmark of the whole.
//
// OVERNIGHT_TIMING=FILE in the environment makes each stage append "NAME SECONDS" to FILE; without
// it a stopwatch costs one look at a flag.
#pragma once

#include <chrono>

namespace overnight::core {

class Stopwatch {
public:
    /// `stage` is a literal such as "settle".
    explicit Stopwatch(const char* stage) noexcept
        : stage_(stage), start_(std::chrono::steady_clock::now()) {}
    ~Stopwatch();
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

private:
    const char* stage_;
    std::chrono::steady_clock::time_point start_;
};

}  // namespace overnight::core
