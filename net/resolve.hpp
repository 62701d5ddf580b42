// Names to addresses.
#pragma once

#include "core/error.hpp"
#include "net/base_url.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <vector>

namespace overnight::net {

/// The addresses that `url` may be reached at, IPv6 and IPv4 in turn. Only what address_policy()
/// allows. Cancellation takes effect at once, though a look-up that the system's resolver has begun
/// ends later, on a thread of its own.
boost::asio::awaitable<core::Result<std::vector<boost::asio::ip::tcp::endpoint>>> resolve(
    const BaseUrl& url, AddressPolicy policy);

}  // namespace overnight::net
