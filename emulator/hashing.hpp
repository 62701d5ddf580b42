// Hashes: SHA-256 of what was received, and 64-bit mixing for everything that must look random and
// be repeatable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace overnight::emulator {

struct Sha256 {
    std::array<unsigned char, 32> bytes{};

    std::uint64_t word(std::size_t index) const noexcept;  ///< 0 to 3
    void put_hex(std::string& out) const;
    std::string hex() const;
};

Sha256 sha256(std::string_view data);

/// The same over data that comes in pieces.
class Sha256Stream {
public:
    Sha256Stream();
    void update(std::string_view piece);
    /// Once, at the end.
    Sha256 finish();

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

/// FNV-1a, mixed. Not for anything that somebody could want to forge.
std::uint64_t hash_text(std::string_view text, std::uint64_t seed = 0) noexcept;

/// True for about `fraction` of all hashes; the same hash always answers the same.
constexpr bool selected(std::uint64_t hash, double fraction) noexcept {
    return static_cast<double>(mix(hash) >> 11) * 0x1p-53 < fraction;
}

/// A small generator; its numbers are a function of the seed.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept : state_(seed) {}
    std::uint64_t next() noexcept { return mix(state_++); }
    /// 0 .. n-1; 0 when n is 0.
    std::uint64_t below(std::uint64_t n) noexcept { return n == 0 ? 0 : next() % n; }

private:
    std::uint64_t state_;
};

}  // namespace overnight::emulator
