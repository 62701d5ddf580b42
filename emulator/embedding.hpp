// Embeddings: hashed character n-grams, so that texts that share spelling have near vectors.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::emulator {

/// A unit vector of `dimensions` numbers; a function of the text alone. ASCII letters count in
/// lower case.
std::vector<float> embed(std::string_view text, std::size_t dimensions);

/// What the model gives when the request does not say (providers/openai.md 10.3).
std::size_t default_dimensions(std::string_view model) noexcept;

enum class VectorEncoding { numbers, base64 };
/// "[0.1,...]", or a string with the little-endian float32 values in base64.
void put_vector(std::string& out, const std::vector<float>& vector, VectorEncoding encoding);

}  // namespace overnight::emulator
