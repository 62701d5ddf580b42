// Gemini's limits on a batch, with what we keep away from them (providers/gemini.md 4, 6).
#pragma once

#include <cstdint>

namespace overnight::providers::gemini {

/// Ours: no number of lines is documented. Other clients stop there too.
constexpr std::uint32_t max_requests = 50'000;

/// The provider takes 2 GB. Ours is lower: a batch that fails, expires or must be sent again costs
/// less, and T1 accounts may not enqueue more than some million tokens at a time.
constexpr std::uint64_t max_file_bytes = 190'000'000;

/// Ours: a vector of 3,072 numbers is about 40 kB of result as text, so this is some 400 MB.
constexpr std::uint32_t max_embeddings = 10'000;
constexpr std::uint32_t inputs_per_embedding = 1;  ///< an EmbedContentRequest has one content

constexpr std::uint64_t max_line_bytes = 16u << 20;  ///< ours: none is named
constexpr std::size_t max_key_bytes = 512;           ///< ours, of a user's own key: none is named

}  // namespace overnight::providers::gemini
