// The routes of Anthropic's dialect (providers/anthropic.md 2).
#pragma once

#include "emulator/anthropic/replies.hpp"
#include "emulator/front.hpp"

#include <span>
#include <string_view>

namespace overnight::emulator::anthropic {

constexpr std::string_view first_version = "2023-06-01";
/// Refuses temperature, top_p and top_k.
constexpr std::string_view sampling_free_version = "2026-10-21";

std::span<const Route> routes() noexcept;

// routes_create.cpp
core::Result<Reply> create_batch(World& world, const Call& call);
// routes_batches.cpp
core::Result<Reply> get_batch(World& world, const Call& call);
core::Result<Reply> list_batches(World& world, const Call& call);
core::Result<Reply> cancel_batch(World& world, const Call& call);
core::Result<Reply> delete_batch(World& world, const Call& call);
core::Result<Reply> get_results(World& world, const Call& call);
// routes_messages.cpp
core::Result<Reply> create_message(World& world, const Call& call);
core::Result<Reply> count_tokens(World& world, const Call& call);
// routes_models.cpp
core::Result<Reply> list_models(World& world, const Call& call);
core::Result<Reply> get_model(World& world, const Call& call);

}  // namespace overnight::emulator::anthropic
