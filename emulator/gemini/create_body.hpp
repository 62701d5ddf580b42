// The body of a create: one message called "batch" (providers/gemini.md 2.1, 2.2, 3).
#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace overnight::emulator::gemini {

struct CreateBody {
    std::string display_name;
    std::string metadata;   ///< JSON: the message without its input, as it was sent
    std::string file_name;  ///< of the input; empty: the requests came inline
    std::uint64_t requests = 0;
};

/// Inline requests are written to `inlined` as lines of an input file, each with the request's key
/// in the place that files have it in and its metadata besides. Errc::invalid_input: what the
/// service would say; other errors are the disk's.
core::Result<CreateBody> read_create_body(std::string_view json,
                                          const std::filesystem::path& inlined);

}  // namespace overnight::emulator::gemini
