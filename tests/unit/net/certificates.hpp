// Certificates made for a test: good ones and all kinds of bad ones.
#pragma once

#include <filesystem>
#include <string>

namespace overnight::net {

struct CertificateSpec {
    std::string common_name = "overnight test";
    std::string alternative_names = "DNS:localhost";  ///< as OpenSSL writes them; empty: none
    long from_seconds = -3600;                        ///< valid from, from now
    long to_seconds = 3600;
    enum class Kind { leaf, authority } kind = Kind::leaf;
    enum class Digest { sha256, sha1 } digest = Digest::sha256;
    enum class Key { p256, rsa1024 } key = Key::p256;
};

/// PEM files.
struct Certificate {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

/// Signed by `issuer`, or by itself when that is null. Throws when OpenSSL fails.
Certificate make_certificate(const CertificateSpec& spec,
                             const Certificate* issuer,
                             const std::filesystem::path& stem);

}  // namespace overnight::net
