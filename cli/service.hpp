// Talking to the service manager (sd_notify). Without one every call does nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace overnight::cli {

void service_ready();
/// One line; never prompts or answers.
void service_status(std::string_view line);
void service_alive();
void service_stopping();

/// How often the manager wants to hear from us; nothing when it has no watchdog.
std::optional<std::chrono::milliseconds> service_watchdog();

}  // namespace overnight::cli
