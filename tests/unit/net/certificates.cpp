#include "certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace overnight::net {
namespace {

struct Free {
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
    void operator()(X509* p) const { X509_free(p); }
    void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
    void operator()(std::FILE* p) const { std::fclose(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Cert = std::unique_ptr<X509, Free>;
using File = std::unique_ptr<std::FILE, Free>;

void require(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(what);
}

File open(const std::filesystem::path& path, const char* mode) {
    File file(std::fopen(path.c_str(), mode));
    require(file != nullptr, "fopen");
    return file;
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, Free> extension(
        X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extension");
}

}  // namespace

Certificate make_certificate(const CertificateSpec& spec,
                             const Certificate* issuer,
                             const std::filesystem::path& stem) {
    const Key key(spec.key == CertificateSpec::Key::p256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(1024));
    const Cert certificate(X509_new());
    require(key && certificate, "key");
    X509_set_version(certificate.get(), 2);
    static long serial = 1;
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), spec.from_seconds);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), spec.to_seconds);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(spec.common_name.c_str()), -1,
                               -1, 0);
    Cert issuer_certificate;
    Key issuer_key;
    if (issuer != nullptr) {
        issuer_certificate.reset(
            PEM_read_X509(open(issuer->certificate, "r").get(), nullptr, nullptr, nullptr));
        issuer_key.reset(
            PEM_read_PrivateKey(open(issuer->key, "r").get(), nullptr, nullptr, nullptr));
        require(issuer_certificate && issuer_key, "issuer");
    }
    X509* const signer = issuer_certificate ? issuer_certificate.get() : certificate.get();
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
    const bool authority = spec.kind == CertificateSpec::Kind::authority;
    add_extension(certificate.get(), signer, NID_basic_constraints,
                  authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (authority)
        add_extension(certificate.get(), signer, NID_key_usage, "critical,keyCertSign,cRLSign");
    if (!spec.alternative_names.empty())
        add_extension(certificate.get(), signer, NID_subject_alt_name, spec.alternative_names);
    const EVP_MD* const digest =
        spec.digest == CertificateSpec::Digest::sha256 ? EVP_sha256() : EVP_sha1();
    require(X509_sign(certificate.get(), issuer_key ? issuer_key.get() : key.get(), digest) > 0,
            "sign");

    Certificate out{stem, stem};
    out.certificate += ".crt";
    out.key += ".key";
    require(PEM_write_X509(open(out.certificate, "w").get(), certificate.get()) == 1, "write");
    require(PEM_write_PrivateKey(open(out.key, "w").get(), key.get(), nullptr, nullptr, 0, nullptr,
                                 nullptr) == 1,
            "write");
    return out;
}

}  // namespace overnight::net
