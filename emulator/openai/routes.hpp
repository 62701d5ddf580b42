// The routes of OpenAI's dialect.
#pragma once

#include "emulator/front.hpp"
#include "emulator/openai/replies.hpp"

#include <span>
#include <string_view>

namespace overnight::emulator::openai {

std::span<const Route> routes() noexcept;

// routes_files.cpp
core::Result<Reply> upload_file(World& world, const Call& call);
core::Result<Reply> list_files(World& world, const Call& call);
core::Result<Reply> get_file(World& world, const Call& call);
core::Result<Reply> delete_file(World& world, const Call& call);
// routes_content.cpp
core::Result<Reply> get_content(World& world, const Call& call);
// routes_uploads.cpp
core::Result<Reply> create_upload(World& world, const Call& call);
core::Result<Reply> add_upload_part(World& world, const Call& call);
core::Result<Reply> complete_upload(World& world, const Call& call);
core::Result<Reply> cancel_upload(World& world, const Call& call);
// routes_create.cpp
core::Result<Reply> create_batch(World& world, const Call& call);
// routes_batches.cpp
core::Result<Reply> get_batch(World& world, const Call& call);
core::Result<Reply> list_batches(World& world, const Call& call);
core::Result<Reply> cancel_batch(World& world, const Call& call);
// routes_sync.cpp
core::Result<Reply> ordinary_call(World& world, const Call& call);
core::Result<Reply> count_input_tokens(World& world, const Call& call);
core::Result<Reply> list_models(World& world, const Call& call);
core::Result<Reply> get_model(World& world, const Call& call);

// Shared by the handlers, and with the dialects of those who took over files, results and ordinary
// endpoints: errors are written in the words of the call's dialect.

/// What a finished upload must fulfil (providers/openai.md 2.1); status 0: fine.
ApiError check_upload(std::string_view purpose,
                      std::string_view filename,
                      const std::filesystem::path& blob,
                      std::uint64_t bytes);
/// A lifetime in seconds, 3600 to 2592000.
bool valid_lifetime(std::int64_t seconds) noexcept;
bool known_purpose(std::string_view purpose) noexcept;
/// Registers a blob and notes it in the ledger.
core::Result<FilePtr> add_file(World& world, const Call& call, FileObject file);
/// Null when the id is unknown, or hidden from this call by a rule.
FilePtr visible_file(World& world, const Call& call);
/// The input that a create names; null when there is none, or when file_missing or file_hidden hide
/// it.
FilePtr find_input(World& world, const Call& call, std::string_view id);
Reply no_such_file(const Call& call, std::string_view id);
/// "limit", with its bounds; nothing when it is malformed.
std::optional<std::size_t> page_limit(const Call& call, std::size_t fallback, std::size_t most);
/// By key_scope and list_lag: what a list shows of the dialect's files, in the order of creation.
std::vector<FilePtr> listed_files(World& world, const Call& call);
/// The file as an upload's reply shows it: wrong_bytes may falsify its size.
FileObject shown_upload(const Call& call, const FileObject& file);

}  // namespace overnight::emulator::openai
