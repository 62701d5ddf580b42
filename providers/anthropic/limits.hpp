// Anthropic's limits on a batch, with what we keep away from them (providers/anthropic.md 2.2, 8).
#pragma once

#include <cstddef>
#include <cstdint>

namespace overnight::providers::anthropic {

constexpr std::uint32_t max_requests = 100'000;  ///< of one batch

/// The limit is 256 MB for the whole body; bodies near it were dropped without words, and the page
/// asks for headroom.
constexpr std::uint64_t max_shard_bytes = 240'000'000;

constexpr std::uint64_t max_line_bytes = 16u << 20;  ///< ours: none is named

/// Of a custom_id in a result line: the provider takes no longer one.
constexpr std::size_t max_sent_id_bytes = 64;
/// Ours, of a user's own id, which is never sent: our own stands in its place.
constexpr std::size_t max_custom_id_bytes = 512;

/// Shards differ in size by up to so many requests: where batches have no names, their counts tell
/// them apart (SUBMISSION 3.4).
constexpr std::uint32_t vary_requests = 20;

/// max_tokens is required; this is what a recipe gets that says nothing.
constexpr std::uint64_t default_max_tokens = 8'192;

}  // namespace overnight::providers::anthropic
