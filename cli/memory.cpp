#include "cli/memory.hpp"

#include <malloc.h>

namespace overnight::cli {

void return_memory_early() noexcept {
    constexpr int large_block_bytes = 256 << 10;
    mallopt(M_MMAP_THRESHOLD, large_block_bytes);
    mallopt(M_TRIM_THRESHOLD, large_block_bytes);
    mallopt(M_ARENA_MAX, 1);
}

}  // namespace overnight::cli
