// How much memory this process, and with it the emulator, has needed.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OVERNIGHT_MEASURE_MEMORY 0
#else
#define OVERNIGHT_MEASURE_MEMORY 1
#endif

namespace overnight::test {

/// The greatest resident size so far, in bytes.
[[maybe_unused]] inline std::uint64_t peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("VmHWM:", 0) == 0) return std::stoull(line.substr(6)) * 1'024;
    }
    return 0;
}

[[maybe_unused]] inline void forget_peak() {
    std::ofstream("/proc/self/clear_refs") << "5";
}

}  // namespace overnight::test
