// Hashed n-grams.
#include "emulator/embedding.hpp"

#include "core/bytes.hpp"
#include "emulator/hashing.hpp"
#include "emulator/json_text.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace overnight::emulator {

std::vector<float> embed(std::string_view text, std::size_t dimensions) {
    std::vector<float> vector(dimensions, 0.0F);
    if (dimensions == 0) return vector;
    std::string padded = " ";
    for (const char c : text)
        padded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    padded += ' ';
    for (const std::size_t size : {3U, 4U}) {
        for (std::size_t i = 0; i + size <= padded.size(); ++i) {
            const std::uint64_t hash = hash_text(std::string_view(padded).substr(i, size), size);
            vector[(hash >> 1) % dimensions] += (hash & 1) != 0 ? 1.0F : -1.0F;
        }
    }
    double length = 0;
    for (const float x : vector)
        length += static_cast<double>(x) * static_cast<double>(x);
    if (length == 0) {  // the grams cancelled out, or there were none
        vector[hash_text(padded) % dimensions] = 1.0F;
        return vector;
    }
    const auto scale = static_cast<float>(1.0 / std::sqrt(length));
    for (float& x : vector)
        x *= scale;
    return vector;
}

std::size_t default_dimensions(std::string_view model) noexcept {
    return model.find("3-large") != std::string_view::npos ? 3072 : 1536;
}

void put_vector(std::string& out, const std::vector<float>& vector, VectorEncoding encoding) {
    if (encoding == VectorEncoding::base64) {
        std::string bytes;
        bytes.reserve(vector.size() * 4);
        for (const float x : vector) {
            const auto bits = std::bit_cast<std::uint32_t>(x);
            for (unsigned shift = 0; shift < 32; shift += 8)
                bytes += static_cast<char>(bits >> shift & 0xFF);
        }
        out += '"';
        out += core::base64(bytes);
        out += '"';
        return;
    }
    out += '[';
    for (std::size_t i = 0; i < vector.size(); ++i) {
        if (i > 0) out += ',';
        std::array<char, 32> buffer{};
        const auto [end, error] =
            std::to_chars(buffer.data(), buffer.data() + buffer.size(), vector[i]);
        (void)error;  // 32 characters hold any float
        out.append(buffer.data(), end);
    }
    out += ']';
}

}  // namespace overnight::emulator
