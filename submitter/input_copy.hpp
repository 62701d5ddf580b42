// Standard input, kept: a job must be able to read its input again when it merges.
#pragma once

#include "core/error.hpp"
#include "jsonl/fd.hpp"

#include <filesystem>

namespace overnight::submitter {

/// Copies standard input to `file`, durable afterwards.
core::Result<> copy_standard_input(const std::filesystem::path& file);

/// Copies standard input to a nameless file in `folder`; it lives as long as the descriptor.
core::Result<jsonl::Fd> copy_standard_input_unnamed(const std::filesystem::path& folder);

}  // namespace overnight::submitter
