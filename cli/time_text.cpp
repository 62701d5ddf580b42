#include "cli/time_text.hpp"

#include <cstdio>

namespace overnight::cli {

using namespace std::chrono_literals;

std::string clock_text(std::chrono::seconds span) {
    const auto s = std::max<std::int64_t>(span.count(), 0);
    char text[48];
    if (s >= 2 * 86'400) {
        std::snprintf(text, sizeof text, "%lldd %02lldh", static_cast<long long>(s / 86'400),
                      static_cast<long long>(s % 86'400 / 3'600));
    } else if (s >= 3'600) {
        std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", static_cast<long long>(s / 3'600),
                      static_cast<long long>(s % 3'600 / 60), static_cast<long long>(s % 60));
    } else {
        std::snprintf(text, sizeof text, "%02lld:%02lld", static_cast<long long>(s / 60),
                      static_cast<long long>(s % 60));
    }
    return text;
}

std::string span_text(std::chrono::milliseconds span) {
    const auto s = std::chrono::duration_cast<std::chrono::seconds>(span).count();
    if (s < 1) return "now";
    if (s < 120) return std::to_string(s) + " s";
    if (s < 120 * 60) return std::to_string(s / 60) + " min";
    if (s < 48 * 3'600) return std::to_string(s / 3'600) + " h";
    return std::to_string(s / 86'400) + " days";
}

std::string date_text(core::TimePoint t) {
    std::string text = core::iso8601(t);  // 2026-11-21T08:48:34Z
    if (text.size() < 17) return text;
    text[10] = ' ';
    return text.substr(0, 16) + " UTC";
}

}  // namespace overnight::cli
