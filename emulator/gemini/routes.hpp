// The routes of Gemini's dialect.
#pragma once

#include "emulator/front.hpp"

#include <span>
#include <string_view>

namespace overnight::emulator::gemini {

std::span<const Route> routes() noexcept;

/// Where the bytes of a resumable upload go; a session's id is behind it.
constexpr std::string_view upload_session_path = "/upload/v1beta/sessions/";

/// Whether a path is that of a batch's creation.
bool is_create(std::string_view path) noexcept;

// routes_create.cpp
core::Result<Reply> create_generate(World& world, const Call& call);
core::Result<Reply> create_embed(World& world, const Call& call);
// routes_batches.cpp
core::Result<Reply> get_batch(World& world, const Call& call);
core::Result<Reply> list_batches(World& world, const Call& call);
core::Result<Reply> cancel_batch(World& world, const Call& call);
core::Result<Reply> delete_batch(World& world, const Call& call);
// routes_uploads.cpp
core::Result<Reply> upload(World& world, const Call& call);
core::Result<Reply> continue_upload(World& world, const Call& call);
// routes_files.cpp
core::Result<Reply> get_file(World& world, const Call& call);
core::Result<Reply> list_files(World& world, const Call& call);
core::Result<Reply> delete_file(World& world, const Call& call);
core::Result<Reply> download_file(World& world, const Call& call);
/// Null when there is no file of that name, or when it is hidden from this call by a rule.
FilePtr visible_file(World& world, const Call& call, std::string_view name);
// routes_sync.cpp
core::Result<Reply> generate_content(World& world, const Call& call);
core::Result<Reply> embed_content(World& world, const Call& call);
core::Result<Reply> embed_contents(World& world, const Call& call);
core::Result<Reply> count_tokens(World& world, const Call& call);
core::Result<Reply> list_models(World& world, const Call& call);
core::Result<Reply> get_model(World& world, const Call& call);

}  // namespace overnight::emulator::gemini
