// A request's body in a file of its own: for requests too large to be held in memory that must
// still be applied late, or twice.
#pragma once

#include "core/error.hpp"
#include "net/server.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace overnight::emulator {

/// Owns the file and removes it.
class SpooledBody {
public:
    explicit SpooledBody(std::filesystem::path path) : path_(std::move(path)) {}
    ~SpooledBody();
    SpooledBody(const SpooledBody&) = delete;
    SpooledBody& operator=(const SpooledBody&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    /// Of the body; what is beyond the limit was read, counted and dropped.
    std::uint64_t bytes() const noexcept { return bytes_; }

private:
    friend core::Result<std::shared_ptr<const SpooledBody>> spool(net::BodyReader& body,
                                                                  std::filesystem::path path,
                                                                  std::uint64_t max_bytes);
    std::filesystem::path path_;
    std::uint64_t bytes_ = 0;
};

/// Reads the whole body and keeps its first `max_bytes` at `path`.
core::Result<std::shared_ptr<const SpooledBody>> spool(net::BodyReader& body,
                                                       std::filesystem::path path,
                                                       std::uint64_t max_bytes);

}  // namespace overnight::emulator
