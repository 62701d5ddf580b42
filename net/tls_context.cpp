#include "net/tls_context.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>
#include <filesystem>
#include <system_error>

namespace overnight::net {
namespace {

namespace ssl = boost::asio::ssl;
using core::Errc;
using core::Error;
using core::Result;

bool has_certificates(SSL_CTX* context) {
    const auto* objects = X509_STORE_get0_objects(SSL_CTX_get_cert_store(context));
    return objects != nullptr && sk_X509_OBJECT_num(objects) > 0;
}

bool load_file(SSL_CTX* context, const char* path) {
    std::error_code ec;
    const bool loaded =
        std::filesystem::is_regular_file(path, ec) && SSL_CTX_load_verify_file(context, path) == 1;
    ERR_clear_error();
    return loaded && has_certificates(context);
}

// OpenSSL looks certificates up in the folder by hash when it needs them; an empty folder trusts
// nobody.
bool load_folder(SSL_CTX* context, const char* path) {
    std::error_code ec;
    bool any = false;
    for (std::filesystem::directory_iterator it(path, ec), end; !ec && it != end && !any;
         it.increment(ec)) {
        const auto name = it->path().filename().string();
        any = name.size() > 9 && name[8] == '.' && name.find_first_not_of("0123456789abcdef") == 8;
    }
    const bool loaded = any && SSL_CTX_load_verify_dir(context, path) == 1;
    ERR_clear_error();
    return loaded;
}

// The compiled-in defaults, not SSL_CTX_set_default_verify_paths(), which the environment can
// redirect.
bool load_system_store(SSL_CTX* context) {
    const std::array files{X509_get_default_cert_file(), "/etc/ssl/certs/ca-certificates.crt",
                           "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};
    for (const char* path : files)
        if (load_file(context, path)) return true;
    return load_folder(context, X509_get_default_cert_dir());
}

}  // namespace

Result<std::unique_ptr<ssl::context>> make_tls_context(const std::string& ca_file) {
    auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
    SSL_CTX* const native = context->native_handle();
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_security_level(native, 2);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    if (SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1)
        return Error(Errc::internal, "TLS 1.2 is not to be had");
    if (!ca_file.empty() && !load_file(native, ca_file.c_str()))
        return Error(Errc::configuration, "no certificate authority can be read from " + ca_file);
    if (ca_file.empty() && !load_system_store(native))
        return Error(Errc::configuration,
                     "this system has no certificate authorities to trust: install them (package "
                     "ca-certificates) or "
                     "name a file of them in the configuration");
    return context;
}

Result<> expect_host(SSL* ssl, const std::string& host) {
    boost::system::error_code not_literal;
    boost::asio::ip::make_address(host, not_literal);
    SSL_set_hostflags(ssl,
                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    const bool set = not_literal
                         ? SSL_set1_host(ssl, host.c_str()) == 1 &&
                               SSL_set_tlsext_host_name(ssl, host.c_str()) == 1
                         : X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
    if (!set) return Error(Errc::internal, "cannot ask TLS to verify the name " + host);
    return {};
}

std::string certificate_trouble(SSL* ssl) {
    const long result = SSL_get_verify_result(ssl);
    if (result == X509_V_OK) return {};
    std::string text = X509_verify_cert_error_string(result);
    if (result == X509_V_ERR_CERT_HAS_EXPIRED || result == X509_V_ERR_CERT_NOT_YET_VALID)
        text += " (or is this machine's clock wrong?)";
    return text;
}

}  // namespace overnight::net
