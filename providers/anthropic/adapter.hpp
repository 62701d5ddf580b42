// Anthropic's Message Batches as adapters, one an API version.
#pragma once

#include "providers/api.hpp"

namespace overnight::providers::anthropic {

/// They have no state; any thread.
const Adapter& adapter_2023_06_01();
const Adapter& adapter_2026_10_21();

}  // namespace overnight::providers::anthropic
