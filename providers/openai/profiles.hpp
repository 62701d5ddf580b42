// The providers that speak OpenAI's Batch API, one row each.
#pragma once

#include "providers/openai/profile.hpp"

#include <span>

namespace overnight::providers::openai {

/// OpenAI's own first; the rest in the order of README.md.
std::span<const Profile> profiles() noexcept;

}  // namespace overnight::providers::openai
