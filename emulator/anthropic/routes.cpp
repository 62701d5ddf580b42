// The table of routes.
#include "emulator/anthropic/routes.hpp"

#include "emulator/anthropic/envelope.hpp"

#include <array>

namespace overnight::emulator::anthropic {

namespace {

constexpr std::array table{
    Route{"POST", "/v1/messages", create_message, BodyMode::text},
    Route{"POST", "/v1/messages/count_tokens", count_tokens, BodyMode::text},
    // One byte more than is allowed is enough to know.
    Route{"POST", "/v1/messages/batches", create_batch, BodyMode::spool, max_envelope_bytes + 1},
    Route{"GET", "/v1/messages/batches", list_batches},
    Route{"GET", "/v1/messages/batches/{id}", get_batch},
    Route{"DELETE", "/v1/messages/batches/{id}", delete_batch},
    Route{"POST", "/v1/messages/batches/{id}/cancel", cancel_batch},
    Route{"GET", "/v1/messages/batches/{id}/results", get_results},
    Route{"GET", "/v1/models", list_models},
    Route{"GET", "/v1/models/{id}", get_model},
};

}  // namespace

std::span<const Route> routes() noexcept {
    return table;
}

}  // namespace overnight::emulator::anthropic
