// Files and batches as JSON (providers/others.md 1; the members are those of the SDK).
#pragma once

#include "emulator/batch.hpp"
#include "emulator/files.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace overnight::emulator::together {

/// "VALIDATING", "IN_PROGRESS", ... "CANCELING", "CANCELLED".
std::string_view status_name(BatchStatus status) noexcept;

void put_file(std::string& out, const FileObject& file);
/// As a client sees it at `now`. `input_bytes` is the size of its input; 0 when that has gone.
void put_batch(std::string& out,
               const Batch& batch,
               std::uint64_t input_bytes,
               core::TimePoint now);

}  // namespace overnight::emulator::together
