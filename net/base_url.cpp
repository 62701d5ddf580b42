#include "net/base_url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

namespace overnight::net {
namespace {

namespace asio = boost::asio;
namespace urls = boost::urls;
using core::Errc;
using core::Error;
using core::Result;

bool has_only_visible_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_loopback_host(const std::string& host) {
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(host, ec);
    return ec ? host == "localhost" : address.is_loopback();
}

bool is_host(std::string_view host) {
    if (host.empty() || host.size() > 253) return false;
    return std::all_of(host.begin(), host.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == ':' ||
               c == '_';
    });
}

// Boost.URL 1.81 takes "127.0.0.1.example.com" for the host 127.0.0.1 and wraps ports beyond 65535:
// what it found must be all that stands between "//" and the path.
bool is_whole_authority(const urls::url_view& url) {
    const std::string_view text(url.data(), url.size());
    const auto begin = text.find("//") + 2;
    const auto authority = text.substr(begin, text.find_first_of("/?#", begin) - begin);
    std::string found(url.encoded_host());
    if (url.has_port()) found += ":" + std::string(url.port());
    return authority == found;
}

// Nothing when it is none; the scheme's own when the URL has none.
std::optional<std::uint16_t> port_of(const urls::url_view& url, std::uint16_t usual) {
    const std::string text(url.port());
    if (text.empty()) return usual;
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, port);
    if (ec != std::errc{} || stop != end || port == 0) return std::nullopt;
    return port;
}

// Scheme, host and port; everything that both a base URL and a redirect must fulfil.
Result<BaseUrl> origin_of(const urls::url_view& url, Errc code) {
    BaseUrl base;
    base.tls = url.scheme_id() == urls::scheme::https;
    if (!base.tls && url.scheme_id() != urls::scheme::http)
        return Error(code,
                     "a URL must begin with https:// (or http:// for a server on this machine)");
    if (url.has_userinfo()) return Error(code, "a URL must not hold a user name or a password");
    base.host = url.host_address();
    std::transform(base.host.begin(), base.host.end(), base.host.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (!is_host(base.host) || !is_whole_authority(url))
        return Error(code, "a URL needs a host of letters, digits, dots and dashes");
    const auto port = port_of(url, base.tls ? 443 : 80);
    if (!port) return Error(code, "a URL's port must be between 1 and 65535");
    base.port = *port;
    if (!base.tls && !is_loopback_host(base.host))
        return Error(code,
                     "http:// sends the key in the clear, so it is for this machine only "
                     "(127.0.0.1, ::1, localhost); "
                     "use https:// for " +
                         base.host);
    return base;
}

// The IPv4 address that packets for an IPv6 address come to, behind a NAT64 (RFC 6052) or a 6to4
// (RFC 3056) gateway.
std::optional<asio::ip::address_v4> embedded_v4(const asio::ip::address_v6& address) {
    const auto bytes = address.to_bytes();
    const auto v4_at = [&](std::size_t i) {
        return asio::ip::address_v4({bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]});
    };
    constexpr std::array<unsigned char, 12> nat64{0x00, 0x64, 0xff, 0x9b};
    if (std::equal(nat64.begin(), nat64.end(), bytes.begin())) return v4_at(12);
    if (bytes[0] == 0x20 && bytes[1] == 0x02) return v4_at(2);
    return std::nullopt;
}

}  // namespace

Result<BaseUrl> parse_base_url(std::string_view text) {
    if (!has_only_visible_ascii(text))
        return Error(Errc::configuration,
                     "a base URL must not hold spaces, control characters or other than ASCII");
    const auto parsed = urls::parse_uri(text);
    if (!parsed || !parsed->has_authority())
        return Error(Errc::configuration,
                     "a base URL looks like https://host/path, and this one does not");
    if (parsed->has_query() || parsed->has_fragment())
        return Error(Errc::configuration, "a base URL must not hold a query (?) or a fragment (#)");
    OVERNIGHT_TRY_ASSIGN(BaseUrl base, origin_of(*parsed, Errc::configuration));
    base.path = std::string(parsed->encoded_path());
    while (!base.path.empty() && base.path.back() == '/')
        base.path.pop_back();
    return base;
}

