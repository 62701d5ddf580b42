#include "cli/service.hpp"

#include <systemd/sd-daemon.h>

#include <cstdint>
#include <string>

namespace overnight::cli {

void service_ready() {
    (void)::sd_notify(0, "READY=1");
}

void service_status(std::string_view line) {
    (void)::sd_notify(0, ("STATUS=" + std::string(line)).c_str());
}

void service_alive() {
    (void)::sd_notify(0, "WATCHDOG=1");
}

void service_stopping() {
    (void)::sd_notify(0, "STOPPING=1");
}

std::optional<std::chrono::milliseconds> service_watchdog() {
    std::uint64_t microseconds = 0;
    if (::sd_watchdog_enabled(0, &microseconds) <= 0) return {};
    return std::chrono::milliseconds(microseconds / 1000);
}

}  // namespace overnight::cli
