// The bytes of a segment (results/seg-*.ans), docs/STORE_FORMAT.md: a header of 16 bytes, then
// records of a CRC32C over the payload and the payload.
#pragma once

#include "core/bytes.hpp"
#include "core/ids.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace overnight::store {

inline constexpr std::string_view segment_magic = "ONSEGMT1";
inline constexpr std::uint32_t segment_version = 1;
inline constexpr std::uint64_t segment_header_bytes = 16;
inline constexpr std::uint64_t record_head_bytes = 4;

inline std::string segment_header(core::SegmentNo no) {
    std::string header(segment_magic);
    core::put_u32(header, segment_version);
    core::put_u32(header, no.v);
    return header;
}

}  // namespace overnight::store
