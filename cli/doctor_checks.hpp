// What `overnight doctor` looks at, one finding a check.
#pragma once

#include "cli/accounts.hpp"
#include "cli/exit_code.hpp"
#include "cli/session.hpp"
#include "model/transport.hpp"
#include "store/store.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace overnight::cli {

enum class Health { good, odd, bad };
std::string_view name(Health health) noexcept;  ///< "ok", "warning", "error"

struct Finding {
    std::string what;  ///< the check: "store", "disk", "key of openai"
    Health health = Health::good;
    std::string detail;  ///< printable; what is wrong and what to do, or what was found
    ExitCode exit_code = ExitCode::ok;  ///< of a bad one
};
using Findings = std::vector<Finding>;

Finding found_error(std::string what, const core::Error& error);

void check_store(const store::Store& store, Findings& findings);
void check_locks(const std::filesystem::path& state_dir, Findings& findings);
void check_disk(const std::filesystem::path& state_dir, Findings& findings);
void check_jobs(const Session& session, const store::Store& store, Findings& findings);
/// Holds of every account that a job or the configuration names.
void check_holds(const Session& session,
                 const store::Store& store,
                 const std::vector<core::AccountName>& names,
                 Findings& findings);
/// Calls the provider: is it there, and does it take the key?
void check_provider(const AccountSpec& account,
                    model::Transport& transport,
                    std::stop_token stop,
                    Findings& findings);

}  // namespace overnight::cli
