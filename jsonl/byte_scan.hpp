// Finding the next of four bytes, 16 or 32 at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace overnight::jsonl {

/// The four bytes that end an unquoted CSV field: the delimiter, quote, LF and CR.
class FieldEnd {
public:
    explicit FieldEnd(char delimiter) noexcept : delimiter_(delimiter) {}

    /// The first of the four in [p, end), else `end`. Never reads at or behind `end`.
    const char* find(const char* p, const char* end) const noexcept {
#if defined(__SSE2__)
        const __m128i delimiter = _mm_set1_epi8(delimiter_);
        const __m128i quote = _mm_set1_epi8('"');
        const __m128i lf = _mm_set1_epi8('\n');
        const __m128i cr = _mm_set1_epi8('\r');
        const auto hits = [&](const char* at) {
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
            return _mm_or_si128(
                _mm_or_si128(_mm_cmpeq_epi8(bytes, delimiter), _mm_cmpeq_epi8(bytes, quote)),
                _mm_or_si128(_mm_cmpeq_epi8(bytes, lf), _mm_cmpeq_epi8(bytes, cr)));
        };
        for (; end - p >= 32; p += 32) {
            const auto low = static_cast<std::uint32_t>(_mm_movemask_epi8(hits(p)));
            const auto high = static_cast<std::uint32_t>(_mm_movemask_epi8(hits(p + 16)));
            if (const std::uint32_t mask = low | high << 16) return p + std::countr_zero(mask);
        }
        if (end - p >= 16) {
            if (const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(hits(p))))
                return p + std::countr_zero(mask);
            p += 16;
        }
#endif
        while (p != end && *p != delimiter_ && *p != '"' && *p != '\n' && *p != '\r')
            ++p;
        return p;
    }

private:
    char delimiter_;
};

}  // namespace overnight::jsonl
