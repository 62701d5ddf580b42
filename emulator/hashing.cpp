// SHA-256 by OpenSSL, one context a thread, because a fresh one costs as much as a short digest.
#include "emulator/hashing.hpp"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

namespace overnight::emulator {

namespace {

struct Context {
    std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm{
        EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free};
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                    EVP_MD_CTX_free};
};

}  // namespace

Sha256 sha256(std::string_view data) {
    thread_local Context shared;
    Sha256 result;
    unsigned size = 0;
    if (EVP_DigestInit_ex2(shared.context.get(), shared.algorithm.get(), nullptr) != 1 ||
        EVP_DigestUpdate(shared.context.get(), data.data(), data.size()) != 1 ||
        EVP_DigestFinal_ex(shared.context.get(), result.bytes.data(), &size) != 1) {
        throw std::runtime_error("SHA-256 is not available");
    }
    return result;
}

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
    if (context_ == nullptr || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available");
}

void Sha256Stream::update(std::string_view piece) {
    if (EVP_DigestUpdate(context_.get(), piece.data(), piece.size()) != 1)
        throw std::runtime_error("SHA-256 failed");
}

Sha256 Sha256Stream::finish() {
    Sha256 result;
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_.get(), result.bytes.data(), &size) != 1)
        throw std::runtime_error("SHA-256 failed");
    return result;
}

void Sha256Stream::Free::operator()(evp_md_ctx_st* context) const noexcept {
    EVP_MD_CTX_free(context);
}

std::uint64_t Sha256::word(std::size_t index) const noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value = value << 8 | bytes[index * 8 + i];
    return value;
}

void Sha256::put_hex(std::string& out) const {
    static constexpr std::string_view digits = "0123456789abcdef";
    for (const unsigned char byte : bytes) {
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
}

std::string Sha256::hex() const {
    std::string text;
    put_hex(text);
    return text;
}

std::uint64_t hash_text(std::string_view text, std::uint64_t seed) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325ULL ^ seed;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    return mix(hash);
}

}  // namespace overnight::emulator
