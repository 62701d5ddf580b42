// multipart/related: a JSON message and the file's bytes in one body (providers/gemini.md 4.1).
#pragma once

#include "emulator/gemini/file_spec.hpp"
#include "emulator/gemini/hashed_blob.hpp"

#include <string_view>

namespace overnight::emulator::gemini {

/// Reads the whole body; the second part goes to `blob` as it arrives. Errc::invalid_input for what
/// is no such body; other errors are the emulator's or the connection's.
core::Result<FileSpec> read_related(std::string_view content_type,
                                    net::BodyReader& body,
                                    HashedBlob& blob);

}  // namespace overnight::emulator::gemini
