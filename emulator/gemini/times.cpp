// RFC 3339 with nanoseconds.
#include "emulator/gemini/times.hpp"

namespace overnight::emulator::gemini {

std::string timestamp(core::TimePoint time) {
    std::string text = core::iso8601(time);
    text.pop_back();
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    const std::string rest = std::to_string((time - whole).count());
    text += '.' + std::string(3 - rest.size(), '0') + rest + "000000Z";
    return text;
}

}  // namespace overnight::emulator::gemini
