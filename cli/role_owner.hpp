// Who has the roles of a state directory. Information only: the kernel's lock decides, and it is
// not touched here.
#pragma once

#include "store/role_lock.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace overnight::cli {

/// The process that wrote itself into the role's lock file, if it is alive.
std::optional<std::string> living_owner(const std::filesystem::path& state_dir, store::Role role);

/// Whether a living process plans, or has any of the working roles.
bool anybody_works(const std::filesystem::path& state_dir);

}  // namespace overnight::cli
