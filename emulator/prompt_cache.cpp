// The cache of prefixes.
#include "emulator/prompt_cache.hpp"

namespace overnight::emulator {

CacheUse PromptCache::use(std::span<const CachePoint> points, std::int64_t now) {
    constexpr std::size_t most_prefixes = 100'000;
    constexpr std::int64_t hour = 3'600;
    const std::lock_guard lock(mutex_);
    if (expiry_.size() > most_prefixes)
        std::erase_if(expiry_, [now](const auto& one) { return one.second <= now; });
    if (expiry_.size() > most_prefixes) expiry_.clear();
    CacheUse use;
    std::size_t first_new = 0;
    for (std::size_t i = points.size(); i > 0; --i) {
        const auto known = expiry_.find(points[i - 1].prefix);
        if (known == expiry_.end() || known->second <= now) continue;
        known->second = now + points[i - 1].lifetime;
        use.read = points[i - 1].tokens;
        first_new = i;
        break;
    }
    std::uint64_t before = use.read;
    for (const CachePoint& point : points.subspan(first_new)) {
        (point.lifetime < hour ? use.written_short : use.written_long) += point.tokens - before;
        before = point.tokens;
        expiry_[point.prefix] = now + point.lifetime;
    }
    return use;
}

}  // namespace overnight::emulator
