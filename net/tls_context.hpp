// What we ask of TLS (HARDENING 1.4).
#pragma once

#include "core/error.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace overnight::net {

/// TLS 1.2 at least, security level 2, certificates verified against `ca_file`, or else against the
/// system's store. The environment (SSL_CERT_FILE and the like) has no say. Errc::configuration
/// when there is no certificate to trust.
core::Result<std::unique_ptr<boost::asio::ssl::context>> make_tls_context(
    const std::string& ca_file);

/// Before the handshake: the certificate must be for `host`, by a subject alternative name, and SNI
/// says so.
core::Result<> expect_host(SSL* ssl, const std::string& host);

/// Why the peer's certificate was refused; empty when that was not the trouble.
std::string certificate_trouble(SSL* ssl);

}  // namespace overnight::net
