// What happens to a batch while it is validating: every line is looked at, nothing runs
// (providers/openai.md 3.7).
#pragma once

#include "core/error.hpp"
#include "emulator/behaviour.hpp"
#include "emulator/disk.hpp"
#include "emulator/prompt.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace overnight::emulator {

struct Validation {
    std::vector<BatchError> errors;  ///< at most 100
    std::uint64_t lines = 0;
    std::uint64_t tokens = 0;  ///< estimate of the prompts
    std::string model;         ///< of the first line that names one
};

constexpr std::uint64_t max_batch_lines = 50'000;
constexpr std::uint64_t max_embedding_inputs_per_batch = 50'000;

/// Memory: the custom_ids of the file and one line.
core::Result<Validation> validate(LineReader& lines, Endpoint endpoint);

}  // namespace overnight::emulator
