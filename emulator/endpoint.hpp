// What a request asks for, in whichever dialect.
#pragma once

#include "emulator/provider.hpp"

#include <optional>
#include <string_view>

namespace overnight::emulator {

/// The kinds of request that the emulator executes, in batches and as ordinary calls.
enum class Endpoint {
    chat_completions,
    responses,
    embeddings,
    moderations,
    messages,
    generate_content,
    embed_content,
};

/// What rules select by and the ledger shows: "/v1/chat/completions", "/v1/messages",
/// "/v1beta/models/{model}:generateContent".
std::string_view path_of(Endpoint endpoint) noexcept;
std::optional<Endpoint> endpoint_of(std::string_view path) noexcept;
/// One whose bodies are written in that provider's way.
std::optional<Endpoint> endpoint_of(std::string_view path, Provider provider) noexcept;
Provider provider_of(Endpoint endpoint) noexcept;
/// Words, or an instance of a schema: what the executor makes before a dialect wraps it.
bool answers_with_text(Endpoint endpoint) noexcept;

}  // namespace overnight::emulator
