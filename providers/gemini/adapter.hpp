// Google's Gemini Developer API, its batches in file mode, as an adapter.
#pragma once

#include "providers/api.hpp"

namespace overnight::providers::gemini {

/// The one adapter of this folder. It has no state; any thread.
const Adapter& adapter();

}  // namespace overnight::providers::gemini
