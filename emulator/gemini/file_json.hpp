// The File resource (providers/gemini.md 4.2).
#pragma once

#include "emulator/call.hpp"

#include <string>
#include <string_view>

namespace overnight::emulator::gemini {

/// "http://HOST": where the caller reached this server.
std::string base_of(const Call& call);

/// "PROCESSING", "ACTIVE" or "FAILED": the rule file_processing keeps a file from being used.
std::string_view file_state(const FileObject& file, const FaultScript& script, std::int64_t now);

/// `base` is base_of() the call that asks.
void put_file(std::string& out,
              const FileObject& file,
              std::string_view state,
              std::string_view base);

bool is_generated(const FileObject& file) noexcept;

/// The purposes of this dialect's files.
constexpr const char* uploaded = "uploaded";
constexpr const char* generated = "generated";

}  // namespace overnight::emulator::gemini
