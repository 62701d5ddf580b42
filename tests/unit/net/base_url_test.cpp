#include "net/base_url.hpp"

#include <gtest/gtest.h>

namespace overnight::net {
namespace {

TEST(BaseUrl, takes_https_and_its_parts) {
    const auto url = parse_base_url("https://API.example.com/v1/").value();
    EXPECT_TRUE(url.tls);
    EXPECT_EQ(url.host, "api.example.com");
    EXPECT_EQ(url.port, 443);
    EXPECT_EQ(url.path, "/v1");
    EXPECT_EQ(host_header(url), "api.example.com");
    EXPECT_EQ(parse_base_url("https://api.example.com:8443").value().port, 8443);
}

TEST(BaseUrl, takes_http_for_loopback_only) {
    EXPECT_EQ(parse_base_url("http://127.0.0.1:8080/v1").value().port, 8080);
    EXPECT_EQ(parse_base_url("http://localhost:1").value().host, "localhost");
    const auto v6 = parse_base_url("http://[::1]:99/v1").value();
    EXPECT_EQ(v6.host, "::1");
    EXPECT_EQ(host_header(v6), "[::1]:99");
    EXPECT_FALSE(parse_base_url("http://api.example.com/v1"));
    EXPECT_FALSE(parse_base_url("http://127.0.0.1.example.com/v1"));
    EXPECT_FALSE(parse_base_url("http://10.0.0.1/v1"));
}

TEST(BaseUrl, refuses_what_could_lead_elsewhere) {
    for (const char* bad :
         {"", "api.example.com/v1", "ftp://api.example.com", "file:///etc/passwd", "https://",
          "https:///v1", "https://user:secret@api.example.com/v1",
          "https://api.example.com@evil.example/v1", "https://api.example.com/v1?x=1",
          "https://api.example.com/v1#x", "https://api.example.com/ v1",
          "https://api.example.com/\r\nX: y", "https://api.exa%6dple.com/\x01",
          "https://b\xc3\xbc"
          "cher.example/",
          "https://evil\\@api.example.com/", "https://api.example.com:0/",
          "https://api.example.com:99999/"}) {
        const auto url = parse_base_url(bad);
        ASSERT_FALSE(url) << bad;
        EXPECT_EQ(url.error().code(), core::Errc::configuration) << bad;
        EXPECT_EQ(url.error().describe().find("secret"), std::string::npos);
    }
}

TEST(AddressPolicy, keeps_names_out_of_the_inside) {
    using boost::asio::ip::make_address;
    for (const char* inside : {"127.0.0.1",
                               "10.1.2.3",
                               "172.16.0.1",
                               "192.168.1.1",
                               "169.254.169.254",
                               "100.64.0.1",
                               "0.0.0.0",
                               "224.0.0.1",
                               "255.255.255.255",
                               "::1",
                               "::",
                               "fe80::1",
                               "fd00::1",
                               "::ffff:127.0.0.1",
                               "::ffff:169.254.169.254",
                               "64:ff9b::169.254.169.254",
                               "64:ff9b::10.0.0.1",
                               "64:ff9b:1::1",
                               "2001:0:1::1",
                               "2002:7f00:1::1",
                               "2002:c0a8:101::"}) {
        EXPECT_FALSE(allowed(make_address(inside), AddressPolicy::global)) << inside;
        EXPECT_TRUE(allowed(make_address(inside), AddressPolicy::anywhere)) << inside;
    }
    for (const char* outside :
         {"8.8.8.8", "172.32.0.1", "2606:4700::1111", "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
        EXPECT_TRUE(allowed(make_address(outside), AddressPolicy::global)) << outside;
        EXPECT_FALSE(allowed(make_address(outside), AddressPolicy::loopback)) << outside;
    }
    // A key in the clear stays on this machine: a gateway is not on it.
    EXPECT_FALSE(allowed(make_address("64:ff9b::127.0.0.1"), AddressPolicy::loopback));
    EXPECT_TRUE(allowed(make_address("::ffff:127.0.0.1"), AddressPolicy::loopback));
    EXPECT_EQ(address_policy(parse_base_url("https://api.example.com").value()),
              AddressPolicy::global);
    EXPECT_EQ(address_policy(parse_base_url("https://10.0.0.7").value()), AddressPolicy::anywhere);
    EXPECT_EQ(address_policy(parse_base_url("http://localhost").value()), AddressPolicy::loopback);
}

Destination from_provider() {
    return {{true, "api.example.com", 443, ""}, "/v1/files/f/content?x=1"};
}

TEST(Follow, resolves_relative_and_absolute) {
    EXPECT_EQ(follow(from_provider(), "/other?y=2").value().target, "/other?y=2");
    EXPECT_EQ(follow(from_provider(), "sibling").value().target, "/v1/files/f/sibling");
    const auto away = follow(from_provider(), "https://cdn.example.com:444").value();
    EXPECT_EQ(away.origin.host, "cdn.example.com");
    EXPECT_EQ(away.target, "/");
    EXPECT_FALSE(same_origin(away.origin, from_provider().origin));
    EXPECT_EQ(follow(from_provider(), "//cdn.example.com/x").value().origin.host,
              "cdn.example.com");
}

TEST(Follow, refuses_to_leave_https_and_to_enter_the_inside) {
    for (const char* bad :
         {"http://api.example.com/", "http://127.0.0.1/", "file:///etc/passwd", "data:text/plain,x",
          "https://169.254.169.254/latest", "https://localhost/", "https://[::1]/",
          "https://user@cdn.example.com/", "https:\\\\evil", "/a b", "/a\r\nX: y", ""}) {
        const auto next = follow(from_provider(), bad);
        if (std::string_view(bad).empty()) continue;  // an empty reference is the same document
        EXPECT_FALSE(next) << bad;
    }
}

}  // namespace
}  // namespace overnight::net
