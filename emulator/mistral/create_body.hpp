// The body of POST /v1/batch/jobs (providers/others.md 1; the members are those of the SDK).
#pragma once

#include "emulator/api_error.hpp"
#include "emulator/batches.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace overnight::emulator::mistral {

struct CreateBody {
    CreateSpec spec;                 ///< endpoint, model, metadata, tag
    std::vector<std::string> files;  ///< ids; empty: the requests are inline
    std::string lines;               ///< inline requests, one a line
};

/// Status 0: `body` is filled.
ApiError read_create_body(std::string_view text, CreateBody& body);

}  // namespace overnight::emulator::mistral
