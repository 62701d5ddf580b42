// The endpoints of OpenAI's batches that this program speaks (providers/openai.md 3.1, 10).
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace overnight::providers::openai {

/// Those whose results this program reads; there are others (images, videos).
enum class Endpoint { chat, responses, embeddings, moderations, completions };

/// Nothing for an endpoint that is not among `known`.
std::optional<Endpoint> find_endpoint(std::span<const Endpoint> known,
                                      std::string_view path) noexcept;
std::string_view path_of(Endpoint endpoint) noexcept;  ///< "/v1/chat/completions"
std::vector<std::string_view> endpoint_paths(std::span<const Endpoint> known);
/// Its prompt is a list of texts, answered by index.
bool takes_list(Endpoint endpoint) noexcept;
/// It answers to a JSON Schema.
bool takes_schema(Endpoint endpoint) noexcept;

}  // namespace overnight::providers::openai
