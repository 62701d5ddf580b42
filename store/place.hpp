// The place of the state: what a file system must promise, and what says that a store was there.
#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace overnight::store {

enum class AnyFilesystem { refuse, allow };

/// The name of a file system (statfs f_type) that LMDB must not stand on; "" for any other.
std::string_view unsuitable_filesystem(std::uint64_t type) noexcept;

/// Makes `dir` and its folders, private; refuses unsuitable file systems before it makes anything.
core::Result<> prepare_place(const std::filesystem::path& dir, AnyFilesystem any);

/// state/epoch: the generation that the store reached, kept beside the database so that a database
/// that was restored or lost is seen. Nothing when there is no such file yet.
core::Result<std::optional<std::uint64_t>> read_epoch(const std::filesystem::path& dir);
core::Result<> write_epoch(const std::filesystem::path& dir, std::uint64_t generation);

}  // namespace overnight::store
