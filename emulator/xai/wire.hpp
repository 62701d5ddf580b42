// Files and batches as JSON (providers/others.md 1; the members are those of the SDK).
#pragma once

#include "emulator/batch.hpp"
#include "emulator/files.hpp"

#include <string>

namespace overnight::emulator::xai {

constexpr const char* id_prefix = "batch_";

void put_file(std::string& out, const FileObject& file);
void put_batch(std::string& out, const Batch& batch);

}  // namespace overnight::emulator::xai