AddressPolicy address_policy(const BaseUrl& base) {
    if (!base.tls) return AddressPolicy::loopback;
    boost::system::error_code ec;
    asio::ip::make_address(base.host, ec);
    return !ec || base.host == "localhost" ? AddressPolicy::anywhere : AddressPolicy::global;
}

bool allowed(const asio::ip::address& address, AddressPolicy policy) {
    if (policy == AddressPolicy::anywhere) return true;
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return allowed(asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()), policy);
    if (policy == AddressPolicy::loopback) return address.is_loopback();
    if (address.is_v6())
        if (const auto v4 = embedded_v4(address.to_v6())) return allowed(*v4, policy);
    if (address.is_loopback() || address.is_unspecified() || address.is_multicast()) return false;
    if (address.is_v6()) {
        const auto bytes = address.to_v6().to_bytes();
        const bool unique_local = (bytes[0] & 0xfe) == 0xfc;
        const auto begins_with = [&](const auto& prefix) {
            return std::equal(prefix.begin(), prefix.end(), bytes.begin());
        };
        // A network's own NAT64 prefix (RFC 8215), and Teredo (RFC 4380).
        constexpr std::array<unsigned char, 6> own_nat64{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01};
        constexpr std::array<unsigned char, 4> teredo{0x20, 0x01, 0x00, 0x00};
        return !unique_local && !begins_with(own_nat64) && !begins_with(teredo) &&
               !address.to_v6().is_link_local() && !address.to_v6().is_site_local();
    }
    const auto v4 = address.to_v4().to_uint();
    const auto within = [v4](std::uint32_t net, int bits) {
        return (v4 ^ net) >> (32 - bits) == 0;
    };
    return !within(0x00000000, 8) && !within(0x0a000000, 8) && !within(0x64400000, 10) &&
           !within(0xa9fe0000, 16) && !within(0xac100000, 12) && !within(0xc0a80000, 16) &&
           !within(0xf0000000, 4);
}

std::string host_and_port(const BaseUrl& url) {
    const bool v6 = url.host.find(':') != std::string::npos;
    return (v6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
}

std::string host_header(const BaseUrl& url) {
    const std::string full = host_and_port(url);
    const bool usual = url.port == (url.tls ? 443 : 80);
    return usual ? full.substr(0, full.rfind(':')) : full;
}

bool same_origin(const BaseUrl& a, const BaseUrl& b) {
    return a.tls == b.tls && a.host == b.host && a.port == b.port;
}

Result<Destination> follow(const Destination& from, std::string_view location) {
    const Error broken(Errc::protocol, "a redirect leads to something that is not a URL");
    if (location.size() > 8192 || !has_only_visible_ascii(location)) return broken;
    const std::string here =
        (from.origin.tls ? "https://" : "http://") + host_and_port(from.origin) + from.target;
    const auto base = urls::parse_uri(here);  // a view of it
    const auto reference = urls::parse_uri_reference(location);
    if (!base || !reference) return broken;
    urls::url whole;
    if (!urls::resolve(*base, *reference, whole)) return broken;
    const std::string text(whole.buffer());
    const auto parsed = urls::parse_uri(text);
    if (!parsed || !parsed->has_authority()) return broken;
    OVERNIGHT_TRY_ASSIGN(BaseUrl origin, origin_of(*parsed, Errc::protocol));
    if (from.origin.tls && !origin.tls)
        return Error(Errc::protocol, "a redirect leads from https to http");
    const bool from_inside = address_policy(from.origin) != AddressPolicy::global;
    if (!from_inside && address_policy(origin) != AddressPolicy::global)
        return Error(Errc::protocol, "a redirect leads to an address of this machine or network");
    std::string target(parsed->encoded_path());
    if (target.empty()) target = "/";
    if (parsed->has_query()) target += "?" + std::string(parsed->encoded_query());
    return Destination{std::move(origin), std::move(target)};
}

}  // namespace overnight::net
