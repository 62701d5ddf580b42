// The table of routes, and what several handlers share.
#include "emulator/openai/routes.hpp"

#include <array>
#include <charconv>

namespace overnight::emulator::openai {

namespace {

constexpr std::array table{
    Route{"POST", "/v1/files", upload_file, BodyMode::stream},
    Route{"GET", "/v1/files", list_files},
    Route{"GET", "/v1/files/{id}", get_file},
    Route{"DELETE", "/v1/files/{id}", delete_file},
    Route{"GET", "/v1/files/{id}/content", get_content},
    Route{"POST", "/v1/uploads", create_upload, BodyMode::text},
    Route{"POST", "/v1/uploads/{id}/parts", add_upload_part, BodyMode::stream},
    Route{"POST", "/v1/uploads/{id}/complete", complete_upload, BodyMode::text},
    Route{"POST", "/v1/uploads/{id}/cancel", cancel_upload},
    Route{"POST", "/v1/batches", create_batch, BodyMode::text},
    Route{"GET", "/v1/batches", list_batches},
    Route{"GET", "/v1/batches/{id}", get_batch},
    Route{"POST", "/v1/batches/{id}/cancel", cancel_batch},
    Route{"POST", "/v1/chat/completions", ordinary_call, BodyMode::text},
    Route{"POST", "/v1/responses", ordinary_call, BodyMode::text},
    Route{"POST", "/v1/responses/input_tokens", count_input_tokens, BodyMode::text},
    Route{"POST", "/v1/embeddings", ordinary_call, BodyMode::text},
    Route{"POST", "/v1/moderations", ordinary_call, BodyMode::text},
    Route{"GET", "/v1/models", list_models},
    Route{"GET", "/v1/models/{id}", get_model},
};

}  // namespace

std::span<const Route> routes() noexcept {
    return table;
}

std::optional<std::size_t> page_limit(const Call& call, std::size_t fallback, std::size_t most) {
    const auto text = call.parameter("limit");
    if (!text) return fallback;
    std::size_t limit = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
    if (error != std::errc{} || end != text->data() + text->size() || limit < 1 || limit > most)
        return std::nullopt;
    return limit;
}

}  // namespace overnight::emulator::openai
