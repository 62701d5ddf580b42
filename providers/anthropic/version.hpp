// The API versions that this program speaks (providers/anthropic.md 0, item 1). Each is a provider
// kind of its own: what a request may say depends on it.
#pragma once

#include <array>
#include <string_view>

namespace overnight::providers::anthropic {

enum class Version {
    v2023_06_01,
    v2026_10_21,  ///< refuses temperature, top_p and top_k, also at their default values
};

/// The value of the header anthropic-version.
constexpr std::string_view word(Version version) noexcept {
    return version == Version::v2023_06_01 ? "2023-06-01" : "2026-10-21";
}

constexpr bool takes_sampling(Version version) noexcept {
    return version == Version::v2023_06_01;
}

constexpr std::array<std::string_view, 3> sampling_parameters{"temperature", "top_p", "top_k"};

/// The one endpoint: a batch's requests are Messages bodies.
constexpr std::string_view messages_path = "/v1/messages";

}  // namespace overnight::providers::anthropic
