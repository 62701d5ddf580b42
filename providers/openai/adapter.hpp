// OpenAI's Batch API, and the providers and servers that copy it, as adapters.
#pragma once

#include "providers/api.hpp"

#include <vector>

namespace overnight::providers::openai {

/// One for each row of profiles.cpp, OpenAI's own first. They have no state and live as long as the
/// program; any thread.
const std::vector<const Adapter*>& adapters();

}  // namespace overnight::providers::openai
