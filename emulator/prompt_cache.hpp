// Prefixes of prompts that a provider keeps for a while (providers/anthropic.md 6).
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <unordered_map>

namespace overnight::emulator {

/// A place in a prompt up to which it is to be cached.
struct CachePoint {
    std::uint64_t prefix = 0;   ///< hash of the model and of everything up to here
    std::uint64_t tokens = 0;   ///< up to here
    std::int64_t lifetime = 0;  ///< seconds
};

/// What became of one prompt: the rest of its tokens is neither.
struct CacheUse {
    std::uint64_t read = 0;
    std::uint64_t written_short = 0;  ///< lifetimes below an hour
    std::uint64_t written_long = 0;
};

/// Every hit is a hit: requests that run one after the other find what the last has written. Any
/// thread.
class PromptCache {
public:
    /// `points` in the order of the prompt. Reads the longest prefix that is there, which lives on
    /// for its lifetime from now, and writes what is marked behind it.
    CacheUse use(std::span<const CachePoint> points, std::int64_t now);

private:
    std::mutex mutex_;
    std::unordered_map<std::uint64_t, std::int64_t> expiry_;  ///< by prefix, in seconds
};

}  // namespace overnight::emulator
