// Bytes: big-endian codecs, checksums and the text forms of binary data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace overnight::core {

inline void put_u8(std::string& out, std::uint8_t v) {
    out.push_back(static_cast<char>(v));
}
void put_u16(std::string& out, std::uint16_t v);
void put_u32(std::string& out, std::uint32_t v);
void put_u64(std::string& out, std::uint64_t v);
/// A u32 length, then the bytes.
void put_text(std::string& out, std::string_view v);

/// Reads fields from the front of a buffer. After a short read ok() is false and every further read
/// yields zero, so a decoder checks once, at its end.
class Reader {
public:
    explicit Reader(std::string_view in) noexcept : in_(in) {}
    std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() noexcept { return number(8); }
    std::int64_t i64() noexcept { return static_cast<std::int64_t>(number(8)); }
    std::string_view raw(std::size_t n) noexcept;
    std::string text() { return std::string(raw(u32())); }
    bool ok() const noexcept { return ok_; }
    /// True when everything was read, exactly.
    bool done() const noexcept { return ok_ && in_.empty(); }
    std::size_t left() const noexcept { return in_.size(); }

private:
    std::uint64_t number(std::size_t width) noexcept;
    std::string_view in_;
    bool ok_ = true;
};

/// CRC32C (Castagnoli), in hardware where the processor has it. `seed` is an earlier result, to go
/// on from.
std::uint32_t crc32c(std::string_view data, std::uint32_t seed = 0) noexcept;

std::string hex(std::string_view bytes);
std::optional<std::string> unhex(std::string_view text);
std::string base64(std::string_view bytes);
/// Standard alphabet; padding may be missing; nothing for any other byte.
std::optional<std::string> unbase64(std::string_view text);
/// Crockford's base32 in lower case, without padding: 16 bytes make 26 characters.
std::string base32(std::string_view bytes);
/// Lower case, no leading zeros.
std::string base36(std::uint64_t v);
std::optional<std::uint64_t> unbase36(std::string_view text);

/// From the kernel's generator. Throws std::system_error when the kernel has none.
std::string random_bytes(std::size_t n);

}  // namespace overnight::core
