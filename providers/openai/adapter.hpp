// OpenAI's Batch API, and the servers that copy it, as an adapter.
#pragma once

#include "providers/api.hpp"

namespace overnight::providers::openai {

/// The one adapter of this folder. It has no state; any thread.
const Adapter& adapter();

}  // namespace overnight::providers::openai
