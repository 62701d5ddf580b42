// The routes of Together's dialect.
#pragma once

#include "emulator/front.hpp"

#include <span>

namespace overnight::emulator::together {

/// What an input file is uploaded for.
constexpr std::string_view batch_purpose = "batch-api";

std::span<const Route> routes() noexcept;

// routes_files.cpp
core::Result<Reply> upload_file(World& world, const Call& call);
core::Result<Reply> list_files(World& world, const Call& call);
core::Result<Reply> get_file(World& world, const Call& call);
// routes_batches.cpp
core::Result<Reply> create_batch(World& world, const Call& call);
core::Result<Reply> get_batch(World& world, const Call& call);
core::Result<Reply> list_batches(World& world, const Call& call);
core::Result<Reply> cancel_batch(World& world, const Call& call);

}  // namespace overnight::emulator::together
