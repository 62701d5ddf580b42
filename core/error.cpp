#include "core/error.hpp"

namespace overnight::core {

std::string_view name(Errc code) noexcept {
    switch (code) {
    case Errc::invalid_input:
        return "invalid_input";
    case Errc::configuration:
        return "configuration";
    case Errc::not_found:
        return "not_found";
    case Errc::conflict:
        return "conflict";
    case Errc::unauthorized:
        return "unauthorized";
    case Errc::rate_limited:
        return "rate_limited";
    case Errc::unavailable:
        return "unavailable";
    case Errc::timed_out:
        return "timed_out";
    case Errc::cancelled:
        return "cancelled";
    case Errc::protocol:
        return "protocol";
    case Errc::corrupt:
        return "corrupt";
    case Errc::out_of_space:
        return "out_of_space";
    case Errc::held:
        return "held";
    case Errc::internal:
        return "internal";
    }
    return "unknown";
}

std::string Error::describe() const {
    std::string text = message_;
    for (const auto& line : context_)
        text += " [while " + line + "]";
    return text;
}

}  // namespace overnight::core
