// A file being received: its bytes go to disk as they arrive and are hashed on the way.
#pragma once

#include "core/error.hpp"
#include "emulator/disk.hpp"
#include "emulator/hashing.hpp"
#include "net/server.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace overnight::emulator::gemini {

/// Removes its file unless it is kept. Nothing is buffered: what was appended stays when the
/// connection it came over breaks. The file is open only while bytes arrive: an upload may wait for
/// ever.
class HashedBlob {
public:
    static core::Result<HashedBlob> create(std::filesystem::path path, std::uint64_t max_bytes);
    ~HashedBlob();
    HashedBlob(HashedBlob&& other) noexcept
        : path_(std::move(other.path_)),
          out_(std::move(other.out_)),
          hash_(std::move(other.hash_)),
          bytes_(other.bytes_),
          max_bytes_(other.max_bytes_),
          owned_(std::exchange(other.owned_, false)) {}
    HashedBlob& operator=(HashedBlob&&) = delete;

    /// Errc::invalid_input when there is more than `max_bytes` in all.
    core::Result<> append(std::string_view piece);
    /// The rest of a body.
    core::Result<> append_all(net::BodyReader& body);

    const std::filesystem::path& path() const noexcept { return path_; }
    std::uint64_t bytes() const noexcept { return bytes_; }
    /// The digest in hexadecimal. Nothing may be appended afterwards.
    std::string finish() { return hash_.finish().hex(); }
    /// Removes the file at once.
    void discard() noexcept;
    /// From now on the file is somebody else's.
    void keep() noexcept { owned_ = false; }

private:
    HashedBlob(std::filesystem::path path, std::uint64_t max_bytes)
        : path_(std::move(path)), max_bytes_(max_bytes) {}
    core::Result<> append_pieces(net::BodyReader& body);

    std::filesystem::path path_;
    Descriptor out_;
    Sha256Stream hash_;
    std::uint64_t bytes_ = 0;
    std::uint64_t max_bytes_;
    bool owned_ = true;
};

}  // namespace overnight::emulator::gemini
