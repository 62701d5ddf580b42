#include "cli/role_owner.hpp"

#include "cli/roles.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <signal.h>

namespace overnight::cli {

std::optional<std::string> living_owner(const std::filesystem::path& state_dir, store::Role role) {
    std::string owner = store::RoleLock::owner(state_dir, role);
    pid_t pid = 0;
    const auto parsed = std::from_chars(owner.data(), owner.data() + owner.size(), pid);
    if (parsed.ec != std::errc() || pid <= 0) return {};
    if (::kill(pid, 0) != 0 && errno != EPERM) return {};
    return owner;
}

bool anybody_works(const std::filesystem::path& state_dir) {
    return living_owner(state_dir, store::Role::plan) ||
           std::any_of(working_roles.begin(), working_roles.end(),
                       [&](store::Role role) { return living_owner(state_dir, role).has_value(); });
}

}  // namespace overnight::cli
