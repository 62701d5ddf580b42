// Folders of the state: created private, made durable, swept of what a killed process left.
#pragma once

#include "core/error.hpp"

#include <filesystem>
#include <string_view>

namespace overnight::jsonl {

/// What the temporaries of DurableFile begin with.
inline constexpr std::string_view temporary_prefix = ".overnight-tmp-";

/// Creates `path` (and missing parents) with mode 0700 and makes the names durable. A folder that
/// exists already must be a folder, not a symbolic link, belong to this user and be closed to all
/// others; else Errc::configuration.
core::Result<> make_private_directory(const std::filesystem::path& path);

/// fsync of a folder: the names that were created, renamed or removed in it survive a power loss.
core::Result<> sync_directory(const std::filesystem::path& path);

/// Removes the temporaries that died with their process: regular files directly in `path` whose
/// name begins with temporary_prefix and which no living process holds. A folder that does not
/// exist is clean.
core::Result<> sweep_temporaries(const std::filesystem::path& path);

}  // namespace overnight::jsonl
