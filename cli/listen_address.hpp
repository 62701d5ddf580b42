// ADDR:PORT of `overnight emulator --listen`.
#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace overnight::cli {

struct ListenAddress {
    std::string address;  ///< without brackets
    std::uint16_t port = 0;
};

/// "127.0.0.1:8080", "[::1]:0", "localhost:0" (which is 127.0.0.1): loopback only.
/// Errc::invalid_input.
core::Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace overnight::cli
