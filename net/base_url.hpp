// Addresses: what a redirect points at, and which addresses a connection may go to.
#pragma once

#include "core/error.hpp"
#include "net/client.hpp"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>

namespace overnight::net {

/// Which addresses a name may lead to. A name that resolves to the inside of our network is an
/// attack or a mistake, unless the configuration itself names such an address.
enum class AddressPolicy { loopback, anywhere, global };

/// Plain http: loopback. A literal address or localhost, written in the configuration: anywhere.
/// Names: global.
AddressPolicy address_policy(const BaseUrl& base);
bool allowed(const boost::asio::ip::address& address, AddressPolicy policy);

/// "host:port", with an IPv6 address in brackets: for messages.
std::string host_and_port(const BaseUrl& url);
/// For the Host header: the port only where it is not the scheme's own.
std::string host_header(const BaseUrl& url);
/// Scheme, host and port are the same.
bool same_origin(const BaseUrl& a, const BaseUrl& b);

struct Destination {
    BaseUrl origin;      ///< path is empty
    std::string target;  ///< path and query
};
/// Where `location`, found in the answer of `from`, leads. https only, or http from loopback to
/// loopback.
core::Result<Destination> follow(const Destination& from, std::string_view location);

}  // namespace overnight::net
