// Pages of a list: pageSize and pageToken (providers/gemini.md 2, 4.2).
#pragma once

#include "emulator/call.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace overnight::emulator::gemini {

struct PageRequest {
    std::size_t size = 0;
    std::string after;  ///< the name that the last page ended with; empty: the first page
};

/// Nothing when a parameter is malformed. A size of 0 or none means `fallback`; one beyond `most`
/// means `most`.
std::optional<PageRequest> page_request(const Call& call, std::size_t fallback, std::size_t most);

/// What page_request() makes `last` of again.
std::string page_token(std::string_view last);

}  // namespace overnight::emulator::gemini
