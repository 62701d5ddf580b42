#include "cli/listen_address.hpp"

#include "core/text.hpp"

#include <arpa/inet.h>
#include <charconv>

namespace overnight::cli {
namespace {

bool is_loopback(const std::string& address) {
    in_addr v4{};
    if (::inet_pton(AF_INET, address.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
    in6_addr v6{};
    return ::inet_pton(AF_INET6, address.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace

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
    if (!is_loopback(listen.address))
        return core::Error(core::Errc::invalid_input,
                           "the emulator asks for no key, so it listens on this machine only "
                           "(127.0.0.1, [::1], localhost), not on '" +
                               core::printable(text, 80) + "'");
    return listen;
}

}  // namespace overnight::cli
