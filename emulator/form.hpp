// A form with one file: the file goes to disk while it arrives, the other fields are kept.
#pragma once

#include "emulator/disk.hpp"
#include "emulator/multipart.hpp"
#include "net/server.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace overnight::emulator {

struct Form {
    std::map<std::string, std::string, std::less<>> fields;
    std::string filename;
    std::uint64_t bytes = 0;
    bool has_file = false;
    bool too_large = false;  ///< more than the limit: the rest was read and dropped

    std::string_view field(std::string_view name) const;
};

/// Reads the whole body. The part called `file_field` is written to `blob`. Errc::invalid_input for
/// a malformed form or a Content-Type that is none; other errors are the emulator's or the
/// connection's.
core::Result<Form> read_form(std::string_view content_type,
                             net::BodyReader& body,
                             std::string_view file_field,
                             const std::filesystem::path& blob,
                             std::uint64_t max_bytes);

}  // namespace overnight::emulator
