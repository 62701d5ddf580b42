// Files and jobs as JSON (providers/others.md 1; the members are those of the SDK).
#pragma once

#include "emulator/batch.hpp"
#include "emulator/files.hpp"

#include <string>
#include <string_view>

namespace overnight::emulator::mistral {

/// "QUEUED", "RUNNING", "SUCCESS", ...
std::string_view status_name(BatchStatus status) noexcept;

void put_file(std::string& out, const FileObject& file);
/// As a client sees it at `now`. `outputs` is JSON: the answers, where they are shown inline.
void put_job(std::string& out,
             const Batch& batch,
             core::TimePoint now,
             std::string_view outputs = "null");

}  // namespace overnight::emulator::mistral
