// The routes of xAI's dialect.
#pragma once

#include "emulator/front.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace overnight::emulator::xai {

std::span<const Route> routes() noexcept;

// routes_files.cpp
core::Result<Reply> upload_file(World& world, const Call& call);
core::Result<Reply> list_files(World& world, const Call& call);
core::Result<Reply> get_file(World& world, const Call& call);
// routes_create.cpp
core::Result<Reply> create_batch(World& world, const Call& call);
// routes_append.cpp
core::Result<Reply> add_requests(World& world, const Call& call);
// routes_batches.cpp
core::Result<Reply> get_batch(World& world, const Call& call);
core::Result<Reply> list_batches(World& world, const Call& call);
core::Result<Reply> cancel_batch(World& world, const Call& call);
// routes_results.cpp
core::Result<Reply> get_results(World& world, const Call& call);

// Shared by the handlers.

/// 400.
ApiError invalid(std::string message);
Reply no_such_batch(const Call& call);
/// "limit", 1 to 1000; nothing when it is malformed.
std::optional<std::size_t> page_limit(const Call& call);

}  // namespace overnight::emulator::xai
