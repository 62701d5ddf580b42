// The File message of an upload, as the client sends it (providers/gemini.md 4.1, 4.2).
#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace overnight::emulator::gemini {

constexpr std::uint64_t max_upload_bytes = 2ULL << 30;    ///< a file
constexpr std::uint64_t max_project_bytes = 20ULL << 30;  ///< all of a project's
constexpr std::int64_t upload_lifetime = 48 * 3'600;      ///< seconds
constexpr std::int64_t result_lifetime = 42 * 86'400;     ///< seconds: six weeks

struct FileSpec {
    std::string name;  ///< "files/my-id"; empty: the service picks one
    std::string display_name;
    std::string mime_type;
    std::optional<std::uint64_t> bytes;  ///< promised
};

/// Reads `{"file":{...}}`, or nothing at all. Errc::invalid_input for what is not that.
core::Result<FileSpec> read_file_spec(std::string_view json);

/// "files/" and at most 40 of [a-z0-9-] with no dash at either end.
bool valid_file_name(std::string_view name) noexcept;

/// `n` random characters of [a-z0-9]: the service's ids.
std::string random_id(std::size_t n);

}  // namespace overnight::emulator::gemini
