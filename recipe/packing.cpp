#include "recipe/packing.hpp"

#include <limits>

namespace overnight::recipe {
namespace {

std::uint64_t add(std::uint64_t a, std::uint64_t b) noexcept {
    return a > std::numeric_limits<std::uint64_t>::max() - b
               ? std::numeric_limits<std::uint64_t>::max()
               : a + b;
}

}  // namespace

std::uint64_t estimate_tokens(std::string_view text) noexcept {
    return (static_cast<std::uint64_t>(text.size()) * 2 + 6) / 7;
}

bool Packer::must_close_before(std::uint64_t row_tokens) const noexcept {
    if (rows_ == 0) return false;  // a row that alone is too large still needs a request of its own
    return full() || add(add(limits_.shared_tokens, tokens_), row_tokens) > limits_.input_tokens;
}

void Packer::take(std::uint64_t row_tokens) noexcept {
    ++rows_;
    tokens_ = add(tokens_, row_tokens);
}

bool Packer::full() const noexcept {
    return rows_ >= limits_.rows ||
           (rows_ > 0 && add(limits_.shared_tokens, tokens_) >= limits_.input_tokens);
}

void Packer::reset() noexcept {
    rows_ = 0;
    tokens_ = 0;
}

}  // namespace overnight::recipe
