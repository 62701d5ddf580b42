// The configuration (DESIGN 11): accounts at providers. Unknown keys are errors that name the line
// and the nearest valid key. Read once, at the start.
#pragma once

#include "cli/environment.hpp"
#include "core/error.hpp"
#include "providers/values.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overnight::cli {

/// A [provider.NAME]. What is not set falls back to the environment or to the provider's defaults.
struct ProviderConfig {
    std::string name;
    std::string kind;  ///< a known provider kind
    std::string base_url;
    std::filesystem::path key_file;  ///< absolute; empty without
    std::filesystem::path ca_file;   ///< absolute; empty without
    std::optional<std::chrono::milliseconds> poll;
    std::optional<std::chrono::milliseconds> list_lag;
    std::optional<std::chrono::milliseconds> settle;
    providers::Lost lost;  ///< workspace, on_ambiguous, exposed_tokens
    providers::Tier tier = providers::Tier::batch;
    std::optional<std::uint32_t> concurrency;
    std::optional<std::uint32_t> requests_per_minute;
};

struct Config {
    std::filesystem::path file;  ///< empty: there is none
    std::vector<ProviderConfig> providers;

    /// Null when there is no [provider.NAME].
    const ProviderConfig* find(std::string_view name) const noexcept;
};

/// `name` is used in messages; relative paths in the text start at `folder`. Errc::configuration.
core::Result<Config> parse_config(std::string_view text,
                                  std::string_view name,
                                  const std::filesystem::path& folder);

/// `file` when it is not empty (and then it must exist), else $XDG_CONFIG_HOME or ~/.config, else
/// /etc; an empty Config when there is none.
core::Result<Config> load_config(const std::string& file, const Environment& env);

}  // namespace overnight::cli
