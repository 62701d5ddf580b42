// The table of routes.
#include "emulator/gemini/routes.hpp"

#include <array>

namespace overnight::emulator::gemini {

namespace {

constexpr std::array table{
    Route{"POST", "/v1beta/models/{id}:batchGenerateContent", create_generate, BodyMode::text},
    Route{"POST", "/v1beta/models/{id}:asyncBatchEmbedContent", create_embed, BodyMode::text},
    Route{"POST", "/v1beta/models/{id}:generateContent", generate_content, BodyMode::text},
    Route{"POST", "/v1beta/models/{id}:embedContent", embed_content, BodyMode::text},
    Route{"POST", "/v1beta/models/{id}:batchEmbedContents", embed_contents, BodyMode::text},
    Route{"POST", "/v1beta/models/{id}:countTokens", count_tokens, BodyMode::text},
    Route{"GET", "/v1beta/models", list_models},
    Route{"GET", "/v1beta/models/{id}", get_model},
    Route{"GET", "/v1beta/batches", list_batches},
    Route{"POST", "/v1beta/batches/{id}:cancel", cancel_batch, BodyMode::text},
    Route{"GET", "/v1beta/batches/{id}", get_batch},
    Route{"DELETE", "/v1beta/batches/{id}", delete_batch, BodyMode::text},
    Route{"POST", "/upload/v1beta/files", upload, BodyMode::stream},
    Route{"POST", "/upload/v1beta/sessions/{id}", continue_upload, BodyMode::stream},
    Route{"GET", "/v1beta/files", list_files},
    Route{"GET", "/v1beta/files/{id}:download", download_file},
    Route{"GET", "/download/v1beta/files/{id}:download", download_file},
    Route{"GET", "/v1beta/files/{id}", get_file},
    Route{"DELETE", "/v1beta/files/{id}", delete_file, BodyMode::text},
};

}  // namespace

std::span<const Route> routes() noexcept {
    return table;
}

bool is_create(std::string_view path) noexcept {
    return path.ends_with(":batchGenerateContent") || path.ends_with(":asyncBatchEmbedContent");
}

}  // namespace overnight::emulator::gemini
