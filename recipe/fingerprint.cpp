#include "recipe/fingerprint.hpp"

#include "core/bytes.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <initializer_list>
#include <stdexcept>
#include <type_traits>

namespace overnight::recipe {
namespace {

/// What a row's bytes are built from. On disk in every settled answer: a change here is a new
/// version, and costs every user the whole cache.
constexpr std::uint8_t format_version = 1;
enum class Of : std::uint8_t { row = 1, raw_request = 2 };

using Digest = std::array<unsigned char, 32>;

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

/// OpenSSL fails here only without memory or without SHA-256.
void require(int result) {
    if (result != 1) throw std::runtime_error("SHA-256 failed");
}

Context new_context() {
    Context context(EVP_MD_CTX_new());
    require(context ? 1 : 0);
    return context;
}

/// Every field behind its length, so that no text can move from one field into the next.
std::string prefix(Of what, std::initializer_list<std::string_view> fields) {
    std::string bytes;
    core::put_u8(bytes, format_version);
    core::put_u8(bytes, static_cast<std::uint8_t>(what));
    for (const std::string_view field : fields) {
        core::put_u64(bytes, field.size());
        bytes += field;
    }
    return bytes;
}

Fingerprint first_half(const Digest& digest) {
    Fingerprint fingerprint{};
    std::copy_n(digest.begin(), fingerprint.size(), fingerprint.begin());
    return fingerprint;
}

}  // namespace

struct Fingerprinter::Impl {
    Context shared = new_context();  ///< has taken in what all rows share
    Context work = new_context();
};

Fingerprinter::Fingerprinter(const Recipe& recipe,
                             std::string_view family,
                             std::string_view endpoint,
                             const AnswerShape& shape)
    : impl_(std::make_unique<Impl>()) {
    const std::string bytes =
        prefix(Of::row, {family, endpoint, recipe.model, recipe.parameters, recipe.instructions,
                         recipe.row_template, shape.row_schema()});
    require(EVP_DigestInit_ex(impl_->shared.get(), EVP_sha256(), nullptr));
    require(EVP_DigestUpdate(impl_->shared.get(), bytes.data(), bytes.size()));
}

Fingerprinter::Fingerprinter(Fingerprinter&&) noexcept = default;
Fingerprinter::~Fingerprinter() = default;

Fingerprint Fingerprinter::of(std::string_view row_text) {
    EVP_MD_CTX* const work = impl_->work.get();
    Digest digest{};
    require(EVP_MD_CTX_copy_ex(work, impl_->shared.get()));
    require(EVP_DigestUpdate(work, row_text.data(), row_text.size()));
    require(EVP_DigestFinal_ex(work, digest.data(), nullptr));
    return first_half(digest);
}

Fingerprint raw_fingerprint(std::string_view family,
                            std::string_view endpoint,
                            std::string_view body) {
    const Context context = new_context();
    const std::string bytes = prefix(Of::raw_request, {family, endpoint});
    Digest digest{};
    require(EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr));
    require(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()));
    require(EVP_DigestUpdate(context.get(), body.data(), body.size()));
    require(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr));
    return first_half(digest);
}

}  // namespace overnight::recipe
