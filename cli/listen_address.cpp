#include "cli/listen_address.hpp"

#include "core/text.hpp"

#include <charconv>

namespace overnight::cli {

core::Result<ListenAddress> parse_listen_address(std::string_view text) {
    const core::Error bad(core::Errc::invalid_input,
                          "'" + core::printable(text, 80) +
                              "' is no address; write 127.0.0.1:PORT, port 0 picks one");
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return bad;
    std::string_view address = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    if (address.starts_with('[') != address.ends_with(']')) return bad;
    if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
    if (address.empty()) return bad;
    ListenAddress listen{address == "localhost" ? "127.0.0.1" : std::string(address), 0};
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), listen.port);
    if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size())
        return bad;
    return listen;
}

}  // namespace overnight::cli
