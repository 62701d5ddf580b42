// OpenAI's limits on a batch, with what we keep away from them (providers/openai.md 4.2, 2.1, 5).
#pragma once

#include <chrono>
#include <cstdint>

namespace overnight::providers::openai {

constexpr std::uint32_t max_requests = 50'000;  ///< lines of one batch

/// The page says 200 MB; 209,715,200 bytes were seen enforced. 190 MB is safe under both readings.
constexpr std::uint64_t max_file_bytes = 190'000'000;

/// The provider takes 50,000 inputs in a batch. Ours is lower: 16,000 vectors of 1536 floats are
/// 131 MB of result in base64, and results over about 150 MB are often cut off on the way
/// (openai.md 12, row 11).
constexpr std::uint32_t max_embedding_inputs = 16'000;
constexpr std::uint32_t max_inputs_per_embedding = 2'048;
/// The provider's limit is 300,000; its estimate of a text differs from ours by up to a fifth
/// (openai.md 5.2).
constexpr std::uint64_t max_tokens_per_embedding = 240'000;

/// Ours: no limit is named for moderations, and a result object is about 1 kB.
constexpr std::uint32_t max_moderation_inputs = 100'000;
constexpr std::uint32_t max_inputs_per_moderation = 32;

constexpr std::uint64_t max_line_bytes = 16u << 20;  ///< ours: none is named
constexpr std::size_t max_metadata_bytes = 512;      ///< of one value; the limit counts characters
constexpr std::size_t max_custom_id_bytes = 512;     ///< ours, of a user's own id: none is named

/// How long an uploaded input lives: the longest that the provider allows.
constexpr std::chrono::seconds file_life{2'592'000};

}  // namespace overnight::providers::openai
