// One process a role: an open-file-description lock on state/<role>.lock, which the kernel drops
// when the process dies.
#pragma once

#include "core/error.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace overnight::store {

enum class Role { submit, poll, reconcile, plan };
std::string_view name(Role role) noexcept;

class RoleLock {
public:
    /// Nothing when another process (or another RoleLock of this one) has it. Errors are of the
    /// file system.
    static core::Result<std::optional<RoleLock>> try_take(const std::filesystem::path& state_dir,
                                                          Role role);
    /// The pid written by whoever has it, "" when unknown: information only.
    static std::string owner(const std::filesystem::path& state_dir, Role role);
    RoleLock(RoleLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    RoleLock& operator=(RoleLock&& other) noexcept;
    ~RoleLock();

private:
    explicit RoleLock(int fd) : fd_(fd) {}
    int fd_ = -1;
};

}  // namespace overnight::store
