// What is marked for the prompt cache (providers/anthropic.md 6).
#include "emulator/anthropic/requests.hpp"

#include <array>

namespace overnight::emulator::anthropic {

namespace {

// A shorter prefix is not cached, and nobody is told.
std::uint64_t least_tokens(std::string_view model) {
    for (const std::string_view old : {"opus-4-5", "opus-4-6", "haiku-4-5"}) {
        if (model.find(old) != std::string_view::npos) return 4'096;
    }
    return 512;
}

}  // namespace

std::size_t cache_marks(const Wishes& wishes) noexcept {
    std::size_t marks = wishes.whole_lifetime != 0 ? 1 : 0;
    for (const auto* const blocks :
         {&wishes.tool_blocks, &wishes.system_blocks, &wishes.message_blocks}) {
        for (const Block& block : *blocks)
            marks += block.lifetime != 0 ? 1 : 0;
    }
    return marks;
}

std::vector<CachePoint> cache_points(const Wishes& wishes, const Prompt& prompt) {
    std::vector<CachePoint> points;
    if (cache_marks(wishes) == 0) return points;
    std::uint64_t prefix = hash_text(prompt.model);
    std::uint64_t bytes = 0;
    for (const auto* const blocks :
         {&wishes.tool_blocks, &wishes.system_blocks, &wishes.message_blocks}) {
        for (const Block& block : *blocks) {
            prefix = mix(prefix ^ block.hash);
            bytes += block.bytes;
            const bool last = blocks == &wishes.message_blocks && &block == &blocks->back();
            const std::int64_t lifetime =
                block.lifetime == 0 && last ? wishes.whole_lifetime : block.lifetime;
            const std::uint64_t tokens = bytes / 4;
            if (lifetime != 0 && tokens >= least_tokens(prompt.model))
                points.push_back({prefix, tokens, lifetime});
        }
    }
    return points;
}

}  // namespace overnight::emulator::anthropic
